import type { RunsCommandReport } from '../../status/reports/runs-report.ts'
import { formatTable } from '../layout/table.ts'
import { formatUtcTime, indentLines } from '../layout/text.ts'

/**
 * Returns the text that `interphase runs` prints. The text answers the question whether the application code of a release can run
 * on the database now and after each of the next phases.
 */
export function formatRunsCommandReport(report: RunsCommandReport): string {
  return [answerText(report), runningText(report), comingText(report)].filter((section) => section !== '').join('\n\n')
}

function answerText({ release, answer, missing = [], command, contracted }: RunsCommandReport): string {
  if (answer === 'yes') return `yes: code of ${release} can run on this database.`
  if (answer === 'not yet') {
    return `not yet: code of ${release} cannot run on this database before these phases are done: ${missing.join(', ')}.\nTo run them: ${command}`
  }
  if (!contracted) return `no longer: code of ${release} cannot run on this database.`
  const { release: by, at, how, migrations, changes } = contracted
  const began = how === 'adopted' ? `the database was adopted after the contract of ${by}, on` : `the contract of ${by} began on`
  const lines = [...migrations, ...changes].map((line) => `\n${indentLines(line, 2)}`).join('')
  return `no longer: code of ${release} cannot run on this database, because ${began} ${formatUtcTime(at)} UTC${lines === '' ? '.' : `:${lines}`}`
}

function runningText({ running }: RunsCommandReport): string {
  return running ? `${running.by} has been running interphase since ${formatUtcTime(running.since)} UTC, so the answer can change.` : ''
}

function comingText({ coming }: RunsCommandReport): string {
  if (coming.length === 0) return ''
  const rows = coming.map(({ release, phase, answer }) => [
    `${phase} of ${release}`,
    answer === 'no longer' ? `${answer}, from its first statement` : answer,
  ])
  return formatTable(['after the next phases', ''], rows)
}
