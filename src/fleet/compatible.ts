import { type FleetConnection, isMissingTableError, makeFleetConnection, type QueryResultRow } from './database.ts'
import type { FleetOptions } from './join.ts'

/** The answer to the question whether code of a release can run on the database. */
export type Compatibility =
  | { readonly answer: 'yes' }
  /**
   * The answer that the engine does not know whether the database supports the code of a release. The ledger contains no list of
   * releases, because an old version of interphase wrote it. The next `interphase up` adds the list.
   */
  | { readonly answer: 'unknown' }
  | { readonly answer: 'not yet'; readonly missing: string; readonly command: string }
  | { readonly answer: 'no longer'; readonly by: string; readonly at: string }

/** The error of `assertCompatible` for code that must not start on the database. */
export class IncompatibleReleaseError extends Error {
  override readonly name = 'IncompatibleReleaseError'
  readonly release: string
  readonly compatibility: Compatibility

  constructor(release: string, compatibility: Compatibility) {
    super(messageOf(release, compatibility))
    this.release = release
    this.compatibility = compatibility
  }
}

function messageOf(release: string, found: Compatibility): string {
  if (found.answer === 'not yet')
    return `code of release ${release} cannot start on this database yet: ${found.missing} is not done. Run: ${found.command}`
  if (found.answer === 'no longer')
    return `code of release ${release} cannot start on this database any more: the contract of ${found.by} began on ${found.at}. Start code of ${found.by} or of a later release`
  return `code of release ${release} can start on this database`
}

/**
 * Resolves if the database supports the release of the code. Rejects with an `IncompatibleReleaseError` if the database does not
 * support it, and with the error of the driver if the database cannot be read.
 */
export async function assertCompatible(options: FleetOptions): Promise<Compatibility> {
  const found = await readCompatibility(options)
  if (found.answer === 'not yet' || found.answer === 'no longer') throw new IncompatibleReleaseError(options.release, found)
  return found
}

/**
 * Returns whether code of the release can run on the database. Rejects with the error of the driver if the database cannot be
 * read.
 */
export async function readCompatibility({ database, project, release }: FleetOptions): Promise<Compatibility> {
  const connection = makeFleetConnection(database)
  // A contract can begin or end during these queries, so the query for the last note comes before the query for the migrations. If
  // the contract begins after the first query, its gate finds this instance in the fleet. If the contract ended before the first
  // query, the second query finds the migrations of the contract.
  const [note] = (await rowsOf(connection, LAST_RUN, project)) ?? []
  const applied = await rowsOf(connection, APPLIED, project)
  const known = applied && (await rowsOf(connection, RELEASES, project))
  if (known?.length === 0 || (applied && !known)) return { answer: 'unknown' }
  return judge(release, (known ?? []).map(releaseOf), new Map((applied ?? []).map((row) => [String(row['release_name']), row])), note)
}

interface KnownRelease {
  readonly name: string
  readonly expands: number
  readonly migrations: number
}

function releaseOf(row: QueryResultRow): KnownRelease {
  return { name: String(row['release_name']), expands: Number(row['expands']), migrations: Number(row['migrations']) }
}

function judge(
  release: string,
  known: readonly KnownRelease[],
  applied: ReadonlyMap<string, QueryResultRow>,
  note: QueryResultRow | undefined,
): Compatibility {
  const place = known.findIndex(({ name }) => name === release)
  const later = known.slice(place + 1).find(({ name }) => Number(applied.get(name)?.['contracts'] ?? 0) > 0)
  const isContracting = (name: string) => note?.['kind'] === 'begun' && note['subject'] === `contract of ${name}`
  const current = known.slice(place + 1).find(({ name }) => isContracting(name))
  // The ledger contains a list of releases. A release that is missing in this list is newer than all releases of the list, so its
  // expand has not run yet.
  if (place < 0) return { answer: 'not yet', missing: `expand of ${release}`, command: `interphase up --to ${release} --phase expand` }
  if (later) return { answer: 'no longer', by: later.name, at: String(applied.get(later.name)?.['contracted_at']) }
  if (current) return { answer: 'no longer', by: current.name, at: String(note?.['noted_at']) }
  const unfinished = known.slice(0, place).find(({ name, migrations }) => Number(applied.get(name)?.['done'] ?? 0) < migrations)
  if (unfinished) {
    return { answer: 'not yet', missing: `release ${unfinished.name}`, command: `interphase up --to ${release} --phase expand` }
  }
  const isExpanded = Number(applied.get(release)?.['expanded'] ?? 0) >= (known[place]?.expands ?? 0)
  return isExpanded ? { answer: 'yes' } : { answer: 'not yet', missing: `expand of ${release}`, command: 'interphase expand' }
}

/** Returns the rows of a query of the ledger. Returns undefined if a table of the query does not exist. */
async function rowsOf(
  connection: FleetConnection,
  text: (place: string) => string,
  project: string,
): Promise<readonly QueryResultRow[] | undefined> {
  try {
    return await connection.query({ postgres: text('$1'), mysql: text('?') }, [project])
  } catch (error) {
    if (isMissingTableError(error)) return undefined
    throw error
  }
}

const RELEASES = (place: string) =>
  `SELECT release_name, expands, migrations FROM interphase_release WHERE project = ${place} ORDER BY place`

// The SQL conditions for a finished migration, and for a contract that has begun. A data step that runs again counts as finished.
// A contract has begun when its first statement was sent.
const IS_DONE = "(run_state = 'done' OR how = 'again')"
const IS_BEGUN_CONTRACT = `id LIKE '%.contract' AND NOT (run_state = 'running' AND run_cursor LIKE '%"next":0,%"sent":false%')`

const APPLIED = (place: string) => `SELECT release_name,
  sum(CASE WHEN ${IS_DONE} THEN 1 ELSE 0 END) AS done,
  sum(CASE WHEN ${IS_DONE} AND id LIKE '%.expand' THEN 1 ELSE 0 END) AS expanded,
  sum(CASE WHEN ${IS_BEGUN_CONTRACT} THEN 1 ELSE 0 END) AS contracts,
  min(CASE WHEN ${IS_BEGUN_CONTRACT} THEN started_at END) AS contracted_at
FROM interphase_migration WHERE project = ${place} GROUP BY release_name`

// The query for the last note of one of three kinds: a run began, a run ended, or a run took over the lock of a killed run. A run
// writes the note `begun` after it has evaluated its gates.
const LAST_RUN = (place: string) => `SELECT kind, subject, noted_at FROM interphase_note
WHERE project = ${place} AND kind IN ('begun', 'ended', 'taken over') ORDER BY place DESC LIMIT 1`
