import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { FunctionObject, OpaqueObject, SchemaObject, SequenceObject, TriggerObject, ViewObject } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import type { ObjectKindWriter, ReasonForMissingSql } from '../../kind-writer.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'
import { mysqlCollationClauseSql } from './clauses.ts'

const replaceView = (_: ViewObject, after: ViewObject) => [replaceViewSql(after)]

export const mysqlViewWriter: ObjectKindWriter<'view'> = {
  create: (view) => [createView(view, sql`CREATE`)],
  drop: ({ name }) => [sql`DROP VIEW ${sqlName(name)}`],
  properties: {
    columns: replaceView,
    definition: replaceView,
    materialized: 'implied',
    unpopulated: 'implied',
    options: replaceView,
    owner: 'implied',
    comment: 'implied',
    dependsOn: 'implied',
  },
}

/** Returns the statement that replaces the query of a view. */
export function replaceViewSql(after: ViewObject): SqlStatement {
  return createView(after, sql`CREATE OR REPLACE`)
}

function createView({ name, columns, definition, options = [] }: ViewObject, create: SqlStatement): SqlStatement {
  const words = (of: (option: string) => boolean) =>
    joinSql(
      options.filter(of).map((option) => sql` ${sqlVerbatim(option.toUpperCase())}`),
      sql``,
    )
  const head = words((option) => !option.startsWith('with '))
  const names = joinSql(columns.map((column) => sqlName(column.name)))
  return sql`${create}${head} VIEW ${sqlName(name)} (${names}) AS\n${sqlVerbatim(definition)}${words((option) => option.startsWith('with '))}`
}

type Collated = { readonly collation?: string; readonly ofDatabase?: true }

/**
 * Returns the reason why the writer cannot write the collation of a routine or trigger. Returns an empty list if the collation is
 * the default of the database. The server stores the default collation that the database had when the object was created, and no
 * clause of CREATE sets this collation.
 */
function foreignCollation({ collation, ofDatabase }: Collated): readonly ReasonForMissingSql[] {
  return collation === undefined || ofDatabase ? [] : [anotherDefault(collation)]
}

const anotherDefault = (collation = ''): ReasonForMissingSql => ({
  reason: `Its text has the collation ${collation}, which was the default of the database when the object was created`,
})

const changedDefault = (_: Collated, after: Collated) => anotherDefault(after.collation)

/**
 * Returns the statements that create a routine, trigger or event in its own SQL mode. The server stores the SQL mode with the
 * object, and parses the text of the object in this mode. If the text contains backslashes and its mode contains
 * NO_BACKSLASH_ESCAPES, the function returns the reason why the writer cannot create the object.
 */
function underMode(
  { sqlMode, syntax = '' }: { readonly sqlMode?: string; readonly syntax?: string },
  create: SqlStatement,
): readonly SqlStatement[] | ReasonForMissingSql {
  if (sqlMode === undefined) return [create]
  if (syntax.includes('NO_BACKSLASH_ESCAPES'))
    return { reason: 'Its text contains backslashes, and was created under NO_BACKSLASH_ESCAPES' }
  return [
    sql`SET @saved_sql_mode = @@sql_mode`,
    sql`SET sql_mode = ${sqlVerbatim(quoteMysqlStringLiteral(sqlMode))}`,
    create,
    sql`SET sql_mode = @saved_sql_mode`,
  ]
}

const routineKeyword = ({ routine }: FunctionObject) => (routine === 'procedure' ? sql`PROCEDURE` : sql`FUNCTION`)

export const mysqlFunctionWriter: ObjectKindWriter<'function'> = {
  create: (routine) => underMode(routine, createRoutine(routine)),
  drop: (routine) => [sql`DROP ${routineKeyword(routine)} ${sqlName(routine.name.replace(/\(\)$/, ''))}`],
  leaves: foreignCollation,
  properties: {
    routine: 'replace',
    definition: 'replace',
    returnsCollation: 'replace',
    overloadsBuiltIn: 'implied',
    owner: 'implied',
    collation: changedDefault,
    ofDatabase: 'implied',
    syntax: 'replace',
    sqlMode: 'implied',
    comment: 'implied',
    dependsOn: 'implied',
  },
}

/**
 * Returns the statement that creates a routine. The state contains the collation of the return value outside the definition, so
 * the function inserts the collation after the return type.
 */
