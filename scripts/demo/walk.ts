import { expectCode, type Interphase } from './command.ts'
import type { Connection } from './database.ts'
import { leftBehind } from './left-behind.ts'
import type { Tally, Traffic } from './traffic.ts'

const PHASES = ['expand', 'migrate', 'contract'] as const
type Phase = (typeof PHASES)[number]

/** `status --check` says by its exit code which phase is next. */
const NEXT: Readonly<Record<number, Phase>> = { 3: 'expand', 4: 'migrate', 5: 'contract' }
const COMMANDS: { readonly [P in Phase]: string } = { expand: 'expand', migrate: 'migrate', contract: 'contract --yes' }

export interface ShadowExecutor {
  readonly interphase: Interphase
  readonly traffic: Traffic
  /** For what people leave behind. */
  readonly runner: Connection
}

/** The first release: nobody uses the application yet, so everything runs at once. */
export async function foundation({ interphase, traffic }: ShadowExecutor, release: string): Promise<void> {
  await interphase.shown('status')
  await interphase.shown(`up --to ${release}`)
  await traffic.start(release)
}

/** One release as a person would run it, with all that the commands say. */
export async function inFull(executor: ShadowExecutor, old: string, release: string): Promise<void> {
  const { interphase, traffic } = executor
  await prepare(executor, release)
  say(`${old} is in use, and goes on working while the database is expanded.`)
  await phase(executor, old, release, 'expand', () => interphase.shown('expand'))
  say(`Now ${release} is rolled out: both versions are in use.`)
  await traffic.during(() => interphase.shown('status'))
  await phase(executor, old, release, 'migrate', () => interphase.shown('migrate'))
  await traffic.during(() => interphase.shown('status'))
  say(`Without consent nothing is destroyed.`)
  await traffic.during(() => interphase.shown('contract', 6))
  say(`The last ${old} is switched off.`)
  await phase(executor, old, release, 'contract', () => interphase.shown('contract --yes'))
  await traffic.during(() => interphase.shown('status'))
}

/** One release as a deployment would run it: the exit code of `status --check` says what is next. */
export async function inBrief(executor: ShadowExecutor, old: string, release: string, title: string): Promise<void> {
  const { interphase, traffic } = executor
  console.log(`\n${release}, ${title}`)
  await prepare(executor, release)
  for (;;) {
    const status = await interphase.asked('status --check --json')
    expectCode('status --check', status, 0, ...Object.keys(NEXT).map(Number))
    const next = nextOf(status.stdout, release)
    if (!next || NEXT[status.code] !== next.phase) return
    const command = COMMANDS[next.phase]
    const tallies = await phase(executor, old, release, next.phase, async () => expectCode(command, await interphase.asked(command), 0))
    const says = `${plural(next.migrations, 'migration')}; meanwhile ${wrote(tallies)}`
    console.log(`  status --check says ${status.code}: interphase ${command.padEnd(COMMANDS.contract.length)}  ${says}`)
    await traffic.round()
  }
}

/** Whatever a release's data steps have to cope with is there before it, beside what the version before has written. */
async function prepare({ runner, traffic }: ShadowExecutor, release: string): Promise<void> {
  for (const statement of leftBehind(release)) await runner.query(statement, [])
  await traffic.round()
}

/**
 * Runs a phase while the versions work that may: the old one until contract, the new one from the end of expand. Each works
 * once more before and after.
 */
async function phase(
  { traffic }: ShadowExecutor,
  old: string,
  release: string,
  name: Phase,
  command: () => Promise<unknown>,
): Promise<readonly Tally[]> {
  await traffic.round()
  if (name === 'contract') await traffic.retire(old)
  const tallies = await traffic.during(command)
  if (name === 'expand') await traffic.start(release)
  await traffic.round()
  return tallies
}

function nextOf(status: string, release: string): { readonly phase: Phase; readonly migrations: number } | undefined {
  const { next } = JSON.parse(status) as {
    readonly next?: { readonly release: string; readonly phase: Phase; readonly migrations: readonly string[] }
  }
  return next?.release === release ? { phase: next.phase, migrations: next.migrations.length } : undefined
}

export function wrote(tallies: readonly Tally[]): string {
  return tallies.map(({ release, writes }) => `${release} wrote ${plural(writes, 'time')}`).join(', ')
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function say(sentence: string): void {
  console.log(`\n# ${sentence}`)
}
