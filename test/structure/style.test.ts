import { expect } from 'chai'
import { type Source, sources } from './source.ts'

interface Rule {
  readonly says: string
  readonly pattern: RegExp
  /** Directories that the rule is for; absent: all. */
  readonly only?: readonly string[]
  /** Directories that may. */
  readonly may?: readonly string[]
  /** Files that may, each with its reason. */
  readonly except?: Readonly<Record<string, string>>
}

const RULES: readonly Rule[] = [
  {
    says: 'only the CLI writes text, sets colours and exits',
    pattern: /\bconsole\.|\bprocess\.(?:exit|exitCode|stdout|stderr)\b|\bstyleText\b|\\(?:x1b|u001b)\[/,
    may: ['cli'],
  },
  {
    says: 'time and randomness come from the clock that is passed in',
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bset(?:Timeout|Interval)\(|\bMath\.random\(|\bperformance\.now\(|'node:timers/,
    may: ['clock.ts'],
    except: {
      'fleet/join.ts': 'the client of applications imports nothing else of the engine',
      'cli/blocked-thread.ts': 'the code of the second thread imports nothing of the engine',
    },
  },
  {
    says: 'the runner and what it uses contain no name of a phase',
    pattern: /['"`](?:expand|migrate|contract)['"`]/,
    only: ['run', 'work', 'ledger', 'gate'],
  },
  {
    says: 'zod is imported as a namespace: the build then carries only what is used of it',
    pattern: /import (?:type )?\{[^}]*\} from 'zod'/,
  },
  {
    says: 'every error has a code',
    pattern: /\bnew (?:[A-Z]\w*)?(?<!Interphase)Error\(|\bthrow ['"`]/,
    except: {
      'fleet/database.ts': 'the client of applications imports nothing else of the engine',
      'fleet/compatible.ts': 'the client of applications imports nothing else of the engine',
    },
  },
]

describe('style', () => {
  const modules = sources()

  for (const rule of RULES) {
    it(rule.says, () => {
      const found = modules.filter((source) => rule.except?.[source.path] === undefined).flatMap((source) => breaches(rule, source))
      expect(found).to.deep.equal([])
    })

    it(`${rule.says}: no exception that is not needed`, () => {
      const idle = Object.keys(rule.except ?? {}).filter((path) => !modules.some((one) => one.path === path && rule.pattern.test(one.code)))
      expect(idle).to.deep.equal([])
    })
  }

  it('each rule finds its breach', () => {
    const wrong = ["console.log('x')", 'Date.now()', "phase === 'expand'", "import { z } from 'zod'", "throw new TypeError('x')"]
    const seen = RULES.map((rule, index) => breaches(rule, inRun(wrong[index] ?? '')).length)
    expect(seen).to.deep.equal(RULES.map(() => 1))
    const right = "throw new InterphaseError('usage', { problem: clock.now() })"
    expect(RULES.flatMap((rule) => breaches(rule, inRun(right)))).to.deep.equal([])
  })
})

function breaches(rule: Rule, source: Source): string[] {
  if (rule.may?.includes(source.directory) || (rule.only && !rule.only.includes(source.directory))) return []
  return source.code
    .split('\n')
    .filter((line) => rule.pattern.test(line))
    .map((line) => `${source.path}: ${line.trim()}`)
}

function inRun(code: string): Source {
  return { path: 'run/a.ts', directory: 'run', code, imports: [] }
}
