import type Pg from 'pg'
import type { ServerVersion, Session, SourceLocation, StatementResult, Target, TimeLimits } from '../../../dialect/dialect.ts'
import { render, type Sql, type Value } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { rowsOf } from '../text/copy-rows.ts'
import { notation } from '../text/notation.ts'
import { type Address, addressOf } from './address.ts'
import { numberOf } from './backend.ts'
import { copyRows } from './copy-query.ts'
import { pg } from './driver.ts'
import { atRow, connectError, isLoss, isStalePlan, lostError, statementError } from './errors.ts'
import { Leftovers } from './leftovers.ts'
import { outcomeOf, parserOf } from './outcome.ts'
import { FileSettings, type Made, SETTINGS, type Setting } from './settings.ts'
import { silenceSettings } from './silence.ts'

// What came before has other catalogs: no identity of generated columns, no partition roots.
const OLDEST_MAJOR = 12

const GREETING = `${SETTINGS};
SELECT pg_backend_pid() || '/' || (SELECT extract(epoch FROM a.backend_start) FROM pg_stat_get_activity(pg_backend_pid()) a) AS backend,
       current_setting('server_version') AS text,
       current_setting('server_version_num')::int4 AS number, session_user AS login`

// What asks may be asked again; what makes something is sent once.
const ASKS = /^\s*(?:SELECT|WITH)\b/

const ENDS_SILENCE = /\bidle_(?:in_transaction_)?session_timeout\b|\b(?:reset|discard)\s+all\b/i

// Where an engine statement fails, no author's file is to blame.
const ENGINE: SourceLocation = { file: 'interphase', line: 1 }

/** Opens one connection. Errors are `database.*`. */
export async function openSession(target: Target): Promise<PgSession> {
  const address = addressOf(target)
  const client = new pg.Client({ ...address.config, pipeline: true })
  // Until the session listens itself, an error of the socket must not end the process.
  client.on('error', ignore)
  try {
    await client.connect()
    const greeting = last(await client.query<Greeting>(GREETING)).rows[0]
    if (!greeting) throw new InterphaseError('internal', { problem: `${address.where} did not say who it is` })
    const version = versionOf(greeting)
    if (version.major < OLDEST_MAJOR) {
      throw new InterphaseError('database.version', { dialect: 'postgres', found: version.text, needs: String(OLDEST_MAJOR) })
    }
    return new PgSession(client, address, greeting.backend, version, greeting.login)
  } catch (error) {
    client.end().catch(ignore)
    throw error instanceof InterphaseError ? error : connectError(error, address, client.user ?? 'the user')
  }
}

interface Greeting {
  readonly backend: string
  readonly text: string
  readonly number: number
  readonly login: string
}

/** One connection, one backend. */
export class PgSession implements Session {
  readonly dialect = 'postgres'
  readonly backend: string
  readonly version: ServerVersion
  readonly where: string
  readonly database: string
  readonly lost: AbortSignal

  readonly #client: Pg.Client
  readonly #address: Address
  readonly #loss = new AbortController()
  readonly #settings: FileSettings
  readonly #login: string
  /** Ends with the reading of the settings that a file has made. */
  #reading: Promise<unknown> = Promise.resolve()
  readonly #leftovers = new Leftovers(this)
  /** Texts sent before, with the name under which the server keeps them from the second time on. */
  readonly #prepared = new Map<string, string | undefined>()
  #names = 0
  /** Ends with the last statement that nothing may be sent behind before it has ended. */
  #lastAlone: Promise<unknown> = Promise.resolve()
  /** Ends with everything that was sent. */
  #everything: Promise<unknown> = Promise.resolve()
  #inHand: { readonly text: string; readonly at: SourceLocation } | undefined
  #closing = false
  #cancelled = false
  /** The server has refused to commit, and rolled back. */
  #refusedCommit = false
  /** What is in force outside a transaction, and now. */
  #ownLimits: TimeLimits = {}
  #limitSettings: readonly string[] = []
  #silence: readonly string[] = []
  #limits: TimeLimits = {}

