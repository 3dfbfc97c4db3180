import type { DialectName } from '../../schema/object.ts'
import type { ChangeFileKind } from './pattern.ts'

/** A migration file that a pattern or a draft generates for a change. */
export interface GeneratedChangeFile {
  readonly kind: ChangeFileKind
  /** The questions that a person must answer before the release can be recorded. */
  readonly questions?: readonly string[]
  /** The declarations in the front matter (the comments at the beginning of the file), such as `transaction off`. */
  readonly declarations?: readonly string[]
  /** The comments of the migration file, one line each. */
  readonly remarks?: readonly string[]
  /**
   * The SQL statements of the file, each with the semicolon or delimiter that ends it. The text is empty for a file that contains
   * only comments.
   */
  readonly body: string
}

/** Returns the text of a generated migration file: questions, front matter, comments and statements. */
export function formatGeneratedChangeFile({ questions = [], declarations = [], remarks = [], body }: GeneratedChangeFile): string {
  const head = [
    ...questions.map((text) => `-- interphase: question ${oneLine(text)}`),
    ...declarations.map((words) => `-- interphase: ${oneLine(words)}`),
    ...remarks.map((text) => `-- ${oneLine(text)}`),
  ]
  return [...head.map((line) => `${line}\n`), body].join('')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Returns the statements as the text of a SQL file. The given statements have no semicolons at their ends. */
export function formatFileBody(statements: readonly string[], dialect: DialectName): string {
  return statements.map((statement) => `${endedStatement(statement, dialect)}\n`).join('')
}

/**
 * Returns a statement with the delimiter that a SQL file needs after it. For MySQL and MariaDB, DELIMITER lines enclose a
 * statement that contains semicolons.
 */
function endedStatement(statement: string, dialect: DialectName): string {
  if (dialect === 'postgres' || !statement.includes(';')) return `${statement};`
  const delimiter = ['//', '$$', '|||'].find((one) => !statement.includes(one)) ?? '@@@@'
  return `DELIMITER ${delimiter}\n${statement}${delimiter}\nDELIMITER ;`
}
