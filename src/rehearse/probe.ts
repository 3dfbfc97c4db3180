import type { Dialect, Outcome, Session, SourceLocation, Target } from '../dialect/dialect.ts'
import type { Statement } from '../dialect/statement.ts'
import { InterphaseError, isError, messageOf } from '../error.ts'
import type { Point, Probed, ProbeResult, Version } from '../proof/probing.ts'
import { styleOf } from '../release/comment.ts'
import type { Release, SqlText } from '../release/migration.ts'
import { type Excuse, readExcuses } from '../release/probe.ts'

/** What a version of the application sends in one transaction: one statement, or several that depend on each other. */
export interface Probe {
  readonly version: Version
  readonly file: string
  readonly statements: readonly { readonly text: string; readonly at: SourceLocation }[]
  readonly excuses: readonly Excuse[]
}

/** Reads the probes of a release. Throws `probe.invalid` for a file without a statement, or with one that cannot be rolled back. */
export async function readProbes(dialect: Dialect, release: Release): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  for (const version of ['old', 'new'] as const) {
    for (const file of release.probes[version]) probes.push(await readProbe(dialect, version, file))
  }
  return probes
}

async function readProbe(dialect: Dialect, version: Version, sql: SqlText): Promise<Probe> {
  const { statements } = await dialect.files.script(sql, 'auto')
  if (statements.length === 0) throw new InterphaseError('probe.invalid', { file: sql.file, problem: 'it has no statement' })
  for (const { manner, line } of statements) {
    if (manner === 'atomic') continue
    throw new InterphaseError('probe.invalid', { file: sql.file, problem: `the statement on line ${line}: ${WHY_NOT[manner]}` })
  }
  const excuses = readExcuses(sql, styleOf('sql', dialect.name))
  const sent = statements.map(({ text, line }) => ({ text, at: { file: sql.file, line } }))
  return { version, file: sql.file, statements: sent, excuses }
}

const WHY_NOT: { readonly [M in Exclude<Statement['manner'], 'atomic'>]: string } = {
  bare: 'it commits by itself, and a probe is taken back after it ran',
  control: 'it begins or ends a transaction; each probe runs in one of its own',
}

// Whoever waits longer than this for a lock would have been noticed in production, too.
const LIMITS = { lockTimeoutMs: 5000, statementTimeoutMs: 30_000 }

/** The probes of one version on a connection of their own, which stays open from the first point to the last. */
export class Prober {
  readonly #session: Session
  readonly #dialect: Dialect
  readonly #strands: readonly Strand[]
  #begun = false
  readonly remarks: string[] = []

  private constructor(session: Session, dialect: Dialect, probes: readonly Probe[]) {
    this.#session = session
    this.#dialect = dialect
    this.#strands = probes.flatMap((probe, index): readonly Strand[] => [
      { probe, how: 'afresh', texts: textsOf(probe), columns: [], results: [] },
      { probe, how: 'prepared', number: index + 1, texts: textsOf(probe), columns: [], results: [] },
    ])
  }

  static async open(dialect: Dialect, target: Target, probes: readonly Probe[]): Promise<Prober> {
    return new Prober(await dialect.open({ ...target, purpose: 'interphase probes' }), dialect, probes)
  }

  /** Runs every probe once, each in a transaction that is rolled back. */
  async look(point: Point): Promise<void> {
    for (const strand of this.#strands) if (strand.how === 'afresh') await this.#note(strand, point)
    if (!this.#begun) for (const strand of this.#strands) await this.#prepare(strand)
    this.#begun = true
    for (const strand of this.#strands) if (strand.isPrepared) await this.#note(strand, point)
  }

  get probed(): readonly Probed[] {
    return this.#strands
      .filter(({ how, isPrepared }) => how === 'afresh' || isPrepared)
      .map(({ probe, how, results }) => ({ file: probe.file, version: probe.version, how, results }))
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /** A statement that the server cannot prepare is sent as text. */
  async #prepare(strand: Strand): Promise<void> {
    const { probe, number } = strand
    const afresh = this.#strands.find((other) => other.probe === probe)?.results[0]
    if (number === undefined || afresh?.problem !== undefined) return
    for (const [index, { text, at }] of probe.statements.entries()) {
      const name = `interphase_probe_${number}_${index + 1}`
      try {
        await this.#dialect.prepare(this.#session, name, text, at)
        strand.texts[index] = `EXECUTE ${name}`
        strand.isPrepared = true
      } catch (error) {
        if (!isError(error, 'statement.failed')) throw error
        this.remarks.push(`${at.file}:${at.line} could not be prepared and was run afresh only: ${error.facts.message}`)
      }
    }
  }

  async #note(strand: Strand, point: Point): Promise<void> {
    const problem = await this.#run(strand)
    strand.results.push({ point, ...(problem === undefined ? {} : { problem }) })
  }

  /** What is against it: the server, or a result without a column that it had. */
  async #run(strand: Strand): Promise<string | undefined> {
    await this.#session.begin(LIMITS)
    try {
      let lost: string | undefined
      for (const [index, { at }] of strand.probe.statements.entries()) {
        const outcome = await this.#session.execute(strand.texts[index] ?? '', at)
        if (!(await this.#session.intact())) throw new InterphaseError('probe.invalid', { file: at.file, problem: WHY_NOT.bare })
        lost ??= lostColumns(strand, index, outcome)
      }
      return lost
    } catch (error) {
      if (!isRefusal(error)) throw error
      return isError(error, 'statement.failed') ? `${error.facts.message} (${error.facts.sqlState})` : messageOf(error)
    } finally {
      if (!this.#session.lost.aborted) await this.#session.rollback()
    }
  }
}

interface Strand {
  readonly probe: Probe
  readonly how: Probed['how']
  /** What is sent for each statement. */
  readonly texts: string[]
  /** Of a prepared one: what its names are made of. */
  readonly number?: number
  readonly results: ProbeResult[]
  /** The columns of each statement's result when it first passed. */
  readonly columns: (readonly string[] | undefined)[]
  isPrepared?: boolean
}

function textsOf({ statements }: Probe): string[] {
  return statements.map(({ text }) => text)
}

function isRefusal(error: unknown): boolean {
  return (
    isError(error, 'statement.failed') ||
    isError(error, 'statement.timeout') ||
    isError(error, 'statement.lock-timeout') ||
    isError(error, 'database.privilege')
  )
}

/** More columns than before are nothing to whoever reads by name. */
function lostColumns(strand: Strand, index: number, { columns }: Outcome): string | undefined {
  const known = strand.columns[index] ?? columns
  strand.columns[index] = known
  const lost = known.filter((column) => !columns.includes(column))
  if (lost.length === 0) return undefined
  return `its result has lost ${lost.join(', ')}; it has ${columns.length > 0 ? columns.join(', ') : 'no columns'} now`
}
