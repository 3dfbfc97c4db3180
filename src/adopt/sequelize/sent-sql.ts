import { isReadOnlyStatementOfOldMigration } from './only-reads.ts'

/** A function that returns a value as a SQL literal of the server. */
export type FormatSqlLiteral = (value: unknown) => string

interface SentStatement {
  readonly connection: object
  readonly text: string
}

/** The beginning of a transaction or of a savepoint: the number of statements that were sent before it. */
interface Mark {
  readonly name: string
  readonly at: number
}

/**
 * Collects the statements that the connections of one Sequelize instance send, without those that a server refused or that were
 * rolled back.
 */
export class SequelizeSentStatementCollector {
  readonly #commitsImplicitly: boolean
  #kept: (SentStatement | undefined)[] = []
  /** The open transaction of each connection with its savepoints, the outermost first. */
  readonly #open = new WeakMap<object, Mark[]>()

  constructor(commitsImplicitly: boolean) {
    this.#commitsImplicitly = commitsImplicitly
  }

  /**
   * Adds a statement, unless the statement controls a transaction or only reads. Returns a function that removes the statement
   * again, which the caller calls if the server refuses the statement.
   */
  add(connection: object, text: string): () => void {
    const control = readControl(text)
    if (control) {
      this.#open.set(connection, this.#after(control, connection))
      return nothing
    }
    if (isReadOnlyStatementOfOldMigration(text)) return nothing
    const at = this.#kept.push({ connection, text: text.trim().replace(/;\s*$/, '') }) - 1
    const kept = this.#kept
    // MySQL and MariaDB commit implicitly before a DDL statement, so a later ROLLBACK does not undo the earlier statements.
    if (this.#commitsImplicitly && COMMITS_IMPLICITLY.test(text)) this.#open.set(connection, [])
    return () => (kept[at] = undefined)
  }

  /** Returns the statements that the Sequelize instance has sent since the last call of `take`. */
  take(): readonly string[] {
    const taken = this.#kept.flatMap((one) => one?.text ?? [])
    this.#kept = []
    return taken
  }

  /**
   * Returns the open transaction and its open savepoints after a statement such as BEGIN, SAVEPOINT or COMMIT. For a rollback,
   * the method also removes the rolled-back statements from the list of sent statements.
   */
  #after({ kind, name }: TransactionControl, connection: object): Mark[] {
    const open = this.#open.get(connection) ?? []
    const mark = { name, at: this.#kept.length }
    switch (kind) {
      case 'begin':
        return [mark]
      case 'savepoint':
        return [...open, mark]
      case 'commit':
        return []
      case 'release':
        return upTo(open, name)
      case 'rollback':
        this.#takeBack(connection, open[0])
        return []
      case 'rollback-to': {
        const back = open.findLast((one) => one.name === name)
        this.#takeBack(connection, back)
        return back ? [...upTo(open, name), back] : open
      }
    }
  }

  #takeBack(connection: object, since: Mark | undefined): void {
    if (since) this.#kept = this.#kept.map((one, index) => (index >= since.at && one?.connection === connection ? undefined : one))
  }
}

/** Returns the transactions and savepoints that were already open when the last savepoint with the given name began. */
function upTo(open: readonly Mark[], name: string): Mark[] {
  const place = open.findLastIndex((one) => one.name === name)
  return open.slice(0, place < 0 ? open.length : place)
}

const COMMITS_IMPLICITLY = /^\s*(?:CREATE|ALTER|DROP|RENAME|TRUNCATE|GRANT|REVOKE|LOCK|ANALYZE|OPTIMIZE)\b(?!\s+TEMPORARY\b)/i

interface TransactionControl {
  readonly kind: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollback-to'
  /** The name of the savepoint. The name is empty for the transaction itself. */
  readonly name: string
}

const CONTROLS: readonly (readonly [TransactionControl['kind'], RegExp])[] = [
  ['begin', /^(?:START\s+TRANSACTION|BEGIN)\b[^;]*$/i],
  ['commit', /^(?:COMMIT|END)\b[^;]*$/i],
  ['rollback-to', /^ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO\s+(?:SAVEPOINT\s+)?([^;]+)$/i],
  ['rollback', /^(?:ROLLBACK|ABORT)\b[^;]*$/i],
  ['savepoint', /^SAVEPOINT\s+([^;]+)$/i],
  ['release', /^RELEASE\s+(?:SAVEPOINT\s+)?([^;]+)$/i],
]

// Returns the transaction control of a statement, such as BEGIN. A text with several statements does not count as transaction
// control, even if the first statement is BEGIN.
function readControl(text: string): TransactionControl | undefined {
  const alone = text.trim().replace(/[;\s]+$/, '')
  for (const [kind, pattern] of CONTROLS) {
    const match = pattern.exec(alone)
    if (match) return { kind, name: match[1]?.trim() ?? '' }
  }
  return undefined
}

/**
 * Replaces the placeholders of a statement by literals: `$1` on PostgreSQL, or `?` on MySQL and MariaDB. The function does not
 * change quoted texts and comments.
 */
export function inlinePlaceholderValues(text: string, values: readonly unknown[], literal: FormatSqlLiteral): string {
  let next = 0
  return text.replaceAll(PIECES, (piece, _tag: string | undefined, numbered: string | undefined) => {
    if (numbered !== undefined) return literal(values[Number(numbered) - 1])
    return piece === '?' ? literal(values[next++]) : piece
  })
}

const PIECES = /'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)|\?/g

function nothing(): void {
  // The statement was not added to the list of sent statements, so this function has nothing to remove.
}
