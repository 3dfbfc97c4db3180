import { InterphaseError } from '../../error.ts'
import { readReleasesWithStates } from '../../project/recorded.ts'
import type { Migration, MigrationId } from '../../release/migration.ts'
import { migrationsInRunOrder } from '../../release/order.ts'
import { type ConnectedProject, remarkOnUncomparedTexts } from '../../run/connected-project.ts'
import { fingerprint } from '../../schema/fingerprint.ts'
import type { SchemaState } from '../../schema/state.ts'
import type { RowsOfChainTable } from '../../state/chain-rows.ts'
import type { RecordedMigration, RecordedServer } from '../../state/recording.ts'
import { findRowsOfChain, refuseMissingRows } from './rows.ts'
import { withDefaultCollation } from './script.ts'

/** The schema and the rows that `up --from-snapshot` creates: the newest recorded state, and the requested rows. */
export interface WantedSnapshot {
  readonly release: string
  readonly server: RecordedServer
  /** The schema before the first release. */
  readonly start: SchemaState
  /** The schema after the last release, with the default collation of the database. */
  readonly end: SchemaState
  /** The fingerprint of the recorded state. */
  readonly state: string
  /** The migrations of the chain, in the order of a run. */
  readonly migrations: readonly Migration[]
  /** The rows that the chain makes on an empty database. Absent if they are not known. */
  readonly rows?: readonly RowsOfChainTable[]
  /** The rows to load. Empty unless they were asked for. */
  readonly load: readonly RowsOfChainTable[]
  /** The migrations whose effect no state contains. */
  readonly unseen: readonly MigrationId[]
}

/** Reads the newest recorded state and what else is known about its chain. Throws the problem of the recorded states, if there is one. */
export async function readWantedSnapshot(connected: ConnectedProject, areRowsWanted: boolean): Promise<WantedSnapshot> {
  const { session, dialect, config, chain } = connected
  const { releases, problems } = await readReleasesWithStates(config.root, chain, session)
  const [problem] = problems
  if (problem) throw problem
  const [first, newest] = [releases[0], releases.at(-1)]
  if (!first || !newest) throw new InterphaseError('usage', { problem: 'there are no releases', try: 'Write one: interphase new' })
  remarkOnUncomparedTexts(connected, newest.recorded.server, newest.end)
  const rows = await findRowsOfChain(connected, releases)
  if (areRowsWanted) refuseMissingRows(rows)
  const recorded = releases.flatMap((planned) => [...planned.recorded.migrations.values()])
  return {
    release: newest.release.name,
    server: newest.recorded.server,
    start: first.start,
    end: withDefaultCollation(newest.end, await dialect.defaultCollation?.(session)),
    state: fingerprint(newest.end),
    migrations: migrationsInRunOrder(chain),
    ...(rows && { rows }),
    load: areRowsWanted && rows ? rows : [],
    unseen: recorded.filter(isUnseen).map(({ id }) => id),
  }
}

/** True for a migration with statements of which the recorded states show nothing, or that set the value of a sequence. */
function isUnseen({ phased, wrote, sets, prices }: RecordedMigration): boolean {
  if (sets) return true
  return !wrote && prices.length > 0 && phased.every((step) => step.length === 0)
}
