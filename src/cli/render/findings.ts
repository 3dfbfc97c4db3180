import type { DoctorFinding } from '../../status/diagnosis.ts'
import { indentLines } from '../layout/text.ts'
import type { PaintText } from '../output.ts'

// The width in characters of the column with the name of a check. The column is narrow, because the next column can contain a long
// text, such as the digest of the last note of the ledger, and the line must fit the width of a terminal.
const ABOUT_WIDTH = 8
const REASON_INDENT = 8

/** Returns the text that `interphase doctor` prints: one line for each check, and the reasons why a run cannot start. */
export function formatDoctorFindings(findings: readonly DoctorFinding[], paint: PaintText): string {
  return findings
    .map(({ about, good, says }) => {
      const [first = '', ...rest] = says.split('\n')
      const line = `${good ? paint('green', 'good') : paint('red', 'bad ')}  ${about.padEnd(ABOUT_WIDTH)}  ${first}`
      return [line, ...rest.map((more) => indentLines(more, REASON_INDENT))].join('\n')
    })
    .join('\n')
}
