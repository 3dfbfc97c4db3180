import { PHASES, type PhaseName } from '../../src/phase/phase.ts'
import type { Check } from './check.ts'
import { interphase, NEXT } from './command.ts'
import { type Corpus, type CorpusRelease, textOf } from './corpus.ts'
import { type Database, makeDatabase } from './database.ts'
import { droppedBy } from './destruction.ts'
import { DEFAULTS, type Server } from './dump.ts'
import { lastState, moved } from './dumped.ts'
import { BASE_STEP } from './project.ts'
import { afterPhase, afterProbes, END, placeChecks, type Stop } from './stops.ts'

/** How the schema before the first release comes into the database: by the tool, or by hand, so that it is adopted. */
export const STARTS = ['run', 'adopted'] as const
export type Start = (typeof STARTS)[number]

export interface Walked {
  readonly held: number
  readonly failures: readonly string[]
  readonly unseen: readonly string[]
}

const DONE = 0
const HELD = 6

/**
 * Walks a corpus phase by phase with the command line, and looks at every check where it is due. With `dumping`, every phase
 * begins in a copy that the server's own tool made of the database, and the last state is asked for more.
 */
export async function walk(corpus: Corpus, project: string, server: Server, start: Start, dumping = false): Promise<Walked> {
  const walked = new Walk(corpus, project, server, await makeDatabase(server.url, corpus.dialect))
  try {
    return await walked.run(start, dumping)
  } finally {
    await walked.drop()
  }
}

class Walk {
  readonly #corpus: Corpus
  readonly #project: string
  readonly #server: Server
  #database: Database
  #copies = 0
  #done: string = BASE_STEP
  readonly #failures: string[] = []
  #held = 0

  constructor(corpus: Corpus, project: string, server: Server, database: Database) {
    this.#corpus = corpus
    this.#project = project
    this.#server = server
    this.#database = database
  }

  drop(): Promise<void> {
    return this.#database.drop()
  }

  async run(start: Start, dumping: boolean): Promise<Walked> {
    const { at, unseen } = placeChecks(this.#corpus)
    await this.#begin(start)
    for (const release of this.#corpus.releases) await this.#release(release, at, dumping)
    await this.#expects(['status', '--check'], DONE)
    await this.#look(END, at)
    if (dumping) await lastState(this.#server, this.#project, this.#database, { done: this.#done, next: DONE })
    return { held: this.#held, failures: this.#failures, unseen }
  }

  async #begin(start: Start): Promise<void> {
    const { before, seed } = this.#corpus
    if (start === 'adopted') {
      await this.#load(before)
      await this.#load(seed)
      await this.#expects(['adopt'], DONE)
    } else {
      await this.#expects(['status', '--check'], NEXT.expand)
      await this.#expects(['expand'], DONE)
      await this.#load(seed)
    }
  }

  async #release(release: CorpusRelease, at: ReadonlyMap<Stop, readonly Check[]>, dumping: boolean): Promise<void> {
    const { name, probes, rows } = release
    for (const file of rows.seed) await this.#load(file)
    await this.#notOurs(release)
    for (const phase of PHASES) {
      if (release.steps.some((step) => step.phase === phase)) {
        if (dumping) await this.#move(phase)
        await this.#phase(release, phase)
      }
      await this.#look(afterPhase(name, phase), at)
      const version = AFTER_PHASE[phase]
      if (version === undefined) continue
      for (const probe of probes[version]) await this.#load(probe)
      await this.#look(afterProbes(name, version), at)
    }
  }

  /** Each copy has another default than the one before. */
  async #move(phase: PhaseName): Promise<void> {
    const all = DEFAULTS[this.#server.name]
    const defaults = all[this.#copies++ % all.length] ?? ''
    this.#database = await moved(this.#server, this.#project, this.#database, { done: this.#done, next: NEXT[phase] }, defaults)
  }

  async #phase(release: CorpusRelease, phase: PhaseName): Promise<void> {
    await this.#expects(['status', '--check'], NEXT[phase])
    await this.#outOfTurn(release, phase)
    const steps = release.steps.filter((step) => step.phase === phase)
    const dropped = droppedBy(steps.map(({ file }) => textOf(file)).join('\n'))
    if (dropped.length > 0) await this.#unconfirmed(release, phase, dropped)
    await this.#expects(dropped.length > 0 ? [phase, '--yes'] : [phase], DONE)
    this.#done = steps.at(-1)?.id ?? this.#done
  }

  /** What holds data goes only with a yes: without it the phase lists that, and leaves everything as it is. */
  async #unconfirmed({ name }: CorpusRelease, phase: PhaseName, dropped: readonly string[]): Promise<void> {
    const { says } = await this.#expects([phase], HELD)
    const silent = dropped.filter((one) => !says.includes(one))
    if (silent.length > 0) this.#failures.push(`${phase} of ${name} does not say that it destroys ${silent.join(', ')}:\n${says}`)
    await this.#expects(['status', '--check'], NEXT[phase])
  }

  /** What this release has nothing of, but a later one has, is held: it must not be taken for done. */
  async #notOurs(release: CorpusRelease): Promise<void> {
    const { releases } = this.#corpus
    const has = ({ steps }: CorpusRelease, phase: PhaseName) => steps.some((step) => step.phase === phase)
    for (const phase of PHASES.filter((one) => !has(release, one))) {
      const later = releases.slice(releases.indexOf(release) + 1)
      await this.#expects([phase], later.some((one) => has(one, phase)) ? HELD : DONE)
    }
  }

  /** The phase behind this one is refused as long as this one is not done. */
  async #outOfTurn(release: CorpusRelease, phase: PhaseName): Promise<void> {
    const later = PHASES.slice(PHASES.indexOf(phase) + 1).find((one) => release.steps.some((step) => step.phase === one))
    if (later) await this.#expects(later === 'contract' ? [later, '--yes'] : [later], HELD)
  }

  async #look(stop: Stop, at: ReadonlyMap<Stop, readonly Check[]>): Promise<void> {
    for (const check of at.get(stop) ?? []) {
      const problem = await problemOf(check, this.#database)
      if (problem === undefined) this.#held++
      else this.#failures.push(`after ${check.after}: ${check.sql}\n${problem}`)
    }
  }

  #load(file: string): Promise<void> {
    return this.#database.script(textOf(file), file)
  }

  #expects(args: readonly string[], code: number) {
    return interphase(this.#project, this.#database.url, args, code)
  }
}

/** Which version of the application's writes come when a phase is done. */
const AFTER_PHASE: { readonly [P in PhaseName]?: 'old' | 'new' } = { expand: 'old', migrate: 'new' }

async function problemOf({ sql, wanted }: Check, database: Database): Promise<string | undefined> {
  const answer = await database.rows(sql).then(
    (rows) => ({ rows: JSON.stringify(rows) }),
    (error: unknown) => ({ refusal: error instanceof Error ? error.message : String(error) }),
  )
  if ('rows' in wanted) {
    const expected = JSON.stringify(wanted.rows)
    const found = 'rows' in answer ? answer.rows : answer.refusal
    return found === expected ? undefined : `  expected ${expected}\n  found    ${found}`
  }
  if ('rows' in answer) return '  it should have been refused'
  return wanted.refusal.test(answer.refusal) ? undefined : `  refused, but not for ${wanted.refusal}: ${answer.refusal}`
}
