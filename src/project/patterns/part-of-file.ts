import type { SchemaObject } from '../../schema/object.ts'
import { describeTableCopyReason, findTableCopyReason } from '../../schema/table-copy.ts'
import { formatGeneratedChangeFile, type GeneratedChangeFile } from './change-file.ts'
import type { RecordedColumn } from './recorded-table.ts'

/** The statements of one file of a pattern, with the front matter that they need: questions and declarations in comments. */
export type PatternFilePart = Required<Pick<GeneratedChangeFile, 'questions' | 'declarations' | 'remarks'>> & {
  readonly statements: readonly string[]
}

/** Returns true if the server must copy the whole table in order to add or drop a column. */
export function mustServerCopyTable({ objects }: Pick<RecordedColumn, 'objects'>): boolean {
  return findTableCopyReason(objects) !== undefined
}

/** The new column that replaces a recorded column. `type` is absent if the new column has the same type as the old column. */
export interface ReplacementColumn {
  readonly name: string
  readonly type?: string
}

/** The declaration of a file whose statements block the application while they read or copy a table. */
export function makeSmallTableDeclaration(rule: 'rewrite' | 'scan'): string {
  return `despite ${rule} because the table is small`
}

/**
 * Returns the question for the author, and the declaration, for a file that changes the columns of a table. The result is empty
 * if the server can change the columns without copying the table.
 */
export function makeTableCopyFilePart({ objects }: Pick<RecordedColumn, 'objects'>): PatternFilePart {
  const reason = findTableCopyReason(objects)
  if (!reason) return makePatternFilePart({})
  const other = reason.kind === 'fulltext' ? ' Otherwise drop the index first, and create it again after contract.' : ''
  return makePatternFilePart({
    questions: [
      `Because ${describeTableCopyReason(reason)}, the server cannot add, change or drop a column instantly or in place while sessions write. It copies the whole table, and blocks writes. Is the table small enough, or does no session write meanwhile?${other}`,
    ],
    declarations: [makeSmallTableDeclaration('rewrite')],
  })
}

export function makePatternFilePart({
  questions = [],
  declarations = [],
  remarks = [],
  statements = [],
}: Partial<PatternFilePart>): PatternFilePart {
  return { questions, declarations, remarks, statements }
}

export function joinPatternFileParts(parts: readonly PatternFilePart[]): PatternFilePart {
  return {
    questions: [...new Set(parts.flatMap(({ questions }) => questions))],
    declarations: [...new Set(parts.flatMap(({ declarations }) => declarations))],
    remarks: parts.flatMap(({ remarks }) => remarks),
    statements: parts.flatMap(({ statements }) => statements),
  }
}

/** The declaration of a file whose statements cannot run in one transaction. */
export const OUTSIDE_TRANSACTION_DECLARATION = 'transaction off'

export function isFilePartOutsideTransaction({ declarations }: PatternFilePart): boolean {
  return declarations.includes(OUTSIDE_TRANSACTION_DECLARATION)
}

/** Returns the front matter of a part of a file, which contains questions and declarations, as lines of SQL comments. */
export function formatFrontMatter({ questions, declarations, remarks }: Omit<PatternFilePart, 'statements'>): string {
  return formatGeneratedChangeFile({ kind: 'contract', questions, declarations, remarks, body: '' })
}

/**
 * Changes the text of a data step in batches to a data step without batches. Batches need a key that divides the rows into ranges,
 * and a storage engine that can roll a batch back.
 */
export function removeBatches(text: string): string {
  return text.replace(/^-- interphase: batch .*$/m, '-- interphase: rerunnable').replaceAll(':batch AND ', '')
}

/** Returns true if the storage engine of a table can roll a batch back. `objects` contains the objects of the table. */
export function canTableRollBack(objects: Iterable<SchemaObject>): boolean {
  return findTableCopyReason(objects)?.kind !== 'storage engine'
}
