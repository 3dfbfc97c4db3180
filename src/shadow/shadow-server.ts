import type { Clock } from '../clock.ts'
import type { Dialect, ScratchServer } from '../dialect/dialect.ts'
import type { Emit } from '../event.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { LoadFunction } from '../work/work.ts'

/** A scratch server and what is needed to run releases on it. */
export interface ShadowServer {
  readonly server: ScratchServer
  readonly dialect: Dialect
  readonly load: LoadFunction
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The file that every shadow begins with, whether it is there or not. */
  readonly setup: string
  /** Phases that can be taken back, from the first on. */
  readonly undoPlanOf: readonly PhaseName[]
}
