import type { UnwrittenDifference } from '../../dialect/schema-writer.ts'
import { type ChangeFileKind } from '../../project/patterns/pattern.ts'
import type { DialectName } from '../../schema/object.ts'

/** A change of a draft, with its files. */
export interface DraftedChange {
  readonly slug: string
  readonly files: readonly DraftedFile[]
}

export interface DraftedFile {
  readonly kind: ChangeFileKind
  /** The questions that a person has to answer before the release is recorded. */
  readonly questions?: readonly string[]
  /** The declarations of the front matter, such as `transaction off`. */
  readonly declarations?: readonly string[]
  /** Lines of comments. */
  readonly remarks?: readonly string[]
  /** The statements, with semicolons. Empty for a file of comments. */
  readonly body: string
}

/** The changes of a draft, and the differences that none of them makes. */
export interface DraftedRelease {
  readonly changes: readonly DraftedChange[]
  readonly unwritten: readonly UnwrittenDifference[]
}

/** Makes the text of a file: questions, front matter, comments, statements. */
export function formatDraftedFile({ questions = [], declarations = [], remarks = [], body }: DraftedFile): string {
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

/** Makes the body of a file from statements without semicolons. */
export function bodyOf(statements: readonly string[], dialect: DialectName): string {
  return statements.map((statement) => `${endedStatement(statement, dialect)}\n`).join('')
}

/** Ends a statement as a file contains it. A statement of MySQL or MariaDB with semicolons gets a delimiter of its own. */
function endedStatement(statement: string, dialect: DialectName): string {
  if (dialect === 'postgres' || !statement.includes(';')) return `${statement};`
  const delimiter = ['//', '$$', '|||'].find((one) => !statement.includes(one)) ?? '@@@@'
  return `DELIMITER ${delimiter}\n${statement}${delimiter}\nDELIMITER ;`
}
