import type { UndoResult } from '../../run/undo.ts'
import { formatCount } from '../layout/text.ts'

/** The text that `interphase undo` prints, also for its dry run. */
export function formatUndoResult(
  { release, migrations, destroys, reported }: UndoResult,
  dryRun: boolean,
  asked: string | undefined,
): string {
  if (release === undefined)
    return `Nothing to undo: ${asked === undefined ? 'no migration of the current release is applied' : `no migration of ${asked} is applied`}.`
  if (!dryRun) return `${release} is undone: ${formatCount(migrations.length, 'migration')}.\nNext command: interphase status`
  const lines = migrations.map(
    ({ migration, file }) => `  ${migration}  ${file ?? 'only its ledger row is removed; its rows stay as they are'}`,
  )
  const goes = destroys.length > 0 ? ['', 'It destroys:', ...destroys.map((line) => `  ${line}`)] : []
  const found = reported.length > 0 ? ['', 'What record found when it tried the undo:', ...reported.map((line) => `  ${line}`)] : []
  return [`${release} would be undone in this order:`, ...lines, ...goes, ...found].join('\n')
}
