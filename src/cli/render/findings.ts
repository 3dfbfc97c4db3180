import type { Diagnosis } from '../../status/diagnosis.ts'
import type { Paint } from '../output.ts'

/** The text that `interphase doctor` prints: one line for each check. */
export function findingsText(findings: readonly Diagnosis[], paint: Paint): string {
  return findings
    .map(({ about, good, says }) => `${good ? paint('green', 'good') : paint('red', 'bad ')}  ${about.padEnd(8)}  ${says}`)
    .join('\n')
}
