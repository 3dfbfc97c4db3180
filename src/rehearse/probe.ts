import type { DatabaseConnectionSettings, DatabaseSession, Dialect, SourceLocation, StatementResult } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { errorMessageOf, InterphaseError, isError } from '../error.ts'
import type { ApplicationVersion, ProbePoint, ProbeResultAtPoint, ProbeResults } from '../proof/probing.ts'
import { commentSyntaxFor } from '../release/comment.ts'
import type { Release, SqlText } from '../release/migration.ts'
import { type ExpectedProbeFailure, parseExpectedProbeFailures } from '../release/probe.ts'

/** The statements that an application version sends in one transaction. */
export interface ApplicationProbe {
  readonly version: ApplicationVersion
  readonly file: string
  readonly statements: readonly { readonly text: string; readonly at: SourceLocation }[]
  readonly expectedFailures: readonly ExpectedProbeFailure[]
}

/**
 * Reads the probes of a release. Throws `probe.invalid` for a file that contains no statement, or a statement that cannot be
 * rolled back.
 */
export async function readReleaseProbes(dialect: Dialect, release: Release): Promise<readonly ApplicationProbe[]> {
  const probes: ApplicationProbe[] = []
  for (const version of ['old', 'new'] as const) {
    for (const file of release.probes[version]) probes.push(await readProbe(dialect, version, file))
  }
  return probes
}

async function readProbe(dialect: Dialect, version: ApplicationVersion, sql: SqlText): Promise<ApplicationProbe> {
  const { statements } = await dialect.files.script(sql, 'auto')
  if (statements.length === 0) throw new InterphaseError('probe.invalid', { file: sql.file, problem: 'the probe contains no statement' })
  for (const { manner, line } of statements) {
    if (manner === 'atomic') continue
    throw new InterphaseError('probe.invalid', { file: sql.file, problem: `line ${line}: ${WHY_NOT[manner]}` })
  }
  const expectedFailures = parseExpectedProbeFailures(sql, commentSyntaxFor('sql', dialect.name))
  const sent = statements.map(({ text, line }) => ({ text, at: { file: sql.file, line } }))
  return { version, file: sql.file, statements: sent, expectedFailures }
}

const WHY_NOT: { readonly [M in Exclude<FileStatement['manner'], 'atomic'>]: string } = {
  bare: 'the statement commits implicitly, but the rehearsal must roll back every probe',
  control: 'the statement begins or ends a transaction, but the rehearsal runs each probe in a separate transaction',
}

// The time limits of a probe, in milliseconds. A probe that exceeds a limit fails, because the users of an application would notice
// such a wait in production.
const LIMITS = { lockTimeoutMs: 5000, statementTimeoutMs: 30_000 }

/**
 * Runs the probes of one application version on a separate connection. The connection stays open from the first execution of the
 * probes to the last.
 */
export class ProbeRunner {
  readonly #session: DatabaseSession
  readonly #dialect: Dialect
  readonly #forms: readonly ProbeInOneForm[]
  #begun = false
  readonly remarks: string[] = []

