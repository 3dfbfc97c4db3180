import type { Blocked, WorkDuration } from '../../effect/price.ts'
import type { Estimate, SizedTable } from '../../plan/estimate.ts'
import { duration } from './text.ts'

/** The cost of a statement as text: `rewrites widget (1.2 GB, about 12,000,000 rows), everyone waits, for some 1 min 26 s: high`. */
export function costText({ blocks, works, tables, seconds, severity }: Estimate): string {
  const told = tables.map(tableText).join(' and ')
  if (works === 'instant') {
    if (blocks === 'nobody') return 'nobody waits'
    return `${WAITING[blocks]} for a moment${tables.length > 0 ? ` at ${tables.map(({ table }) => table).join(' and ')}` : ''}`
  }
  const lasts = seconds === undefined || blocks === 'nobody' ? '' : `, for about ${duration(seconds * 1000)}`
  return `${WORKING[works]} ${told}, ${WAITING[blocks]}${lasts}${severity === 'low' ? '' : `: ${severity}`}`
}

const WAITING: { readonly [B in Blocked]: string } = {
  nobody: 'nobody waits',
  ddl: 'other schema changes wait',
  writes: 'writes wait',
  everyone: 'everyone waits',
}

const WORKING: { readonly [W in Exclude<WorkDuration, 'instant'>]: string } = { scan: 'reads all of', rewrite: 'rewrites' }

function tableText({ table, rows, bytes }: SizedTable): string {
  const size = [...(bytes === undefined ? [] : [bytesText(bytes)]), ...(rows === undefined ? [] : [`about ${rowsText(rows)} rows`])]
  return size.length === 0 ? table : `${table} (${size.join(', ')})`
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** A size as text: `0 bytes`, `8 kB`, `1.2 GB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const power = Math.min(UNITS.length, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${UNITS[power - 1]}`
}

function rowsText(rows: number): string {
  return Math.round(rows).toLocaleString('en-US')
}
