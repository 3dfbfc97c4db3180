import type { DialectName } from '../../src/schema/object.ts'
import type { Corpus } from './corpus.ts'

/** What real projects do wrong on purpose, as their probes would say it of themselves. */
interface Known {
  readonly corpus: string
  readonly probes: RegExp
  readonly on?: readonly DialectName[]
  readonly words: string
}

const KNOWN: readonly Known[] = [
  {
    corpus: 'glance',
    probes: /^new\//,
    // PostgreSQL runs the contract as one transaction, and nobody sees it halfway.
    on: ['mysql', 'mariadb'],
    words:
      "fails after 001-public-to-visibility.contract because the project's own contract drops the column before the triggers that name it",
  },
  {
    corpus: 'glance',
    probes: /^(?:old\/002|new\/003)/,
    words:
      "fails after 001-public-to-visibility.migrate because the project's own data step makes private what its triggers have made shared",
  },
]

/** The front matter of a probe of this corpus. */
export function expectedFailuresOf({ name, dialect }: Corpus, probe: string): readonly string[] {
  return KNOWN.filter(({ corpus, probes, on }) => corpus === name && probes.test(probe) && (on?.includes(dialect) ?? true)).map(
    ({ words }) => `-- interphase: ${words}`,
  )
}
