import { formatFileBody, type GeneratedChangeFile } from '../../project/patterns/change-file.ts'
import { makeMirroredColumnFiles } from '../../project/patterns/new-column.ts'
import { notNullPattern } from '../../project/patterns/not-null.ts'
import { canTableRollBack, removeBatches } from '../../project/patterns/part-of-file.ts'
import { applyDifferences } from '../../schema/difference.ts'
import { type ColumnObject, tableGroupKey } from '../../schema/object.ts'
import type { MultiPhaseColumnDifference } from './column-cases.ts'
import {
  type DraftContext,
  makeQuotedPatternArguments,
  makeSlugFromNames,
  objectsOfTable,
  patternServerOf,
  primaryKeyColumnsOf,
} from './draft-context.ts'
import type { DraftedChange } from './drafted-change.ts'

/**
 * The placeholder in a drafted data step that a person must replace by a value. Before that, the server refuses the statement,
 * because no column has the name of the placeholder.
 */
export const DRAFTED_VALUE_PLACEHOLDER = 'value_to_fill_in'

/** Returns the changes of a release for one column, with files for each phase that the column needs. */
export function makeDraftedColumnChanges(context: DraftContext, one: MultiPhaseColumnDifference): readonly DraftedChange[] {
  switch (one.kind) {
    case 'filled':
      return [writeFilledColumn(context, one.column, one.value)]
    case 'required':
      return [writeRequiredColumn(context, one.column)]
    case 'renamed':
      return [writeRenamedColumn(context, one.before, one.after), ...fillNulls(context, one.before, one.after)]
    case 'retyped':
      return [
        ...writeRetypedColumn(context, one.before, one.after),
        ...fillNulls(context, one.before, { ...one.after, name: nameOfRetyped(one.before) }),
      ]
  }
}

function writeFilledColumn(context: DraftContext, column: ColumnObject, value: string | undefined): DraftedChange {
  const { table, name, type } = column
  const question =
    value === undefined
      ? `Which value do existing rows get in the new column ${table}.${name} (${type})? Write it instead of ${DRAFTED_VALUE_PLACEHOLDER}.`
      : `Existing rows get the default of the new column ${table}.${name}: ${value}. Is this the right value for them?`
  return {
    slug: makeSlugFromNames(table, name),
    files: [...dataStep(context, column, value ?? DRAFTED_VALUE_PLACEHOLDER, question), ...notNullFile(context, column)],
  }
}

function writeRequiredColumn(context: DraftContext, column: ColumnObject): DraftedChange {
  const { table, name, type } = column
  const question = `Which value do the rows get that have NULL in ${table}.${name} (${type})? Write it instead of ${DRAFTED_VALUE_PLACEHOLDER}. Remove the data step and its pending query if there are no such rows, and the old version writes none.`
  return {
    slug: makeSlugFromNames(table, name, 'not-null'),
    files: [...dataStep(context, column, DRAFTED_VALUE_PLACEHOLDER, question), ...notNullFile(context, column)],
  }
}

/**
 * Returns a data step for a column that contract replaces by a NOT NULL column. The data step writes a value into the rows in
 * which both columns are NULL. Returns no data step if the old column is NOT NULL already, or if the new column accepts NULL.
 */
function fillNulls(context: DraftContext, before: ColumnObject, after: ColumnObject): readonly DraftedChange[] {
  if (!before.nullable || after.nullable) return []
  const { table, name, type } = after
  const question = `Which value do the rows get that have NULL in ${table}.${before.name} (${type})? Write it instead of ${DRAFTED_VALUE_PLACEHOLDER}.`
  return [{ slug: makeSlugFromNames(table, name, 'not-null'), files: dataStep(context, after, DRAFTED_VALUE_PLACEHOLDER, question) }]
}

/** Returns the temporary name of the column with the new type. Contract gives this column the name of the old column. */
function nameOfRetyped({ name }: ColumnObject): string {
  return `${name}_retyped`
}

function dataStep(context: DraftContext, column: ColumnObject, value: string, question: string): readonly GeneratedChangeFile[] {
  const names = makeQuotedPatternArguments(context, column, { value })
  const texts = notNullPattern.texts(names, patternServerOf(context))
  return [
    { kind: 'migrate', questions: [question], body: forTable(context, column.table, texts.migrate ?? '') },
    { kind: 'migrate.pending', body: texts['migrate.pending'] ?? '' },
  ]
}

/**
 * Returns the text of a data step for a table. Batches need a primary key, which divides the rows into ranges, and a storage
 * engine that can roll back. Without one of them, the function changes the text so that the data step runs without batches.
 */
function forTable({ from }: DraftContext, table: string, text: string): string {
  const objects = from.groups.get(tableGroupKey(table))?.values() ?? []
  if (primaryKeyColumnsOf(from, table).length > 0 && canTableRollBack(objects)) return text
  return removeBatches(text)
}

function notNullFile(context: DraftContext, column: ColumnObject): readonly GeneratedChangeFile[] {
  if (column.nullable) return []
  const { statements, ...facts } = setNotNull(context, column)
  return [{ kind: 'contract', ...facts, body: formatFileBody(statements, context.dialect) }]
}

/** Returns the statements that make a column NOT NULL, with the declarations and questions that their migration file needs. */
function setNotNull(
  { online, from, to }: DraftContext,
  column: ColumnObject,
): Pick<GeneratedChangeFile, 'questions' | 'declarations'> & { readonly statements: readonly string[] } {
  const { table, name } = column
  const { statements, isOutsideTransaction, isBlocking } = online.setNotNull(column, [
    ...objectsOfTable(from, table),
    ...objectsOfTable(to, table),
  ])
  if (isBlocking) {
    const question = `The server copies the whole table ${table} and blocks writes, to make ${name} NOT NULL. Is the table small enough?`
    return { statements, questions: [question], declarations: ['despite rewrite because the table is small'] }
  }
  return { statements, declarations: isOutsideTransaction ? ['transaction off'] : [] }
}

