import { expect } from 'chai'
import { type Source, sources } from './source.ts'

interface Rule {
  readonly says: string
  readonly pattern: RegExp
  /** Rooms that the rule is for; absent: all. */
  readonly only?: readonly string[]
  /** Rooms that may. */
  readonly may?: readonly string[]
  /** Files that may all the same, each with its reason. */
  readonly except?: Readonly<Record<string, string>>
}

const RULES: readonly Rule[] = [
  {
    says: 'only the CLI speaks, exits and colours',
    pattern: /\bconsole\.|\bprocess\.(?:exit|exitCode|stdout|stderr)\b|\bstyleText\b|\\(?:x1b|u001b)\[/,
    may: ['cli'],
  },
  {
    says: 'time and chance come in through the clock',
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bset(?:Timeout|Interval)\(|\bMath\.random\(|\bperformance\.now\(|'node:timers/,
    may: ['clock.ts'],
  },
  {
    says: 'the runner knows no phase by name',
    pattern: /['"`](?:expand|migrate|contract)['"`]/,
    only: ['run'],
  },
  { says: 'every error has a code', pattern: /\bnew (?:[A-Z]\w*)?(?<!Interphase)Error\(|\bthrow ['"`]/ },
]

describe('manner', () => {
  const house = sources()

  for (const rule of RULES) {
    it(rule.says, () => {
      const found = house.filter((source) => rule.except?.[source.path] === undefined).flatMap((source) => breaches(rule, source))
      expect(found).to.deep.equal([])
    })

    it(`${rule.says}: no exception that is not needed`, () => {
      const idle = Object.keys(rule.except ?? {}).filter((path) => !house.some((one) => one.path === path && rule.pattern.test(one.code)))
      expect(idle).to.deep.equal([])
    })
  }

  it('sees what it is there to see', () => {
    const wrong = ["console.log('x')", 'Date.now()', "phase === 'expand'", "throw new TypeError('x')"]
    const seen = RULES.map((rule, index) => breaches(rule, inRun(wrong[index] ?? '')).length)
    expect(seen).to.deep.equal(RULES.map(() => 1))
    const right = "throw new InterphaseError('usage', { problem: clock.now() })"
    expect(RULES.flatMap((rule) => breaches(rule, inRun(right)))).to.deep.equal([])
  })
})

function breaches(rule: Rule, source: Source): string[] {
  if (rule.may?.includes(source.room) || (rule.only && !rule.only.includes(source.room))) return []
  return source.code
    .split('\n')
    .filter((line) => rule.pattern.test(line))
    .map((line) => `${source.path}: ${line.trim()}`)
}

function inRun(code: string): Source {
  return { path: 'run/a.ts', room: 'run', code, imports: [] }
}
