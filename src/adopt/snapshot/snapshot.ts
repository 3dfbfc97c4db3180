import { runUnderProjectLock } from '../../ledger/access.ts'
import { publishReleasesIfAllowed } from '../../ledger/fleet.ts'
import { readLedgerHistory } from '../../ledger/read.ts'
import type { MigrationId } from '../../release/migration.ts'
import type { ConnectedProject } from '../../run/connected-project.ts'
import type { DialectName } from '../../schema/object.ts'
import { SnapshotBuilder } from './build.ts'
import { readWantedSnapshot, type SnapshotToBuild } from './wanted.ts'

/** The options of `up --from-snapshot`. */
export interface SnapshotOptions {
  /** True to load also the rows that the migrations of the chain write in an empty database. */
  readonly rows?: boolean
  /** True if the command returns the statements without executing them. */
  readonly dryRun?: boolean
  /** The longest time in milliseconds that the command waits until another run ends. */
  readonly waitMs?: number
}

/** The result of the command `up --from-snapshot`. */
export interface SnapshotResult {
  readonly release: string
  readonly dialect: DialectName
  /** The fingerprint of the newest recorded state. */
  readonly state: string
  /** The migrations that count as done after the command, in the order of a run. */
  readonly done: readonly MigrationId[]
  /** The statements that create the schema, without the statements that insert rows. */
  readonly statements: readonly string[]
  /**
   * The rows that the migrations write in an empty database, and whether the command loaded them. The field is absent if the rows
   * are not recorded.
   */
  readonly rows?: readonly { readonly table: string; readonly count: number; readonly loaded: boolean }[]
  /**
   * The migrations with a change that no recorded state contains, such as a grant. The command did not run these migrations, so
   * their change is missing in the database.
   */
  readonly unseen: readonly MigrationId[]
}

/**
 * Creates the schema of the newest recorded state in an empty database, and compares the result with the state. Then the function
 * writes the ledger as if all migrations had run. On a server that commits each schema change, a second call continues an
 * interrupted call. Throws an error `snapshot.…` if the database is not empty, or if the schema or the rows cannot be created
 * completely.
 */
export async function buildFromSnapshot(connected: ConnectedProject, options: SnapshotOptions = {}): Promise<SnapshotResult> {
  const { session, dialect, chain, config, emit } = connected
  const wanted = await readWantedSnapshot(connected, options.rows ?? false)
  if (options.dryRun) {
    const history = await readLedgerHistory(session, dialect, config.project)
    return resultOf(dialect.name, wanted, options, (await SnapshotBuilder.prepare(connected, wanted, history)).statements)
  }
  return runUnderProjectLock(connected, options.waitMs ?? 0, async ({ ledger, lease, history }) => {
    const build = await SnapshotBuilder.prepare(connected, wanted, history)
    await publishReleasesIfAllowed(session, dialect, chain, config.project, emit)
    await build.run(ledger, AbortSignal.any([connected.signal, lease.signal]))
    return resultOf(dialect.name, wanted, options, build.statements)
  })
}

function resultOf(
  dialect: DialectName,
  { release, state, migrations, rows, load, unseen }: SnapshotToBuild,
  { dryRun = false }: SnapshotOptions,
  statements: readonly string[],
): SnapshotResult {
  const loaded = dryRun ? [] : load.map(({ table }) => table)
  return {
    release,
    dialect,
    state,
    done: migrations.map(({ id }) => id),
    statements,
    ...(rows && { rows: rows.map(({ table, count }) => ({ table, count, loaded: loaded.includes(table) })) }),
    unseen,
  }
}
