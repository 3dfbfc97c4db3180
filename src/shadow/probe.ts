import type { Dialect, Outcome, Place, Session, Target } from '../dialect/dialect.ts'
import type { Statement } from '../dialect/statement.ts'
import { InterphaseError, isError, messageOf } from '../error.ts'
import type { Point, Probed, ProbeResult, Version } from '../plan/probing.ts'
import { styleOf } from '../release/comment.ts'
import type { Release, SqlText } from '../release/migration.ts'
import { type Excuse, readExcuses } from '../release/probe.ts'

/** A statement that a version of the application issues. */
export interface Probe {
  readonly version: Version
  readonly text: string
  readonly at: Place
  readonly excuses: readonly Excuse[]
}

/** Reads the probes of a release. Throws `probe.invalid` for a file that is not exactly one statement that can be undone. */
export async function readProbes(dialect: Dialect, release: Release): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  for (const version of ['old', 'new'] as const) {
    for (const file of release.probes[version]) probes.push(await readProbe(dialect, version, file))
  }
  return probes
}

async function readProbe(dialect: Dialect, version: Version, sql: SqlText): Promise<Probe> {
  const { statements } = await dialect.files.script(sql, 'auto')
  const [statement] = statements
  if (!statement || statements.length > 1) {
    const found = statement ? `${statements.length} statements, the second on line ${statements[1]?.line}` : 'no statement'
    throw new InterphaseError('probe.invalid', { file: sql.file, problem: `a probe is exactly one statement, and here are ${found}` })
  }
  if (statement.manner !== 'atomic') throw new InterphaseError('probe.invalid', { file: sql.file, problem: WHY_NOT[statement.manner] })
  const excuses = readExcuses(sql, styleOf('sql', dialect.name))
  return { version, text: statement.text, at: { file: sql.file, line: statement.line }, excuses }
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
    this.#strands = probes.flatMap((probe, index) => [
      { probe, how: 'afresh', text: probe.text, results: [] },
      { probe, how: 'prepared', name: `interphase_probe_${index + 1}`, text: `EXECUTE interphase_probe_${index + 1}`, results: [] },
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
      .map(({ probe, how, results }) => ({ file: probe.at.file, version: probe.version, how, results }))
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /** What the server keeps prepared for nobody is only run afresh. */
  async #prepare(strand: Strand): Promise<void> {
    const { probe, name } = strand
    const afresh = this.#strands.find((other) => other.probe === probe)?.results[0]
    if (name === undefined || afresh?.problem !== undefined) return
    try {
      await this.#dialect.prepare(this.#session, name, probe.text, probe.at)
      strand.isPrepared = true
    } catch (error) {
      if (!isError(error, 'statement.failed')) throw error
      this.remarks.push(`${probe.at.file} could not be prepared and was run afresh only: ${error.facts.message}`)
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
      const outcome = await this.#session.author(strand.text, strand.probe.at)
      if (!(await this.#session.intact())) {
        throw new InterphaseError('probe.invalid', { file: strand.probe.at.file, problem: WHY_NOT.bare })
      }
      return lostColumns(strand, outcome)
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
  readonly text: string
  readonly name?: string
  readonly results: ProbeResult[]
  /** The columns of its result when it first passed. */
  columns?: readonly string[]
  isPrepared?: boolean
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
function lostColumns(strand: Strand, { columns }: Outcome): string | undefined {
  strand.columns ??= columns
  const lost = strand.columns.filter((column) => !columns.includes(column))
  if (lost.length === 0) return undefined
  return `its result has lost ${lost.join(', ')}; it has ${columns.length > 0 ? columns.join(', ') : 'no columns'} now`
}
