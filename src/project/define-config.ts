import type { Tls } from '../dialect/dialect.ts'
import type { DialectName } from '../schema/object.ts'

/** What a project says of itself in `interphase.config.ts`. Paths are from the directory of that file. */
export interface UserConfig {
  /** Names the project in the ledger and the lock. The name in package.json, or else the directory's. */
  readonly project?: string
  /** The databases the releases are written for. `['postgres']` */
  readonly dialects?: readonly DialectName[]
  readonly database?: Database
  /** Directory of the releases. `'releases'` */
  readonly releases?: string
  /** Directory of the project's own policies, all three. The shipped ones. */
  readonly phases?: string
  /** Tables that are none of this project's business. */
  readonly ignore?: readonly string[]
  /** Servers on which chains are replayed. Without one, PostgreSQL uses the embedded server. */
  readonly shadow?: { readonly [D in DialectName]?: ShadowServer }
  /** May the commands that touch a target use the embedded PostgreSQL where no URL is given? */
  readonly embedded?: boolean
  /** PostgreSQL: the schemas that belong to the project besides the connection's own. Those that the releases make or use. */
  readonly schemas?: readonly string[]
  /** PostgreSQL: whether the arrival or removal of a partition is a difference. `'ignore'` */
  readonly partitions?: 'ignore' | 'compare'
}

export interface Database {
  /** Undefined, where it comes from a variable that is not set, is as good as absent. */
  readonly url?: string | undefined
  readonly tls?: Tls
}

export interface ShadowServer {
  readonly url: string
  readonly tls?: Tls
}

/** Gives the compiler's help to `interphase.config.ts`, and does nothing else. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
