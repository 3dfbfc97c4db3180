import type { Rehearsal, RehearsalFinding, RehearsedDialect, RehearsedRelease } from '../../rehearse/rehearsal.ts'

/**
 * Returns the result of a rehearsal as JUnit XML. Each comparison is a test case. Each execution of a probe at a point of the
 * release is a test case too. Each table with fewer generated rows than requested is a skipped test case.
 */
export function formatRehearsalAsJunit({ project, dialects }: Rehearsal): string {
  const suites = dialects.flatMap((dialect) => dialect.releases.map((release) => suiteOf(dialect, release)))
  const cases = suites.flatMap((suite) => suite.cases)
  const head = attributes({ name: `interphase rehearse ${project}`, ...countsOf(cases) })
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${head}>`, ...suites.flatMap(suiteLines), '</testsuites>', ''].join('\n')
}

interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
  readonly notes: readonly string[]
}

interface Case {
  readonly name: string
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string }
  readonly skipped?: string
}

function suiteOf({ dialect }: RehearsedDialect, release: RehearsedRelease): Suite {
  return {
    name: `${release.release} on ${dialect}`,
    cases: [...COMPARISONS.map((comparison) => comparisonCase(comparison, release)), ...tableCases(release), ...probeCases(release)],
    notes: release.reported,
  }
}

interface Comparison {
  readonly name: string
  readonly kinds: readonly RehearsalFinding['kind'][]
}

const COMPARISONS: readonly Comparison[] = [
  { name: 'both orders run', kinds: ['does not run', 'fails'] },
  { name: 'every data step finds the state that it was written for', kinds: ['does not find'] },
  { name: 'both orders end in the same schema', kinds: ['ends otherwise'] },
  { name: 'both orders end with the same rows', kinds: ['other rows'] },
  { name: 'a write leads to the same row at every moment', kinds: ['writes differ'] },
]

function comparisonCase({ name, kinds }: Comparison, { findings }: RehearsedRelease): Case {
  const found = findings.filter(({ kind }) => kinds.includes(kind))
  const [first] = found
  if (!first) return { name }
  return { name, failure: { type: first.kind, message: first.says, text: found.map(withRemedy).join('\n\n') } }
}

function tableCases({ tables }: RehearsedRelease): readonly Case[] {
  return tables.flatMap(({ table, rows, because }) =>
    because === undefined ? [] : [{ name: `generated rows of ${table}`, skipped: `${rows} rows: ${because}` }],
  )
}

function probeCases({ probes, findings }: RehearsedRelease): readonly Case[] {
  return probes.flatMap(({ file, how, results }) =>
    results.map(({ point, problem }): Case => {
      const name = `${file}, ${how}, ${point}`
      if (problem === undefined) return { name }
      const finding = findings.find((one) => one.probe === file && one.point === point)
      return { name, failure: { type: finding?.kind ?? 'probe fails', message: problem, text: finding ? withRemedy(finding) : problem } }
    }),
  )
}

function withRemedy({ says, remedy }: RehearsalFinding): string {
  return `${says}\nWhat to do: ${remedy}.`
}

function countsOf(cases: readonly Case[]) {
  return {
    tests: String(cases.length),
    failures: String(cases.filter(({ failure }) => failure).length),
    skipped: String(cases.filter(({ skipped }) => skipped !== undefined).length),
  }
}

function suiteLines({ name, cases, notes }: Suite): readonly string[] {
  return [
    `  <testsuite${attributes({ name, ...countsOf(cases) })}>`,
    ...cases.flatMap((one) => caseLines(name, one)),
    ...(notes.length > 0 ? [`    <system-out>${escaped(notes.join('\n'))}</system-out>`] : []),
    '  </testsuite>',
  ]
}

function caseLines(suite: string, { name, failure, skipped }: Case): readonly string[] {
  const head = `    <testcase${attributes({ classname: suite, name })}`
  if (failure) {
    const { text, ...facts } = failure
    return [`${head}>`, `      <failure${attributes(facts)}>${escaped(text)}</failure>`, '    </testcase>']
  }
  if (skipped === undefined) return [`${head}/>`]
  return [`${head}>`, `      <skipped${attributes({ message: skipped })}/>`, '    </testcase>']
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, of]) => ` ${key}="${escaped(of).replaceAll('\n', '&#10;')}"`)
    .join('')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/**
 * Returns a text with the characters of XML markup escaped. The function replaces control characters that XML forbids, because
 * XML cannot escape them.
 */
function escaped(text: string): string {
  return text.replace(/[^\t\n\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD').replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}
