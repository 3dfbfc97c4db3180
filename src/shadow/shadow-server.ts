import type { Clock } from '../clock.ts'
import type { Dialect, ScratchServer } from '../dialect/dialect.ts'
import type { EmitEvent } from '../event.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { PoliciesByPhase } from '../phase/policy.ts'
import type { LoadFunctionMigration } from '../work/work.ts'

/** A scratch server, and the functions and settings with which the engine executes releases on the server. */
export interface ShadowServerContext {
  readonly server: ScratchServer
  readonly dialect: Dialect
  readonly load: LoadFunctionMigration
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The path of the set-up file for shadow servers. The project does not have to contain the file. */
  readonly setup: string
  /** The phases that `interphase undo` can undo, the first phase first. */
  readonly undoablePhases: readonly PhaseName[]
  readonly policies: PoliciesByPhase
}
