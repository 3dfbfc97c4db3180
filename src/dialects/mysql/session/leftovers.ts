import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { beginsWithLockTables } from '../text/locked.ts'

/**
 * Collects the objects that a migration file leaves in its session: temporary tables, prepared statements, handlers, named locks,
 * table locks and user variables. The class reads the statements of the file, because the servers cannot list all of these
 * objects. A reset of the whole session is not possible, because it would also release the lock of the run.
 */
export class MysqlSessionLeftoverTracker {
  readonly #ends = new Map<string, SqlStatement>()
  readonly #temporary = new Set<string>()
  #hasLocked = false

  /** The names of the temporary tables that statements of the migration file can have created. */
  get temporary(): ReadonlySet<string> {
    return this.#temporary
  }

  notice(text: string): void {
    if (!WORTH_READING.test(text)) return
    const tokens = tokenizeMysql(text).filter(({ kind }) => kind !== 'mark')
    if (beginsWithLockTables(text)) this.#hasLocked = true
    for (const token of tokens) this.#variable(text, token)
    for (let at = 0; at < tokens.length; at++) this.#made(text, tokens, at)
  }

  /**
   * Returns the statements that remove the objects which the migration file left in the session. Each of these statements can
   * fail, because the file can already have removed the object.
   */
  end(): readonly SqlStatement[] {
    const ends = [...(this.#hasLocked ? [sql`UNLOCK TABLES`] : []), ...this.#ends.values()]
    this.#ends.clear()
    this.#temporary.clear()
    this.#hasLocked = false
    return ends
  }

  #variable(text: string, { kind, value, start, end }: MysqlToken): void {
    if (kind !== 'word' || !/^@[^@]/.test(value)) return
    const variable = text.slice(start, end)
    this.#ends.set(value, sql`SET ${sqlVerbatim(variable)} = NULL`)
  }

  #made(text: string, tokens: readonly MysqlToken[], at: number): void {
    const words = tokens.slice(at, at + 6).map(({ kind, value }) => (kind === 'word' || kind === 'symbol' ? value : ''))
    const named = (skipped: number) => nameAt(text, tokens, at + skipped)
    const [first, second] = words
    if (first === 'TEMPORARY' && second === 'TABLE' && tokens[at - 1]?.value !== 'DROP') {
      const table = named(words[2] === 'IF' ? 5 : 2)
      this.#temporary.add(table)
      this.#ends.set(`table ${table}`, sql`DROP TEMPORARY TABLE IF EXISTS ${sqlName(table)}`)
    }
    if (first === 'PREPARE') this.#ends.set(`prepared ${named(1)}`, sql`DEALLOCATE PREPARE ${sqlName(named(1))}`)
    if (first === 'HANDLER' && words[2] === 'OPEN') {
      const handler = named(words[3] === 'AS' ? 4 : words[3] === '' || words[3] === undefined ? 1 : 3)
      this.#ends.set(`handler ${handler}`, sql`HANDLER ${sqlName(handler)} CLOSE`)
    }
    const lock = tokens[at + 2]
    if (first === 'GET_LOCK' && second === '(' && lock?.kind === 'string')
      this.#ends.set(`lock ${lock.value}`, sql`DO RELEASE_LOCK(${sqlVerbatim(lock.value)})`)
  }
}

// The objects that migration files left in each session. The key of the map is the abort signal `lost` of the session. The session
// itself is not the key, because a shadow uses a proxy of the session, which is another object with the same signal.
const OF_SESSIONS = new WeakMap<AbortSignal, MysqlSessionLeftoverTracker>()

/** Registers the `MysqlSessionLeftoverTracker` of a session, so that `temporaryTablesOfSession` can find the tracker. */
export function registerMysqlSessionLeftoverTracker({ lost }: Pick<DatabaseSession, 'lost'>, leftovers: MysqlSessionLeftoverTracker): void {
  OF_SESSIONS.set(lost, leftovers)
}

/** Returns the names of the temporary tables that statements of the migration file can have created in the session. */
export function temporaryTablesOfSession({ lost }: Pick<DatabaseSession, 'lost'>): ReadonlySet<string> {
  return OF_SESSIONS.get(lost)?.temporary ?? new Set()
}

const WORTH_READING = /@|\btemporary\b|\bprepare\b|\bhandler\b|\bget_lock\b|\block\b/i

function nameAt(text: string, tokens: readonly MysqlToken[], at: number): string {
  const last = tokens[at + 1]?.value === '.' ? tokens[at + 2] : tokens[at]
  if (!last) return ''
  return last.kind === 'name' ? last.value : text.slice(last.start, last.end)
}
