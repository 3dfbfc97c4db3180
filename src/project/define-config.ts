import type { TlsSettings } from '../dialect/dialect.ts'
import type { DialectName } from '../schema/object.ts'

/**
 * The configuration of a project, which `interphase.config.ts` exports. Paths are relative to the directory of the configuration
 * file.
 */
export interface UserConfig {
  /**
   * The name of the project in the ledger and in the lock. The default is the name in package.json, or else the name of the
   * directory.
   */
  readonly project?: string
  /** The servers for which the releases are written. The default is `['postgres']`. */
  readonly dialects?: readonly DialectName[]
  readonly database?: TargetDatabaseConfig
  /** The directory of the releases. The default is `'releases'`. */
  readonly releases?: string
  /**
   * The directory of the bases: legacy schemas from which a database can be migrated to the releases. The default is `'bases'`.
   */
  readonly bases?: string
  /** The directory of the project's own policies, with one file for each phase. The default is the shipped policies. */
  readonly phases?: string
  /** The names of tables that belong to other programs. Comparisons of the schema ignore these tables. */
  readonly ignore?: readonly string[]
  /** The servers on which the engine creates shadow databases. For PostgreSQL, the default is the embedded server. */
  readonly shadow?: { readonly [D in DialectName]?: ShadowServerConfig }
  /** True if commands on a target database use the embedded PostgreSQL when the user gives no URL. */
  readonly embedded?: boolean
  /**
   * The schemas of the project besides the default schema of the connection, on PostgreSQL. The default is the schemas that the
   * releases create or use.
   */
  readonly schemas?: readonly string[]
  /** Determines, on PostgreSQL, if an added or removed partition is a difference. The default is `'ignore'`. */
  readonly partitions?: 'ignore' | 'compare'
  /** The programs and web addresses that interphase calls when a phase or an undo starts, finishes, fails or is held. */
  readonly hooks?: readonly HookConfig[]
}

/**
 * The occasions on which interphase calls hooks. `held` means that a gate or the lock of another run holds the command (exit code
 * 6).
 */
export const HOOK_OCCASIONS = ['started', 'finished', 'failed', 'held'] as const
export type HookOccasion = (typeof HOOK_OCCASIONS)[number]

/**
 * A hook: a program that reads a JSON text from its stdin, or a URL to which interphase sends the text with POST. The default of
 * `timeoutMs` is 10,000 milliseconds.
 */
export type HookConfig = { readonly on: readonly HookOccasion[]; readonly timeoutMs?: number } & (
  | { readonly command: readonly [string, ...string[]] }
  | { readonly url: string; readonly headers?: Readonly<Record<string, string>> }
)

/** The target database, which the commands migrate. */
export interface TargetDatabaseConfig {
  /** The URL of the database. The value undefined counts as absent, for example for an environment variable that is not set. */
  readonly url?: string | undefined
  readonly tls?: TlsSettings
  /** The URLs of replicas of the database. Data steps in batches wait while the lag of a replica is above its limit. */
  readonly replicas?: readonly string[]
}

/** The server on which the engine creates shadow databases. */
export interface ShadowServerConfig {
  readonly url: string
  readonly tls?: TlsSettings
}

/** Returns the configuration unchanged. The function exists so that the compiler checks the types in `interphase.config.ts`. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
