import type { ConstraintOrIndex } from '../../dialect/online-writer.ts'
import { sqlName } from '../../dialect/sql.ts'
import { applyDifferences, type Difference, namesOfDifferingObjectProperties } from '../../schema/difference.ts'
import { type ColumnObject, formatObjectName, objectIdOf, type SchemaObject, type ViewObject } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'
import { findDependentsOfColumn, makeDependentObjectQuestions } from './dependents.ts'
import { emptyMysqlValueOfColumnType } from './empty-value.ts'
import {
  isFilePartOutsideTransaction,
  joinPatternFileParts,
  makePatternFilePart,
  makeTableCopyFilePart,
  mustServerCopyTable,
  OUTSIDE_TRANSACTION_DECLARATION,
  type PatternFilePart,
  type ReplacementColumn,
} from './part-of-file.ts'
import type { RecordedColumn } from './recorded-table.ts'
import { renameColumnInQuery } from './rename-in-sql.ts'
import { addConstraintsAndIndexesToState, planConstraintAndIndexCopies } from './rule-copies.ts'

/** The statements that give the replacement of a column all properties of the old column, but not its values. */
export interface ReplacementColumnStatements {
  /**
   * The statements of expand, which create the constraints and indexes that the old version of the application does not notice.
   */
  readonly expand: PatternFilePart
  /** The statements of undo, which drop the constraints and indexes that expand creates and that DROP COLUMN does not remove. */
  readonly undo: PatternFilePart
  /**
   * The statements of contract. They give the new column NOT NULL, its default and its other properties, and make the views use
   * the new column. Then they remove all rules that force a value on the old column. They run before the statements that drop the
   * triggers.
   */
  readonly contract: PatternFilePart
}

/** Returns the statements for a new column that replaces the recorded column. */
export function makeReplacementColumnStatements(recorded: RecordedColumn, to: ReplacementColumn): ReplacementColumnStatements {
  const { state, column, dialect, write } = recorded
  const final = finalColumn(column, to)
  const raw = bareColumn(final)
  const known = findDependentsOfColumn(recorded)
  const withRaw = applyDifferences(state, [{ kind: 'added', object: raw }])
  const rules = planConstraintAndIndexCopies(recorded, to, withRaw, known.rules)
  const finished = finishColumn(recorded, withRaw, raw, final)
  const views = replaceViews(recorded, to, known.views)
  const contract = joinPatternFileParts([
    ownSequences(recorded, withRaw, final),
    finished,
    rules.late,
    views,
    // On PostgreSQL, a contract file runs in one transaction, unless a statement cannot run in a transaction. Application code
    // cannot write a row between two statements of the file, so the old column need not accept rows without a value.
    ...(dialect === 'postgres' && !isFilePartOutsideTransaction(joinPatternFileParts([finished, rules.late]))
      ? []
      : [releaseColumn(recorded, known.rules)]),
    makePatternFilePart({ questions: makeDependentObjectQuestions(recorded, known, to.name) }),
  ])
  const undone = rules.early.map((rule): Difference => ({ kind: 'removed', object: rule }))
  const withRules = addConstraintsAndIndexesToState(withRaw, rules.early)
  return {
    expand: rules.expand,
    // PostgreSQL drops the constraints and indexes of a column together with the column, so the undo needs no statements for
    // them.
    undo: makePatternFilePart({
      statements: dialect === 'postgres' ? [] : write(withRules, applyDifferences(withRules, undone)).statements,
    }),
    contract,
  }
}

/**
 * Returns the column without its collation, if the collation is the default of the table. The server gives this collation to the
 * column anyway.
 */
export function withoutDefaultCollation(
  { collation, ofDatabase, ...column }: ColumnObject,
  objects: readonly SchemaObject[],
): ColumnObject {
  const table = objects.find((object) => object.kind === 'table')
  const isDefault = table?.collation !== undefined && table.collation === collation && table.ofDatabase === ofDatabase
  return isDefault ? column : { ...column, ...(collation !== undefined && { collation }), ...(ofDatabase && { ofDatabase }) }
}

function finalColumn(column: ColumnObject, { name, type }: ReplacementColumn): ColumnObject {
  if (type === undefined) return { ...column, name }
  const { collation: _collation, ofDatabase: _ofDatabase, default: _default, onUpdate: _onUpdate, ...kept } = column
  return { ...kept, name, type }
}

/** Returns the column as it exists from expand until contract: nullable, with its type and collation. */
function bareColumn({ kind, table, name, type, collation, ofDatabase }: ColumnObject): ColumnObject {
  return { kind, table, name, type, nullable: true, ...(collation !== undefined && { collation }), ...(ofDatabase && { ofDatabase }) }
}