function writeRenamedColumn(context: DraftContext, before: ColumnObject, after: ColumnObject): DraftedChange {
  const { table } = before
  const names = makeQuotedPatternArguments(context, before, { to: after.name, type: context.online.typeOf(after) })
  const { texts, dropMirror } = makeMirroredColumnFiles(names, patternServerOf(context), names.column)
  const raw: ColumnObject = { ...bareColumn(after), nullable: true }
  const required = after.nullable ? undefined : setNotNull(context, { ...raw, nullable: false })
  const finished = finishColumn(context, { ...raw, nullable: after.nullable }, after)
  const question = `Is ${table}.${after.name} the new name of ${table}.${before.name}? If it is not, remove this release, and run interphase draft again with --not-renamed ${table}.${before.name}.`
  const { expand = '', migrate = '' } = texts
  return {
    slug: makeSlugFromNames(table, before.name, 'to', after.name),
    files: [
      { kind: 'expand', questions: [question], body: expand },
      { kind: 'expand.undo', body: texts['expand.undo'] ?? '' },
      { kind: 'migrate', body: forTable(context, table, migrate) },
      { kind: 'migrate.pending', body: texts['migrate.pending'] ?? '' },
      {
        kind: 'contract',
        ...(required && { questions: required.questions ?? [], declarations: required.declarations ?? [] }),
        remarks: [`The last change of the release drops the column ${before.name}.`],
        body: `${formatFileBody([...(required?.statements ?? []), ...finished], context.dialect)}${dropMirror}`,
      },
    ],
  }
}

/**
 * Returns a copy of the column with only its type, nullability and collation. Contract adds the default, the comment and the
 * other properties.
 */
function bareColumn({ kind, table, name, type, nullable, collation }: ColumnObject): ColumnObject {
  return { kind, table, name, type, nullable, ...(collation !== undefined && { collation }) }
}

/** Returns the statements that give a column its default, its comment and its other properties. */
function finishColumn({ write, to }: DraftContext, before: ColumnObject, after: ColumnObject): readonly string[] {
  return write(applyDifferences(to, [{ kind: 'altered', before: after, after: before }]), to).statements
}

// MySQL and MariaDB commit each statement, and a trigger that names a missing column makes every write of its table fail.
const WRITES_THAT_FAIL =
  'A write of the table fails between ALTER TABLE and the last DROP TRIGGER of this file, because the triggers name the dropped column. Does the application repeat a failed write, or does it write nothing while this file runs?'

/**
 * Returns the changes of a release for a column with another type under the same name. Expand creates a second column and the
 * triggers that copy the values into it. Contract gives the second column the name of the first column.
 */
function writeRetypedColumn(context: DraftContext, before: ColumnObject, after: ColumnObject): readonly DraftedChange[] {
  const { online, dialect } = context
  const { table, name } = before
  const to = nameOfRetyped(before)
  const type = online.typeOf(after)
  const names = makeQuotedPatternArguments(context, before, { to, type })
  const { texts, dropMirror } = makeMirroredColumnFiles(
    names,
    patternServerOf(context),
    dialect === 'postgres' ? `CAST(${names.column} AS ${after.type})` : names.column,
    { remark: `Both versions use ${names.column}. At the end of contract, ${names.to} takes its name.` },
  )
  const raw: ColumnObject = { ...bareColumn(after), name: to, nullable: true }
  const required = after.nullable ? undefined : setNotNull(context, { ...raw, nullable: false })
  const swapped = { ...bareColumn(after), nullable: after.nullable }
  const swap: GeneratedChangeFile = {
    kind: 'contract',
    questions: [
      `Until contract, both versions of the application must use the column ${table}.${name}, and write only values that fit ${before.type} and ${after.type}. In contract, the column ${to} takes the name ${name}. Do both versions fulfil this condition?`,
      ...(dialect === 'postgres' ? [] : [WRITES_THAT_FAIL]),
    ],
    declarations: [
      `despite adds because the column ${to} takes the name ${name} in the step that drops the old column`,
      `effect removes because the values of ${name} get another form`,
    ],
    body: formatFileBody([...online.replaceColumn(before, to), ...finishColumn(context, swapped, after)], dialect),
  }
  const conversion = `Does the conversion of ${table}.${name} from ${before.type} to ${after.type} keep every value? Otherwise write another expression here, in the pending query and in the trigger of expand.`
  const { expand = '', migrate = '' } = texts
  const shared: readonly GeneratedChangeFile[] = [
    { kind: 'expand', body: expand },
    { kind: 'expand.undo', body: texts['expand.undo'] ?? '' },
    { kind: 'migrate', questions: [conversion], body: forTable(context, table, migrate) },
    { kind: 'migrate.pending', body: texts['migrate.pending'] ?? '' },
  ]
  const ends: GeneratedChangeFile =
    dialect === 'postgres' ? { ...swap, body: `${dropMirror}${swap.body}` } : { ...swap, body: `${swap.body}${dropMirror}` }
  if (!required) return [{ slug: makeSlugFromNames(table, name), files: [...shared, ends] }]
  const { statements, ...facts } = required
  const proof: GeneratedChangeFile = { kind: 'contract', ...facts, body: formatFileBody(statements, dialect) }
  return [
    { slug: makeSlugFromNames(table, name), files: [...shared, proof] },
    { slug: makeSlugFromNames(table, name, 'swap'), files: [ends] },
  ]
}
