import type { SnapshotResult } from '../../adopt/snapshot/snapshot.ts'
import { formatStatementForFile } from '../../dialect/statement-text.ts'
import { formatCountWithNoun } from '../layout/text.ts'

/** Returns the text that `interphase up --from-snapshot` prints. */
export function formatSnapshotResult({ release, state, done, statements, rows, unseen }: SnapshotResult): string {
  return [
    `The schema of ${release} was created with ${formatCountWithNoun(statements.length, 'statement')}, and equals the recorded state ${state}.`,
    `${formatCountWithNoun(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done, and none of them ran.`,
    ...rowLines(rows),
    ...(unseen.length > 0
      ? [
          'These migrations change something that a recorded state does not contain. Run by hand those of their statements whose effect is missing, such as GRANT:',
        ]
      : []),
    ...unseen.map((id) => `  ${id}`),
    'Next command: interphase status',
  ].join('\n')
}

function rowLines(rows: SnapshotResult['rows']): readonly string[] {
  if (!rows)
    return ['The rows that the migrations write are not recorded, so no rows were loaded. To record the rows, run: interphase record']
  const line = ({ table, count }: { readonly table: string; readonly count: number }) => `  ${table}: ${formatCountWithNoun(count, 'row')}`
  const [loaded, left] = [rows.filter((one) => one.loaded), rows.filter((one) => !one.loaded)]
  return [
    ...(loaded.length > 0 ? ['These rows, which the migrations make on an empty database, were loaded:', ...loaded.map(line)] : []),
    ...(left.length > 0
      ? ['The migrations make these rows on an empty database. They were not loaded (--rows loads them):', ...left.map(line)]
      : []),
  ]
}

/** Returns the SQL that `interphase up --from-snapshot --dry-run` prints. */
export function formatSnapshotScript({ statements, dialect }: SnapshotResult): string {
  return statements.map((text) => formatStatementForFile(text, dialect)).join('\n')
}