  private constructor(session: DatabaseSession, dialect: Dialect, probes: readonly ApplicationProbe[]) {
    this.#session = session
    this.#dialect = dialect
    this.#forms = probes.flatMap((probe, index): readonly ProbeInOneForm[] => [
      { probe, how: 'afresh', texts: textsOf(probe), columns: [], results: [] },
      { probe, how: 'prepared', number: index + 1, texts: textsOf(probe), columns: [], results: [] },
    ])
  }

  static async open(dialect: Dialect, target: DatabaseConnectionSettings, probes: readonly ApplicationProbe[]): Promise<ProbeRunner> {
    return new ProbeRunner(await dialect.open({ ...target, purpose: 'interphase probes' }), dialect, probes)
  }

  /**
   * Runs every probe at one point of the release. The runner sends each probe as text and, if the server can prepare it, also as
   * prepared statements. Each execution runs in a transaction that is rolled back. The property `probed` contains the results.
   */
  async runAt(point: ProbePoint): Promise<void> {
    for (const form of this.#forms) if (form.how === 'afresh') await this.#note(form, point)
    if (!this.#begun) for (const form of this.#forms) await this.#prepare(form)
    this.#begun = true
    for (const form of this.#forms) if (form.isPrepared) await this.#note(form, point)
  }

  get probed(): readonly ProbeResults[] {
    return this.#forms
      .filter(({ how, isPrepared }) => how === 'afresh' || isPrepared)
      .map(({ probe, how, results }) => ({ file: probe.file, version: probe.version, how, results }))
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /**
   * Prepares the statements of a probe on the server. If the server cannot prepare a statement, the runner sends the text of the
   * statement instead.
   */
  async #prepare(form: ProbeInOneForm): Promise<void> {
    const { probe, number } = form
    const afresh = this.#forms.find((other) => other.probe === probe)?.results[0]
    if (number === undefined || afresh?.problem !== undefined) return
    for (const [index, { text, at }] of probe.statements.entries()) {
      const name = `interphase_probe_${number}_${index + 1}`
      try {
        await this.#dialect.prepare(this.#session, name, text, at)
        form.texts[index] = `EXECUTE ${name}`
        form.isPrepared = true
      } catch (error) {
        if (!isError(error, 'statement.failed')) throw error
        this.remarks.push(`${at.file}:${at.line} could not be prepared, so it was only sent as text: ${error.facts.message}`)
      }
    }
  }

  async #note(form: ProbeInOneForm, point: ProbePoint): Promise<void> {
    const problem = await this.#run(form)
    form.results.push({ point, ...(problem === undefined ? {} : { problem }) })
  }

  /**
   * Executes a probe and rolls its transaction back. Returns undefined if the probe passes. If the server refuses a statement,
   * returns the error as a text. If a result has lost columns since the first execution, returns a text with these columns.
   */
  async #run(form: ProbeInOneForm): Promise<string | undefined> {
    await this.#session.begin(LIMITS)
    try {
      let lost: string | undefined
      for (const [index, { at }] of form.probe.statements.entries()) {
        const outcome = await this.#session.execute(form.texts[index] ?? '', at)
        if (!(await this.#session.intact())) throw new InterphaseError('probe.invalid', { file: at.file, problem: WHY_NOT.bare })
        lost ??= lostColumns(form, index, outcome)
      }
      return lost
    } catch (error) {
      if (!isRefusal(error)) throw error
      return isError(error, 'statement.failed') ? `${error.facts.message} (${error.facts.sqlState})` : errorMessageOf(error)
    } finally {
      if (!this.#session.lost.aborted) await this.#session.rollback()
    }
  }
}

interface ProbeInOneForm {
  readonly probe: ApplicationProbe
  readonly how: ProbeResults['how']
  /** The text that the runner sends for each statement of the probe. */
  readonly texts: string[]
  /**
   * The number of the probe, which is a part of the names of its prepared statements. The field is absent if the runner sends the
   * probe as text.
   */
  readonly number?: number
  readonly results: ProbeResultAtPoint[]
  /** The columns of each statement's result, as the server returned them when the statement first passed. */
  readonly columns: (readonly string[] | undefined)[]
  isPrepared?: boolean
}

function textsOf({ statements }: ApplicationProbe): string[] {
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

/**
 * Returns a text with the lost columns if the result of a statement has lost columns since the first execution. Additional columns
 * are ignored, because they do not disturb an application that reads columns by name.
 */
function lostColumns(form: ProbeInOneForm, index: number, { columns }: StatementResult): string | undefined {
  const known = form.columns[index] ?? columns
  form.columns[index] = known
  const lost = known.filter((column) => !columns.includes(column))
  if (lost.length === 0) return undefined
  return `its result no longer has ${lost.join(', ')}; its columns are now: ${columns.length > 0 ? columns.join(', ') : 'none'}`
}
