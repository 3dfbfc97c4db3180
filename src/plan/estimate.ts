import { type Blocked, isWorse, type Price, type Works } from '../effect/price.ts'

/** How large a table is now, by the statistics of the server's catalog. */
export interface TableSize {
  /** Absent where the server has not counted yet. */
  readonly rows?: number
  /** Without its indexes. */
  readonly bytes: number
}

/** By the table's name; a table that is not there yet is not in it. */
export type Sizes = ReadonlyMap<string, TableSize>

/** How much a statement is to be feared on the tables as they are now. */
export const SEVERITIES = ['low', 'medium', 'high'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What a statement costs on a database: its price, and the sizes of the tables that it is paid on. */
export interface Estimate {
  readonly blocks: Blocked
  readonly works: Works
  readonly tables: readonly SizedTable[]
  /** How long it may work, very roughly; absent where it takes a moment, or a size is not known. */
  readonly seconds?: number
  readonly severity: Severity
}

export interface SizedTable {
  readonly table: string
  readonly rows?: number
  readonly bytes?: number
}

/** What the price comes to on tables of these sizes. */
export function estimate({ blocks, works, tables }: Price, sizes: Sizes): Estimate {
  const sized = tables.map((table): SizedTable => ({ table, ...sizes.get(table) }))
  const seconds = works === 'instant' ? undefined : secondsOf(works, sized)
  return { blocks, works, tables: sized, ...(seconds === undefined ? {} : { seconds }), severity: severityOf(blocks, works, seconds) }
}

// Of what was measured on PostgreSQL 15, MySQL 9.7 and MariaDB 10.11 on two cores, the slowest: scans did 50 to 1000 MB a
// second, rewrites 14 to 75. A busy server is slower.
const BYTES_PER_SECOND: { readonly [W in Exclude<Works, 'instant'>]: number } = { scan: 50_000_000, rewrite: 14_000_000 }

function secondsOf(works: Exclude<Works, 'instant'>, tables: readonly SizedTable[]): number | undefined {
  const bytes = tables.map((table) => table.bytes)
  if (bytes.some((size) => size === undefined)) return undefined
  return bytes.reduce<number>((sum, size) => sum + (size ?? 0), 0) / BYTES_PER_SECOND[works]
}

// As long as a statement waits for a lock in expand: who writes does not notice more.
const NOTICED_SECONDS = 1
// Requests pile up until the application gives up.
const FEARED_SECONDS = 10
// Others go on, beside a disk that is at work.
const LONG_SECONDS = 600

function severityOf(blocks: Blocked, works: Works, seconds: number | undefined): Severity {
  if (works === 'instant' || blocks === 'nobody') return 'low'
  if (!isWorse(blocks, 'ddl')) return (seconds ?? 0) < LONG_SECONDS ? 'low' : 'medium'
  // A table that is not there yet may be a large one when its time comes.
  if (seconds === undefined) return 'high'
  if (seconds < NOTICED_SECONDS) return 'low'
  return seconds < FEARED_SECONDS ? 'medium' : 'high'
}
