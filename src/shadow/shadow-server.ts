import type { Clock } from '../clock.ts'
import type { Dialect, ScratchServer } from '../dialect/dialect.ts'
import type { EmitEvent } from '../event.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { LoadFunctionModule } from '../work/work.ts'

/** A scratch server, and everything that the execution of releases on it requires. */
export interface ShadowServer {
  readonly server: ScratchServer
  readonly dialect: Dialect
  readonly load: LoadFunctionModule
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The path of the file that prepares shadow servers. The file itself may be missing. */
  readonly setup: string
  /** The phases that `interphase undo` can undo, the first phase first. */
  readonly undoablePhases: readonly PhaseName[]
}