/** Returns the statements that give the new column its default, its comment and NOT NULL. */
function finishColumn(recorded: RecordedColumn, state: SchemaState, raw: ColumnObject, final: ColumnObject): PatternFilePart {
  const { write, online, objects, column, dialect } = recorded
  const lost = final.type === column.type ? undefined : (column.default ?? column.onUpdate)
  const asked =
    lost === undefined
      ? []
      : [
          `The default of ${column.table}.${column.name} is ${lost}. Which default does ${final.name} get? Write ALTER TABLE … ALTER COLUMN … SET DEFAULT here.`,
        ]
  const nullable: ColumnObject = { ...final, nullable: true }
  const isSet = namesOfDifferingObjectProperties(raw, nullable).length > 0
  const altered = (from: ColumnObject, to: ColumnObject) =>
    // On MySQL and MariaDB, a statement that changes a column repeats the whole definition of the column. The definition contains
    // no collation if the column has the default collation of the table.
    write(state, applyDifferences(state, [{ kind: 'altered', before: from, after: withoutDefaultCollation(to, objects) }])).statements
  if (final.nullable) return makePatternFilePart({ questions: asked, statements: isSet ? altered(raw, nullable) : [] })
  const required = online.setNotNull(withoutDefaultCollation(final, objects), objects)
  const first = isSet && dialect === 'postgres' ? altered(raw, nullable) : []
  return joinPatternFileParts([
    makePatternFilePart({ questions: asked, statements: first }),
    required.isBlocking ? makeTableCopyFilePart(recorded) : makePatternFilePart({}),
    makePatternFilePart({
      declarations: required.isOutsideTransaction ? [OUTSIDE_TRANSACTION_DECLARATION] : [],
      statements: required.statements,
    }),
  ])
}

/**
 * Returns the statements after which the sequences of the old column belong to the new column. The server then does not drop the
 * sequences together with the old column.
 */
function ownSequences({ column, write }: RecordedColumn, state: SchemaState, final: ColumnObject): PatternFilePart {
  const id = objectIdOf(column)
  const owned = [...objectsOfState(state)].flatMap((object): Difference[] =>
    object.kind === 'sequence' && object.ownedBy === id
      ? [{ kind: 'altered', before: object, after: { ...object, ownedBy: objectIdOf(final) } }]
      : [],
  )
  return makePatternFilePart({ statements: owned.length === 0 ? [] : write(state, applyDifferences(state, owned)).statements })
}

function replaceViews(recorded: RecordedColumn, to: ReplacementColumn, views: readonly ViewObject[]): PatternFilePart {
  const { online, column, dialect } = recorded
  const renamed = { dialect, table: column.table, from: column.name, to: online.render(sqlName(to.name)) }
  return joinPatternFileParts(
    views
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((view) => {
        const definition = to.type === undefined ? renameColumnInQuery(renamed, view.definition) : undefined
        const statement = definition === undefined ? undefined : online.replaceView({ ...view, definition })
        if (statement !== undefined)
          return makePatternFilePart({
            declarations: [`effect relaxes because the view ${view.name} keeps its columns and reads ${to.name}`],
            statements: [statement],
          })
        return makePatternFilePart({
          questions: [
            `The ${formatObjectName(view)} reads ${column.table}.${column.name}. Write CREATE OR REPLACE VIEW with ${to.name} here, before the column is dropped. Its recorded query is: ${view.definition}`,
          ],
        })
      }),
  )
}

/**
 * Returns the statements after which the server accepts a row without a value of the old column. Between the removal of the
 * triggers and the removal of the column, the new version of the application writes such rows.
 */
function releaseColumn({ state, column, objects, write, dialect }: RecordedColumn, rules: readonly ConstraintOrIndex[]): PatternFilePart {
  const isDropped = (rule: ConstraintOrIndex) =>
    // On PostgreSQL, a row that is inserted without a value for the column gets NULL, and a foreign key and a unique constraint
    // accept NULL.
    dialect !== 'postgres' ||
    rule.kind === 'check' ||
    ('nullsNotDistinct' in rule && rule.nullsNotDistinct) ||
    ('match' in rule && rule.match === 'full')
  const freed = applyDifferences(
    state,
    rules.filter(isDropped).map((object): Difference => ({ kind: 'removed', object })),
  )
  const { default: _default, ...withoutDefault } = column
  const value = emptyMysqlValueOfColumnType(column.type)
  const released: ColumnObject =
    dialect === 'postgres'
      ? { ...withoutDefault, nullable: true }
      : column.nullable || column.default !== undefined
        ? column
        : value === undefined
          ? { ...column, nullable: true }
          : { ...column, default: value }
  const isChanged = namesOfDifferingObjectProperties(column, released).length > 0
  const relaxed = isChanged
    ? write(freed, applyDifferences(freed, [{ kind: 'altered', before: column, after: withoutDefaultCollation(released, objects) }]))
        .statements
    : []
  const isOnline = dialect !== 'postgres' && column.nullable !== released.nullable && !mustServerCopyTable({ objects })
  return makePatternFilePart({
    statements: [
      ...write(state, freed).statements,
      ...relaxed.map((statement) => (isOnline ? `${statement}, ALGORITHM=INPLACE, LOCK=NONE` : statement)),
    ],
  })
}
