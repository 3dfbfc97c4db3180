import { InterphaseError } from '../../error.ts'
import { readReleasesWithStates } from '../../project/recorded.ts'
import type { Migration, MigrationId } from '../../release/migration.ts'
import { migrationsOfChainInRunOrder } from '../../release/order.ts'
import { type ConnectedProject, remarkOnUncomparedTexts } from '../../run/connected-project.ts'
import { fingerprintOfState } from '../../schema/fingerprint.ts'
import type { SchemaState } from '../../schema/state.ts'
import type { RowsOfChainTable } from '../../state/chain-rows.ts'
import type { RecordedMigration, RecordedServer } from '../../state/recording.ts'
import { readRecordedRowsOfChain, refuseRowsWithMissingValues } from './rows.ts'
import { withOtherDefaultCollation } from './script.ts'

/** The schema and the rows that `up --from-snapshot` creates: the newest recorded state, and the rows if they were requested. */
export interface SnapshotToBuild {
  readonly release: string
  readonly server: RecordedServer
  /** The schema of the database before the first release. */
  readonly start: SchemaState
  /** The schema after the last release, with the default collation of the target database. */
  readonly end: SchemaState
  /** The fingerprint of the newest recorded state. */
  readonly state: string
  /** The migrations of the chain, in the order of a run. */
  readonly migrations: readonly Migration[]
  /** The rows that the migrations write in an empty database. The field is absent if the rows are not recorded. */
  readonly rows?: readonly RowsOfChainTable[]
  /** The rows that the command loads. The list is empty if the user did not request rows. */
  readonly load: readonly RowsOfChainTable[]
  /** The migrations with a change that no recorded state contains, such as a grant. */
  readonly unseen: readonly MigrationId[]
}

/**
 * Returns the newest recorded state, the rows of the chain, and the migrations with a change that no recorded state contains.
 * Throws an error if the project has no releases, if the recorded states are not current (such as `states.missing`), or if the
 * user requested rows that are not recorded.
 */
export async function readWantedSnapshot(connected: ConnectedProject, areRowsWanted: boolean): Promise<SnapshotToBuild> {
  const { session, dialect, config, chain } = connected
  const { releases, problems } = await readReleasesWithStates(config.root, chain, session)
  const [problem] = problems
  if (problem) throw problem
  const [first, newest] = [releases[0], releases.at(-1)]
  if (!first || !newest) throw new InterphaseError('usage', { problem: 'there are no releases', try: 'Write one: interphase new' })
  remarkOnUncomparedTexts(connected, newest.recorded.server, newest.end)
  const rows = await readRecordedRowsOfChain(connected, releases)
  if (areRowsWanted) refuseRowsWithMissingValues(rows)
  const recorded = releases.flatMap((planned) => [...planned.recorded.migrations.values()])
  return {
    release: newest.release.name,
    server: newest.recorded.server,
    start: first.start,
    end: withOtherDefaultCollation(newest.end, await dialect.defaultCollation?.(session)),
    state: fingerprintOfState(newest.end),
    migrations: migrationsOfChainInRunOrder(chain),
    ...(rows && { rows }),
    load: areRowsWanted && rows ? rows : [],
    unseen: recorded.filter(isUnseen).map(({ id }) => id),
  }
}

/**
 * Returns true if a recorded state does not show everything that a migration did. Such a migration sets the value of a sequence,
 * or has statements that changed neither the schema nor the rows, for example GRANT.
 */
function isUnseen({ phased, wrote, sets, prices }: RecordedMigration): boolean {
  if (sets) return true
  return !wrote && prices.length > 0 && phased.every((step) => step.length === 0)
}
