import type { CheckFinding, CheckReport } from '../../status/reports/check-report.ts'
import { formatCountWithNoun } from '../layout/text.ts'

/**
 * Returns the text that `interphase check` prints. The text has one line for each finding, in the form of compiler messages, one
 * line for each exception from a rule that an author declared, and a summary.
 */
export function formatCheckReport({ project, dialects, ok, findings, exceptions, dataSteps = [] }: CheckReport): string {
  const open = findings.filter(({ exception }) => exception === undefined)
  const declared = exceptions.map((one) => {
    const lifts = findings.filter(({ exception, migration }) => exception?.rule === one.rule && migration === one.migration).length
    const lifted = lifts > 0 ? ` (${formatCountWithNoun(lifts, 'finding')})` : ''
    return `${placeOf(one)}: exception: ${one.word === one.rule ? one.word : `${one.word} ${one.rule}`} because ${one.because}${lifted}`
  })
  const errors = open.filter(({ severity }) => severity === 'error').length
  const counted = [
    ...(errors > 0 ? [formatCountWithNoun(errors, 'error')] : []),
    ...(open.length > errors ? [formatCountWithNoun(open.length - errors, 'warning')] : []),
    ...(declared.length > 0 ? [`${formatCountWithNoun(declared.length, 'exception')} (${countByWord(exceptions)})`] : []),
  ]
  const sum = counted.length > 0 ? `: ${counted.join(', ')}` : ''
  const standing = ok ? `${project} has no errors on ${dialects.join(', ')}` : `${project} has errors`
  const steps = dataSteps.length > 0 ? [dataStepsText(dataSteps)] : []
  return [...open.map((finding) => findingLine(finding, dialects)), ...declared, ...steps, `${standing}${sum}.`].join('\n')
}

/**
 * Returns the number of exceptions from rules that authors declared, for each kind of declaration, such as `3 despite, 1
 * irreversible`.
 */
function countByWord(exceptions: CheckReport['exceptions']): string {
  const words = exceptions.map(({ word }) => word)
  return [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`).join(', ')
}

/**
 * Returns the sentences about the number of data steps that run in one transaction. The text contains no numbers of rows, because
 * the command reads no database.
 */
function dataStepsText(steps: NonNullable<CheckReport['dataSteps']>): string {
  const one = steps.length === 1
  const limits = [...new Set(steps.flatMap(({ limit }) => limit?.rows ?? []))].map((rows) => `${rows.toLocaleString('en-US')} rows`)
  const limited = limits.length > 0 ? `, and a run refuses more than ${limits.join(' or ')}` : ''
  return (
    `${formatCountWithNoun(steps.length, 'data step')} ${one ? 'runs' : 'run'} in one transaction. ` +
    `interphase check reads no database, so the number of rows in ${one ? 'its' : 'their'} tables is unknown. interphase plan prints the rows${limited}.`
  )
}

function findingLine(finding: CheckFinding, asked: readonly string[]): string {
  const { severity, code, dialects, says, remedy } = finding
  const on = dialects.length < asked.length ? ` [${dialects.join(', ')}]` : ''
  const place = placeOf(finding)
  return `${place === '' ? '' : `${place}: `}${severity} ${code}${on}: ${sentence(says)} ${remedy}`
}

function placeOf({ file, line }: Pick<CheckFinding, 'file' | 'line'>): string {
  return [file, line].filter((part) => part !== undefined).join(':')
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