function createRoutine({ definition, returnsCollation }: FunctionObject): SqlStatement {
  if (returnsCollation === undefined) return sqlVerbatim(definition)
  const tokens = tokenizeMysql(definition)
  const returns = tokens.findIndex(({ kind, value }) => kind === 'word' && (value === 'RETURNS' || value === 'RETURN'))
  const end = tokens[endOfType(tokens, returns + 1)]?.end ?? definition.length
  return sql`${sqlVerbatim(definition.slice(0, end))}${mysqlCollationClauseSql(returnsCollation)}${sqlVerbatim(definition.slice(end))}`
}

/** Returns the index of the last token of a type: the token `varchar`, or the closing parenthesis of `varchar(20)`. */
function endOfType(tokens: readonly MysqlToken[], start: number): number {
  if (tokens[start + 1]?.value !== '(') return start
  return tokens.findIndex(({ kind, value }, index) => index > start && kind === 'symbol' && value === ')')
}

export const mysqlTriggerWriter: ObjectKindWriter<'trigger'> = {
  create: (trigger, _, state) => underMode(trigger, createTrigger(trigger, state)),
  drop: ({ name }) => [sql`DROP TRIGGER ${sqlName(name)}`],
  leaves: foreignCollation,
  properties: {
    fires: 'replace',
    order: 'replace',
    action: 'replace',
    enabled: 'implied',
    collation: changedDefault,
    ofDatabase: 'implied',
    syntax: 'replace',
    sqlMode: 'implied',
    comment: 'implied',
    dependsOn: 'implied',
  },
}

function createTrigger({ table, name, fires, order, action }: TriggerObject, state: SchemaState): SqlStatement {
  const isBefore = (object: SchemaObject): object is TriggerObject =>
    object.kind === 'trigger' && object.table === table && object.fires === fires && object.order === order - 1
  const before = [...objectsOfState(state)].find(isBefore)
  const place = before === undefined ? sql`` : sql` FOLLOWS ${sqlName(before.name)}`
  return sql`CREATE TRIGGER ${sqlName(name)} ${sqlVerbatim(fires.toUpperCase())} ON ${sqlName(table)} FOR EACH ROW${place} ${sqlVerbatim(action)}`
}

const changeSequence = (_: SequenceObject, after: SequenceObject) => [sql`ALTER SEQUENCE ${sqlName(after.name)} ${sequenceOptions(after)}`]

export const mysqlSequenceWriter: ObjectKindWriter<'sequence'> = {
  create: (sequence) => [
    sql`CREATE SEQUENCE ${sqlName(sequence.name)}${sequence.type === 'bigint' ? sql`` : sql` AS ${sqlVerbatim(sequence.type)}`} ${sequenceOptions(sequence)}`,
  ],
  drop: ({ name }) => [sql`DROP SEQUENCE ${sqlName(name)}`],
  properties: {
    type: (_, { name, type }) => [sql`ALTER SEQUENCE ${sqlName(name)} AS ${sqlVerbatim(type)}`],
    start: changeSequence,
    increment: changeSequence,
    minimum: changeSequence,
    maximum: changeSequence,
    cycle: changeSequence,
    cache: 'implied',
    unlogged: 'implied',
    ownedBy: 'implied',
    owner: 'implied',
    comment: 'implied',
    dependsOn: 'implied',
  },
}

function sequenceOptions({ start, increment, minimum, maximum, cycle }: SequenceObject): SqlStatement {
  const bounds = sql`MINVALUE ${sqlVerbatim(minimum)} MAXVALUE ${sqlVerbatim(maximum)}`
  return sql`START WITH ${sqlVerbatim(start)} INCREMENT BY ${sqlVerbatim(increment)} ${bounds} ${cycle ? sql`CYCLE` : sql`NOCYCLE`}`
}

const noDefinition = ({ what }: OpaqueObject): ReasonForMissingSql => ({
  reason: `The state contains only a hash of the definition of this ${what}`,
})

export const mysqlOpaqueObjectWriter: ObjectKindWriter<'opaque'> = {
  create: noDefinition,
  drop: ({ what, name }) => (what === 'event' ? [sql`DROP EVENT ${sqlName(name)}`] : { reason: `There is no SQL that drops a ${what}` }),
  properties: {
    what: 'implied',
    owner: 'implied',
    hash: (_, after) => noDefinition(after),
    collation: changedDefault,
    ofDatabase: 'implied',
    comment: 'implied',
    dependsOn: 'implied',
  },
}
