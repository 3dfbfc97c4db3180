import { expectCode, type Interphase } from './command.ts'
import type { Connection } from './database.ts'
import { leftBehind } from './left-behind.ts'
import type { Tally, Traffic } from './traffic.ts'

const PHASES = ['expand', 'migrate', 'contract'] as const
type Phase = (typeof PHASES)[number]

/** The next phase for each exit code of `status --check`. */
const NEXT: Readonly<Record<number, Phase>> = { 3: 'expand', 4: 'migrate', 5: 'contract' }
const COMMANDS: { readonly [P in Phase]: string } = { expand: 'expand', migrate: 'migrate', contract: 'contract --yes' }

export interface ShadowExecutor {
  readonly interphase: Interphase
  readonly traffic: Traffic
  /** Writes the rows that people leave behind. */
  readonly runner: Connection
}

/** Runs all phases of the first release at once, because no application uses the database yet. */
export async function foundation({ interphase, traffic }: ShadowExecutor, release: string): Promise<void> {
  await interphase.shown('status')
  await interphase.shown(`up --to ${release}`)
  await traffic.start(release)
}

/** Runs one release as a person would, with the whole output of the commands. */
export async function inFull(executor: ShadowExecutor, old: string, release: string): Promise<void> {
  const { interphase, traffic } = executor
  await prepare(executor, release)
  say(`${old} is in use, and continues to work during expand.`)
  await phase(executor, old, release, 'expand', () => interphase.shown('expand'))
  say(`${release} is now rolled out: both versions are in use.`)
  await traffic.during(() => interphase.shown('status'))
  await phase(executor, old, release, 'migrate', () => interphase.shown('migrate'))
  await traffic.during(() => interphase.shown('status'))
  say('Contract destroys nothing without a confirmation.')
  await traffic.during(() => interphase.shown('contract', 6))
  say(`The last instance of ${old} has stopped.`)
  await phase(executor, old, release, 'contract', () => interphase.shown('contract --yes'))
  await traffic.during(() => interphase.shown('status'))
}

/** Runs one release as a deployment would: the exit code of `status --check` selects the next phase. */
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
    console.log(`  status --check returns ${status.code}: interphase ${command.padEnd(COMMANDS.contract.length)}  ${says}`)
    await traffic.round()
  }
}

/** Adds the rows that the data steps of the release must handle, beside the rows that the old version wrote. */
async function prepare({ runner, traffic }: ShadowExecutor, release: string): Promise<void> {
  for (const statement of leftBehind(release)) await runner.query(statement, [])
  await traffic.round()
}

/**
 * Runs a phase while the application writes. The old version works until contract, the new version from the end of expand. Each
 * version also works once before and once after the phase.
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
