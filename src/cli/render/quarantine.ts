import { formatQuarantinedKey, type QuarantinedRow } from '../../ledger/quarantine.ts'
import { formatUtcTime } from '../layout/text.ts'

/** Returns the rows in quarantine, which data steps could not write, as text with a heading for each data step. */
export function formatQuarantinedRows(rows: readonly QuarantinedRow[]): string {
  const migrations = [...new Set(rows.map(({ migration }) => migration))]
  return migrations
    .map((migration) => {
      const mine = rows.filter((row) => row.migration === migration)
      return [migration, ...mine.map((row) => `  ${row.table}: ${formatRow(row)}, at ${formatUtcTime(row.at)} UTC`)].join('\n')
    })
    .join('\n\n')
}

/** Returns a row in quarantine as a line, such as `2/010-code.migrate, item: id = 12: value too long`. */
export function formatQuarantinedRow(row: QuarantinedRow): string {
  return `${row.migration}, ${row.table}: ${formatRow(row)}`
}

function formatRow(row: QuarantinedRow): string {
  return `${formatQuarantinedKey(row)}: ${row.problem}`
}