  constructor(client: Pg.Client, address: Address, backend: string, version: ServerVersion, login: string) {
    this.#client = client
    this.#address = address
    this.backend = backend
    this.version = version
    this.where = address.where
    this.database = address.database
    this.lost = this.#loss.signal
    this.#settings = new FileSettings()
    this.#login = login
    client.on('error', (error) => this.#lose(error))
    client.on('end', () => this.#lose(new InterphaseError('internal', { problem: 'the server closed the connection' })))
  }

  async query<Row extends object = Record<string, unknown>>(statement: Sql): Promise<readonly Row[]> {
    const { text, values } = render(statement, notation)
    const home = this.#goHome()
    const isPlanned = this.#prepared.has(text) && this.#prepared.get(text) === undefined
    const result = await after(home, isPlanned ? this.#planned(text, values) : this.#send(text, values))
    // The caller knows what it asked for.
    return result.rows as Row[]
  }

  async execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult> {
    if (this.#settings.begins(at.file)) this.#settings.end()
    if (this.#settings.isEnded) await this.#goHome()
    await this.#leftovers.notice(text)
    await this.#reading
    const again = this.#settings.beforeAuthor(text, at.file)
    if (again.length > 0) await this.#watched(SET_ALL, at, () => this.#client.query(setAll(again, this.#nameOf(SET_ALL))))
    const copy = rowsOf(text)
    if (copy) return this.#copy(copy.statement, copy.rows, at)
    const results = await this.#simple(text, at, values)
    // What a file says of these is for a client that waits for nobody: dumps switch them off.
    if (this.#silence.length > 0 && ENDS_SILENCE.test(text)) await this.#simple(this.#silence.join('; '), ENGINE)
    // A statement that throws prepared statements away would leave us calling for what is no longer there.
    if (/\b(discard|deallocate)\b/i.test(text)) this.#forgetPrepared()
    return outcomeOf(results)
  }

  async begin(limits: TimeLimits = {}): Promise<void> {
    const home = this.#goHome()
    const own = this.#ownLimits
    this.#limits = { ...own, ...limits }
    const local = settingsOf(changed(own, limits), 'SET LOCAL')
    this.#settings.localLimits = local
    this.#settings.began()
    this.#refusedCommit = false
    const text = ['BEGIN', ...local].join('; ')
    await after(
      home,
      this.#abreast(text, () => this.#client.query(text)),
    )
  }

  async beginReading(): Promise<void> {
    this.#refusedCommit = false
    await this.#abreast('BEGIN READ ONLY', () => this.#client.query('BEGIN READ ONLY'))
  }

  /** True too where a commit was refused: then nothing of the transaction is done. */
  async intact(): Promise<boolean> {
    return this.#refusedCommit || this.#client.getTransactionStatus() !== 'I'
  }

  async commit(at: SourceLocation = ENGINE): Promise<void> {
    const { command } = await this.#abreast('COMMIT', () => this.#client.query('COMMIT'), at).catch((error: unknown) => {
      this.#refusedCommit = true
      throw error
    })
    this.#settings.finished('commit')
    // COMMIT of a failed transaction is a rollback, and the server does not call it an error.
    if (command === 'ROLLBACK') {
      this.#refusedCommit = true
      const facts = { ...at, statement: 'COMMIT', sqlState: '25P02', message: 'the transaction had failed and was rolled back' }
      throw new InterphaseError('statement.failed', facts)
    }
  }

  async rollback(): Promise<void> {
    this.#refusedCommit = false
    await this.#simple('ROLLBACK', ENGINE)
    this.#settings.finished('rollback')
  }

  async limit(limits: TimeLimits): Promise<void> {
    const home = this.#goHome()
    this.#ownLimits = limits
    this.#limits = limits
    const all = { lockTimeoutMs: 'DEFAULT', statementTimeoutMs: 'DEFAULT', ...limits } as const
    const statements = settingsOf(all, 'SET')
    this.#limitSettings = statements
    this.#settings.limits = [...statements, ...this.#silence]
    await after(home, this.#simple(statements.join('; '), ENGINE))
  }

  /** COPY … FROM stdin with its rows. An error in a row is told with the line of that row. */
  async #copy(statement: string, rows: string, at: SourceLocation): Promise<StatementResult> {
    try {
      return await this.#watched(statement, at, async () => {
        return { rows: [], columns: [], affected: await copyRows(this.#client, statement, rows) }
      })
    } catch (error) {
      throw atRow(error, at)
    }
  }

  async endWhenSilent(ms: number): Promise<void> {
    const home = this.#goHome()
    this.#silence = silenceSettings(ms, this.version)
    this.#settings.limits = [...this.#limitSettings, ...this.#silence]
    await after(home, this.#simple(this.#silence.join('; '), ENGINE))
  }

  async touch(): Promise<void> {
    if (this.#inHand || this.lost.aborted) return
    // Even a transaction that has failed takes a text without a statement.
    await this.#abreast('', () => this.#client.query(''))
  }

  async reset(): Promise<void> {
    this.#settings.end()
    await this.#leftovers.end()
  }

  /** Takes back what the file in hand has set, without waiting for it. */
  async #goHome(): Promise<void> {
    const home = this.#settings.beforeEngine()
    if (!home) return
    if (home.way === 'set') {
      await this.#abreast(SET_ALL, () => this.#client.query(setAll(home.settings, this.#nameOf(SET_ALL))))
      return
    }
    const sent = this.#abreast(home.text, () => this.#client.query<Shown>(home.text))
    if (home.way === 'read') {
      const homes = this.#settings.homes()
      const reading = sent.then((results) => this.#settings.note(madeBy([results].flat(), this.#login, homes)))
      // A failure is told by the statement that is sent behind it.
      this.#reading = reading.catch(ignore)
    }
    await sent
  }

  async cancel(): Promise<void> {
    this.#cancelled = true
    const other = new pg.Client(this.#address.config)
    other.on('error', ignore)
    try {
      await other.connect()
      await other.query('SELECT pg_cancel_backend($1)', [numberOf(this.backend)])
    } catch (error) {
      throw connectError(error, this.#address, other.user ?? 'the user')
    } finally {
      await other.end().catch(ignore)
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    if (!this.lost.aborted) await this.#client.end().catch(ignore)
  }

  /** Sends one statement of the engine; from its second time on the server keeps it prepared. */
  async #send<Row extends Pg.QueryResultRow>(text: string, values: readonly Value[] = []): Promise<Pg.QueryResult<Row>> {
    const prepared = values.length > 0 || ASKS.test(text) ? this.#nameOf(text) : undefined
    const query = { text, values: values.map(sendable) }
    if (prepared === undefined) return this.#abreast(text, async () => last(await this.#client.query<Row>(query)))
    return this.#abreast(text, async () => {
      try {
        return last(await this.#client.query<Row>({ ...query, name: prepared }))
      } catch (error) {
        if (!isStalePlan(error)) throw error
        // Another run has upgraded the ledger. In a transaction, which has failed now, the error of the plan is the one to tell.
        this.#prepared.delete(text)
        return last(await this.#client.query<Row>(query).catch(() => Promise.reject(error)))
      }
    })
  }

  /**
   * Sends a statement at the time that the server makes its plan. A plan made while the catalogs are nearly empty would scan
   * them from end to end, and go on to do so when they are full.
   */
  async #planned(text: string, values: readonly Value[]): Promise<Pg.QueryResult> {
    const [before] = await this.#simple("SELECT current_setting('enable_seqscan') AS was; SET enable_seqscan = off", ENGINE)
    const restore = `SET enable_seqscan = ${before?.rows[0]?.was ?? 'on'}`
    try {
      const result = await this.#send(text, values)
      await this.#simple(restore, ENGINE)
      return result
    } catch (error) {
      // In a transaction that has failed, the rollback does it. What the driver says of the transaction now may be of before.
      await this.#simple(restore, ENGINE).catch(ignore)
      throw error
    }
  }

  /** Sends a text as it is, in the simple protocol where it has no values. */
  async #simple(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<readonly Pg.QueryResult[]> {
    const query = { text, types: { getTypeParser: parserOf }, ...(values && values.length > 0 ? { values: [...values] } : {}) }
    return this.#watched(text, at, async () => [await this.#client.query(query)].flat())
  }

  /** One statement after the other, even when a function migration sends several at once. */
  #watched<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    const mine = this.#everything.then(() => this.#sent(text, at, send))
    this.#lastAlone = this.#everything = mine.then(ignore, ignore)
    return mine
  }

  /** A statement of the engine goes out behind those before it, without waiting for what the server says to them. */
  #abreast<Result>(text: string, send: () => Promise<Result>, at: SourceLocation = ENGINE): Promise<Result> {
    const mine = this.#lastAlone.then(() => this.#sent(text, at, send))
    // What was answered is not kept: one such promise holds the one before it.
    this.#everything = Promise.allSettled([this.#everything, mine]).then(ignore)
    return mine
  }

  async #sent<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    if (this.lost.aborted) throw this.lost.reason
    const inHand = { text, at }
    this.#inHand = inHand
    this.#cancelled = false
    try {
      return await send()
    } catch (error) {
      if (isLoss(error)) this.#lose(error)
      const statementTimeoutMs = this.#limits.statementTimeoutMs ?? 0
      const statement = at === ENGINE ? brief(text) : text
      throw statementError(error, { statement, at, doing: doing(text, at), statementTimeoutMs, cancelled: this.#cancelled })
    } finally {
      // Another may have gone out behind it.
      if (this.#inHand === inHand) this.#inHand = undefined
    }
  }

  #nameOf(text: string): string | undefined {
    if (!this.#prepared.has(text)) {
      this.#prepared.set(text, undefined)
      return undefined
    }
    const prepared = this.#prepared.get(text) ?? `interphase_${(this.#names += 1)}`
    this.#prepared.set(text, prepared)
    return prepared
  }

  #forgetPrepared(): void {
    this.#prepared.clear()
  }

  #lose(error: unknown): void {
    if (!this.#closing && !this.lost.aborted)
      this.#loss.abort(lostError(error, this.#inHand ? doing(this.#inHand.text, this.#inHand.at) : 'waiting'))
  }
}

/** A row of what `FileSettings` has asked for. */
interface Shown {
  readonly connected?: string
  readonly role?: string
  readonly name?: string
  readonly setting?: string
  readonly reset?: string
}

const SET_ALL = 'SELECT pg_catalog.set_config(s.name, s.value, false) FROM unnest($1::text[], $2::text[]) AS s(name, value)'

function setAll(settings: readonly Setting[], prepared: string | undefined): Pg.QueryConfig {
  return {
    ...(prepared !== undefined && { name: prepared }),
    text: SET_ALL,
    values: [settings.map(({ name }) => name), settings.map(({ value }) => value)],
  }
}

/** The settings of a file that differ from the engine's; the user and the role come last. */
function madeBy(results: readonly Pg.QueryResult<Shown>[], login: string, homes: ReadonlyMap<string, string>): readonly Made[] {
  const rows = results.flatMap((result) => result.rows)
  const who = rows.find(({ role }) => role !== undefined)
  return [
    ...rows.flatMap(({ name = '', setting = '', reset = '' }) => {
      return name === '' || setting === (homes.get(name) ?? reset) ? [] : [{ name, value: setting, reset }]
    }),
    ...(who?.connected === undefined || who.connected === login
      ? []
      : [{ name: 'session_authorization', value: who.connected, reset: login }]),
    ...(who?.role === undefined || who.role === 'none' ? [] : [{ name: 'role', value: who.role, reset: 'none' }]),
  ]
}

/** Two that are on their way to the server one behind the other; where both fail, the first says why. */
async function after<T>(first: Promise<void>, second: Promise<T>): Promise<T> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return other.value
}

/** The limits that are not in force anyway. */
function changed(own: TimeLimits, { lockTimeoutMs, statementTimeoutMs }: TimeLimits): TimeLimits {
  return {
    ...(lockTimeoutMs !== undefined && lockTimeoutMs !== own.lockTimeoutMs && { lockTimeoutMs }),
    ...(statementTimeoutMs !== undefined && statementTimeoutMs !== own.statementTimeoutMs && { statementTimeoutMs }),
  }
}

function settingsOf(limits: { readonly [K in keyof TimeLimits]: number | 'DEFAULT' | undefined }, set: string): string[] {
  const { lockTimeoutMs, statementTimeoutMs } = limits
  return [
    ...(lockTimeoutMs === undefined ? [] : [`${set} lock_timeout = ${lockTimeoutMs}`]),
    ...(statementTimeoutMs === undefined ? [] : [`${set} statement_timeout = ${statementTimeoutMs}`]),
  ]
}

// The driver has no way of its own for bigints.
function sendable(value: Value): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function versionOf({ text, number }: Greeting): ServerVersion {
  return { text, major: Math.floor(number / 10_000), minor: number % 10_000 }
}

function last<Row extends Pg.QueryResultRow>(results: Pg.QueryResult<Row> | readonly Pg.QueryResult<Row>[]): Pg.QueryResult<Row> {
  const found = [results].flat().at(-1)
  if (!found) throw new InterphaseError('internal', { problem: 'the server answered nothing' })
  return found
}

function doing(text: string, at: SourceLocation): string {
  return at === ENGINE ? `the engine ran ${brief(text)}` : `${at.file}:${at.line} ran`
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}

function ignore(): void {}
