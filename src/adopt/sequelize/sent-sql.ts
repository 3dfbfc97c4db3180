/** Writes a value as a literal of the server. */
export type WriteLiteral = (value: unknown) => string

/** The statements that one connection sent, without those that it rolled back. */
export class SentStatements {
  #kept: string[] = []
  /** For each open transaction and savepoint, the number of statements before it. */
  readonly #open: number[] = []

  /** Adds a statement. Transaction control and queries that only read are left out. */
  add(text: string): void {
    if (BEGINS.test(text)) this.#open.push(this.#kept.length)
    else if (ROLLS_BACK.test(text)) this.#kept.length = this.#open.pop() ?? this.#kept.length
    else if (COMMITS.test(text)) this.#open.pop()
    else if (!ONLY_CONTROLS.test(text) && !onlyReads(text)) this.#kept.push(text.trim().replace(/;\s*$/, ''))
  }

  /** Returns the statements since the last call. */
  take(): readonly string[] {
    const taken = this.#kept
    this.#kept = []
    return taken
  }
}

const BEGINS = /^\s*(?:START\s+TRANSACTION|BEGIN|SAVEPOINT)\b/i
const ROLLS_BACK = /^\s*ROLLBACK\b/i
const COMMITS = /^\s*(?:COMMIT|RELEASE\s+SAVEPOINT)\b/i
const ONLY_CONTROLS = /^\s*SET\s+(?:(?:SESSION|LOCAL)\s+)?(?:TRANSACTION|CHARACTERISTICS|autocommit)\b/i

/** A query that calls a function and has no FROM can change something, such as `SELECT setval(…)`. */
function onlyReads(text: string): boolean {
  if (/^\s*(?:SHOW|DESCRIBE|DESC|EXPLAIN)\b/i.test(text)) return true
  if (!/^\s*SELECT\b/i.test(text)) return false
  return !/^\s*SELECT\s+[\w."`]+\s*\(/i.test(text) || /\bfrom\b/i.test(text) || /^\s*SELECT\s+(?:version|now|count)\s*\(/i.test(text)
}

/**
 * Replaces the placeholders of a statement by literals: `$1` (PostgreSQL) or `?` (MySQL, MariaDB). Text in quotes and comments stays as it is.
 */
export function inlineValues(text: string, values: readonly unknown[], literal: WriteLiteral): string {
  let next = 0
  return text.replaceAll(PIECES, (piece, _tag: string | undefined, numbered: string | undefined) => {
    if (numbered !== undefined) return literal(values[Number(numbered) - 1])
    return piece === '?' ? literal(values[next++]) : piece
  })
}

const PIECES = /'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)|\?/g

/** Writes the statements as a migration file. `from` is the name of the old file. */
export function writeHistoryFile(from: string, statements: readonly string[], usesDelimiter: boolean): string {
  const needsOff = statements.some((text) => /\bCONCURRENTLY\b/i.test(text))
  const head = `${needsOff ? '-- interphase: transaction off\n' : ''}-- Imported from ${from}.\n`
  if (statements.length === 0) return `${head}-- The migration changed nothing on an empty database.\n`
  return (
    head +
    statements.map((text) => (usesDelimiter && text.includes(';') ? `DELIMITER //\n${text}//\nDELIMITER ;\n` : `${text};\n`)).join('')
  )
}

/** Returns the name of the old file that a migration file was imported from. */
export function importedFrom(text: string): string | undefined {
  return /^-- Imported from (.+)\.$/m.exec(text.slice(0, 1000))?.[1]
}
