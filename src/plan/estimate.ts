import { type BlockedSessions, blocksMoreSessions, type StatementPrice, type StatementWorkDuration } from '../effect/price.ts'

/**
 * The size of a live table. The number of rows comes from the statistics of the server, from a count of the rows, or from the size
 * in bytes.
 */
export interface TableSize {
  /**
   * The number of rows of the table. The field is absent if the number is unknown, for example because the server has no
   * statistics yet.
   */
  readonly rows?: number
  /** The size of the table in bytes, without its indexes. */
  readonly bytes: number
  /**
   * True if the table can have more than `rows` rows, because the rows were counted only up to a limit, or because the number was
   * derived from the size in bytes.
   */
  readonly isLowerBound?: true
}

/** The sizes of tables by table name. The map contains no table that does not exist yet. */
export type TableSizesByName = ReadonlyMap<string, TableSize>

/** The degrees to which a statement disturbs an application that uses the live tables. */
export const COST_SEVERITIES = ['low', 'medium', 'high'] as const
export type CostSeverity = (typeof COST_SEVERITIES)[number]

/**
 * The estimated cost of a statement on a target database: the price of the statement (the blocked sessions and the duration), and
 * the sizes of its tables.
 */
export interface StatementCostEstimate {
  readonly blocks: BlockedSessions
  readonly works: StatementWorkDuration
  readonly tables: readonly TableWithSize[]
  /**
   * A very rough estimate of the duration of a statement in seconds. The field is absent if the work is instant or a size is
   * unknown.
   */
  readonly seconds?: number
  readonly severity: CostSeverity
}

/** A table of a statement, with the size of the live table. */
export interface TableWithSize {
  readonly table: string
  readonly rows?: number
  readonly bytes?: number
  /** True if `rows` is only a lower bound of the number of rows. */
  readonly isLowerBound?: true
}

/** Estimates the cost of a statement from its price (the blocked sessions and the duration) and the sizes of its tables. */
export function estimateStatementCost({ blocks, works, tables }: StatementPrice, sizes: TableSizesByName): StatementCostEstimate {
  const sized = tables.map((table): TableWithSize => ({ table, ...sizes.get(table) }))
  const seconds = works === 'instant' ? undefined : secondsOf(works, sized)
  return { blocks, works, tables: sized, ...(seconds === undefined ? {} : { seconds }), severity: severityOf(blocks, works, seconds) }
}

// The slowest measured rates of a scan and a rewrite in bytes per second, for PostgreSQL 15, MySQL 9.7 and MariaDB 10.11 on two
// cores. The scans read 50 to 1000 MB in a second, and the rewrites wrote 14 to 75 MB. A busy server is slower.
const BYTES_PER_SECOND: { readonly [W in Exclude<StatementWorkDuration, 'instant'>]: number } = { scan: 50_000_000, rewrite: 14_000_000 }

function secondsOf(works: Exclude<StatementWorkDuration, 'instant'>, tables: readonly TableWithSize[]): number | undefined {
  const bytes = tables.map((table) => table.bytes)
  if (bytes.some((size) => size === undefined)) return undefined
  return bytes.reduce<number>((sum, size) => sum + (size ?? 0), 0) / BYTES_PER_SECOND[works]
}

// The shortest wait in seconds that the users of an application notice. The shipped policy of expand has the same time as its
// lock timeout.
const NOTICED_SECONDS = 1
// The duration in seconds after which the requests that wait for a lock accumulate until the application fails.
const FEARED_SECONDS = 10
// The duration in seconds from which work that blocks no reads or writes has medium severity, because the work loads the disk.
const LONG_SECONDS = 600

function severityOf(blocks: BlockedSessions, works: StatementWorkDuration, seconds: number | undefined): CostSeverity {
  if (works === 'instant' || blocks === 'nobody') return 'low'
  if (!blocksMoreSessions(blocks, 'ddl')) return (seconds ?? 0) < LONG_SECONDS ? 'low' : 'medium'
  // A table whose size is unknown can be large at the time of the run, so the severity is not low.
  if (seconds === undefined) return 'high'
  if (seconds < NOTICED_SECONDS) return 'low'
  return seconds < FEARED_SECONDS ? 'medium' : 'high'
}
