import type { UndoResult } from '../../run/undo.ts'
import { formatCountWithNoun } from '../layout/text.ts'

/** Returns the text that `interphase undo` prints, with and without `--dry-run`. */
export function formatUndoResult(
  { release, migrations, destroys, reported }: UndoResult,
  dryRun: boolean,
  asked: string | undefined,
): string {
  if (release === undefined)
    return `Nothing to undo: ${asked === undefined ? 'no migration of the current release is applied' : `no migration of ${asked} is applied`}.`
  if (!dryRun) return `${release} is undone: ${formatCountWithNoun(migrations.length, 'migration')}.\nNext command: interphase status`
  const lines = migrations.map(
    ({ migration, file }) =>
      `  ${migration}  ${file ?? 'only the ledger row of the migration is removed; the rows that it wrote are not changed'}`,
  )
  const goes = destroys.length > 0 ? ['', 'The undo destroys:', ...destroys.map((line) => `  ${line}`)] : []
  const found = reported.length > 0 ? ['', 'Findings of record about this undo:', ...reported.map((line) => `  ${line}`)] : []
  return [`${release} would be undone in this order:`, ...lines, ...goes, ...found].join('\n')
}
