import type { Undone } from '../../run/undo.ts'
import { count } from './text.ts'

/** The result of an undo, or of its dry run. */
export function undoneText({ release, migrations, destroys }: Undone, dryRun: boolean, asked: string | undefined): string {
  if (release === undefined)
    return `Nothing to take back: ${asked === undefined ? 'no release is at work' : `nothing of ${asked} is applied`}.`
  if (!dryRun) return `${release} is taken back: ${count(migrations.length, 'migration')}.\nWhat is next: interphase status`
  const lines = migrations.map(({ migration, file }) => `  ${migration}  ${file ?? 'forgotten; its rows stay as they are'}`)
  const goes = destroys.length > 0 ? ['', 'It destroys:', ...destroys.map((line) => `  ${line}`)] : []
  return [`${release} would be taken back, in this order:`, ...lines, ...goes].join('\n')
}
