import type { BlockedSessions, StatementWorkDuration } from '../../effect/price.ts'
import type { DataStepCost } from '../../plan/data-step-size.ts'
import type { StatementCostEstimate, TableWithSize } from '../../plan/estimate.ts'
import { formatDuration } from '../layout/text.ts'

/**
 * Returns the cost of a statement as text, such as `rewrites widget (1.2 GB, about 12,000,000 rows), everyone waits, for about 1
 * min 26 s: high`.
 */
export function formatStatementCost({ blocks, works, tables, seconds, severity }: StatementCostEstimate): string {
  const told = tables.map(tableText).join(' and ')
  if (works === 'instant') {
    if (blocks === 'nobody') return 'nobody waits'
    return `${WAITING[blocks]} for a moment${tables.length > 0 ? ` at ${tables.map(({ table }) => table).join(' and ')}` : ''}`
  }
  const lasts = seconds === undefined || blocks === 'nobody' ? '' : `, for about ${formatDuration(seconds * 1000)}`
  return `${WORKING[works]} ${told}, ${WAITING[blocks]}${lasts}${severity === 'low' ? '' : `: ${severity}`}`
}

/**
 * Returns the cost of a data step as text, such as `one transaction for widget, which has 5,000,000 rows: locks rows for about 2
 * min 5 s`.
 */
export function formatDataStepCost({ tables, rows, seconds }: DataStepCost): string {
  if (tables.length === 0) return 'writes no rows of existing tables'
  const bound = tables.some(({ isLowerBound }) => isLowerBound) ? 'at least ' : ''
  const lasts = seconds < 1 ? 'for less than a second' : `for ${bound === '' ? 'about' : 'at least'} ${formatDuration(seconds * 1000)}`
  return `one transaction for ${tables.map(({ table }) => table).join(', ')}, which has ${bound}${rowsText(rows)} rows: locks rows ${lasts}`
}

const WAITING: { readonly [B in BlockedSessions]: string } = {
  nobody: 'nobody waits',
  ddl: 'other schema changes wait',
  writes: 'writes wait',
  everyone: 'everyone waits',
}

const WORKING: { readonly [W in Exclude<StatementWorkDuration, 'instant'>]: string } = { scan: 'reads all of', rewrite: 'rewrites' }

function tableText({ table, rows, bytes }: TableWithSize): string {
  const size = [...(bytes === undefined ? [] : [formatBytes(bytes)]), ...(rows === undefined ? [] : [`about ${rowsText(rows)} rows`])]
  return size.length === 0 ? table : `${table} (${size.join(', ')})`
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** Returns a size as text, such as `0 bytes`, `8 kB` or `1.2 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const power = Math.min(UNITS.length, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${UNITS[power - 1]}`
}

function rowsText(rows: number): string {
  return Math.round(rows).toLocaleString('en-US')
}
