import type { DoctorFinding } from '../../status/diagnosis.ts'
import type { PaintText } from '../output.ts'

/** Returns the text that `interphase doctor` prints: one line for each check. */
export function formatDoctorFindings(findings: readonly DoctorFinding[], paint: PaintText): string {
  return findings
    .map(({ about, good, says }) => `${good ? paint('green', 'good') : paint('red', 'bad ')}  ${about.padEnd(8)}  ${says}`)
    .join('\n')
}
