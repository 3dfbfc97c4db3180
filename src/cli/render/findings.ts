import type { Diagnosis } from '../../status/diagnosis.ts'
import type { Paint } from '../output.ts'

/** One line for each check of `interphase doctor`. */
export function findingsText(findings: readonly Diagnosis[], paint: Paint): string {
  return findings
    .map(({ about, good, says }) => `${good ? paint('green', 'good') : paint('red', 'bad ')}  ${about.padEnd(8)}  ${says}`)
    .join('\n')
}
