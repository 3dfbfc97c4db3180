import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { FunctionObject, TriggerObject, ViewObject } from '../../../schema/object.ts'
import type { ObjectKindWriter, ReasonForMissingSql } from '../../kind-writer.ts'
import {
  commentStatementSql,
  newObjectCommentStatements,
  postgresAlterTableSql,
  sqlNameList,
  sqlNameOfObject,
  sqlNameOfRoutine,
} from './clauses.ts'

const viewName = ({ name, materialized }: ViewObject) => sql`${materialized ? sql`MATERIALIZED ` : sql``}VIEW ${sqlNameOfObject(name)}`

export const postgresViewWriter: ObjectKindWriter<'view'> = {
  create: (view) => [createViewSql(view, sql`CREATE`), ...newObjectCommentStatements(viewName(view), view.comment)],
  drop: (view) => [sql`DROP ${viewName(view)}`],
  properties: {
    columns: 'replace',
    definition: 'replace',
    materialized: 'replace',
    unpopulated: 'implied',
    options: 'replace',
    owner: 'implied',
    comment: (_, after) => [commentStatementSql(viewName(after), after.comment)],
    dependsOn: 'implied',
  },
}

/**
 * Returns the statement that creates a view. `create` is `CREATE`, or `CREATE OR REPLACE` for a view that is not materialized.
 */
export function createViewSql(view: ViewObject, create: SqlStatement): SqlStatement {
  const { columns, definition, materialized, unpopulated, options = [] } = view
  const names = columns.length === 0 ? sql`` : sql` (${sqlNameList(columns.map(({ name }) => name))})`
  const set = options.length === 0 ? sql`` : sql` WITH (${sqlVerbatim(options.join(', '))})`
  const query = sqlVerbatim(definition.replace(/;$/, ''))
  return sql`${create} ${viewName(view)}${names}${set} AS\n${query}${materialized && unpopulated ? sql`\nWITH NO DATA` : sql``}`
}

const KEYWORDS: { readonly [R in FunctionObject['routine']]: SqlStatement } = {
  function: sql`FUNCTION`,
  procedure: sql`PROCEDURE`,
  aggregate: sql`AGGREGATE`,
  window: sql`FUNCTION`,
}
const functionName = ({ routine, name }: FunctionObject) => sql`${KEYWORDS[routine]} ${sqlNameOfRoutine(name)}`

export const postgresFunctionWriter: ObjectKindWriter<'function'> = {
  create: (routine) =>
    routine.routine === 'aggregate'
      ? { reason: 'The state does not contain the CREATE AGGREGATE statement' }
      : [sqlVerbatim(routine.definition), ...newObjectCommentStatements(functionName(routine), routine.comment)],
  drop: (routine) => [sql`DROP ${functionName(routine)}`],
  properties: {
    routine: 'replace',
    definition: 'replace',
    owner: 'implied',
    collation: 'implied',
    ofDatabase: 'implied',
    syntax: 'implied',
    sqlMode: 'implied',
    returnsCollation: 'implied',
    overloadsBuiltIn: 'implied',
    comment: (_, after) => [commentStatementSql(functionName(after), after.comment)],
    dependsOn: 'implied',
  },
}

const triggerName = ({ table, name }: TriggerObject) => sql`TRIGGER ${sqlName(name)} ON ${sqlNameOfObject(table)}`

export const postgresTriggerWriter: ObjectKindWriter<'trigger'> = {
  create: (trigger) => {
    const made = createTrigger(trigger)
    return 'reason' in made ? made : [made, ...enable(trigger), ...newObjectCommentStatements(triggerName(trigger), trigger.comment)]
  },
  drop: (trigger) => [sql`DROP ${triggerName(trigger)}`],
  properties: {
    fires: 'replace',
    // PostgreSQL fires triggers in the order of their names, so no statement sets the order.
    order: 'implied',
    action: 'replace',
    enabled: (_, after) => (after.enabled === undefined ? [switchTrigger(after, sql`ENABLE`)] : enable(after)),
    collation: 'implied',
    ofDatabase: 'implied',
    syntax: 'implied',
    sqlMode: 'implied',
    comment: (_, after) => [commentStatementSql(triggerName(after), after.comment)],
    dependsOn: 'implied',
  },
}

function createTrigger({ table, name, fires, action, dependsOn = [] }: TriggerObject): SqlStatement | ReasonForMissingSql {
  const [, time = '', events = '', level = ''] = /^(before|after|instead of) (.*) for each (row|statement)$/s.exec(fires) ?? []
  const [, prefix = '', call = ''] = /^(.*?)((?:WHEN \(|EXECUTE ).*)$/s.exec(action) ?? []
  const updated = /\bupdate of (.*?)(?: or truncate| or delete|$)/s.exec(events)?.[1]
  const columns = dependsOn.filter((id) => id.startsWith(`column:${table}.`)).map((id) => id.slice(`column:${table}.`.length))
  const named = updated?.split(', ') ?? []
  if (call === '' || named.some((column) => !columns.includes(column)))
    return { reason: 'The columns or the call of the trigger are not clear from its state' }
  const constraint = /\bDEFERRABLE INITIALLY\b/.test(prefix) ? sql`CONSTRAINT ` : sql``
  return joinSql(
    [
      sql`CREATE ${constraint}TRIGGER ${sqlName(name)} ${sqlVerbatim(time.toUpperCase())} `,
      named.length === 0 ? sqlVerbatim(events.toUpperCase()) : eventsWithColumns(events, named),
      sql` ON ${sqlNameOfObject(table)} ${sqlVerbatim(prefix)}FOR EACH ${sqlVerbatim(level.toUpperCase())} ${sqlVerbatim(call)}`,
    ],
    sql``,
  )
}

function eventsWithColumns(events: string, columns: readonly string[]): SqlStatement {
  const at = events.indexOf('update of ')
  const end = at + 'update of '.length + columns.join(', ').length
  const words = (text: string) => sqlVerbatim(text.toUpperCase())
  return sql`${words(events.slice(0, at))}UPDATE OF ${sqlNameList(columns)}${words(events.slice(end))}`
}

const MODES: Readonly<Record<string, SqlStatement>> = { disabled: sql`DISABLE`, replica: sql`ENABLE REPLICA`, always: sql`ENABLE ALWAYS` }

function enable(trigger: TriggerObject): readonly SqlStatement[] {
  const mode = MODES[trigger.enabled ?? '']
  return mode ? [switchTrigger(trigger, mode)] : []
}

function switchTrigger({ table, name }: TriggerObject, mode: SqlStatement): SqlStatement {
  return postgresAlterTableSql(table, sql`${mode} TRIGGER ${sqlName(name)}`)
}

export const postgresRowSecurityPolicyWriter: ObjectKindWriter<'policy'> = {
  create: ({ table, name, definition, comment }) => [
    sql`CREATE POLICY ${sqlName(name)} ON ${sqlNameOfObject(table)} ${sqlVerbatim(definition)}`,
    ...newObjectCommentStatements(sql`POLICY ${sqlName(name)} ON ${sqlNameOfObject(table)}`, comment),
  ],
  drop: ({ table, name }) => [sql`DROP POLICY ${sqlName(name)} ON ${sqlNameOfObject(table)}`],
  properties: {
    definition: 'replace',
    comment: (_, { table, name, comment }) => [commentStatementSql(sql`POLICY ${sqlName(name)} ON ${sqlNameOfObject(table)}`, comment)],
    dependsOn: 'implied',
  },
}
