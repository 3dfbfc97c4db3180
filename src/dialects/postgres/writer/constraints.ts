import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  type CheckObject,
  type ExclusionConstraintObject,
  type ForeignKeyObject,
  formatExclusionElements,
  type IndexObject,
  type KeyObject,
} from '../../../schema/object.ts'
import type { ObjectKindWriter } from '../../kind-writer.ts'
import {
  commentStatementSql,
  newObjectCommentStatements,
  optionalClauseSql,
  postgresAlterTableSql,
  sqlNameInSchemaOfTable,
  sqlNameList,
  sqlNameOfObject,
} from './clauses.ts'

type Constraint = KeyObject | CheckObject | ExclusionConstraintObject | ForeignKeyObject

const dropConstraint = ({ table, name }: Constraint) => [postgresAlterTableSql(table, sql`DROP CONSTRAINT ${sqlName(name)}`)]
const named = ({ table, name }: Constraint) => sql`CONSTRAINT ${sqlName(name)} ON ${sqlNameOfObject(table)}`
const comment = (_: Constraint, after: Constraint) => [commentStatementSql(named(after), after.comment)]

const keyWriter = (words: SqlStatement): ObjectKindWriter<'unique'> => ({
  create: (key) =>
    key.invalid
      ? { reason: 'The key does not exist on every partition yet' }
      : [
          postgresAlterTableSql(key.table, sql`ADD CONSTRAINT ${sqlName(key.name)} ${words}${keyBody(key)}`),
          ...newObjectCommentStatements(named(key), key.comment),
        ],
  drop: dropConstraint,
  properties: {
    columns: 'replace',
    include: 'replace',
    nullsNotDistinct: 'replace',
    deferrable: 'replace',
    invalid: () => ({ reason: 'The key does not exist on every partition yet' }),
    invisible: 'implied',
    hashed: 'implied',
    comment,
    dependsOn: 'implied',
  },
})

function keyBody({ columns, include, nullsNotDistinct, deferrable }: KeyObject): SqlStatement {
  const distinct = nullsNotDistinct ? sql` NULLS NOT DISTINCT` : sql``
  return sql`${distinct} (${sqlNameList(columns)})${optionalClauseSql(include, (names) => sql`INCLUDE (${sqlNameList(names)})`)}${deferralClauseSql(deferrable)}`
}

export function deferralClauseSql(deferrable: KeyObject['deferrable']): SqlStatement {
  return optionalClauseSql(deferrable, (kind) => sql`DEFERRABLE ${sqlVerbatim(kind.toUpperCase())}`)
}

export const postgresPrimaryKeyWriter: ObjectKindWriter<'primary-key'> = keyWriter(sql`PRIMARY KEY`)
export const postgresUniqueKeyWriter: ObjectKindWriter<'unique'> = keyWriter(sql`UNIQUE`)

export const postgresCheckWriter: ObjectKindWriter<'check'> = {
  create: addCheckSql,
  drop: dropConstraint,
  properties: {
    expression: 'replace',
    // PostgreSQL has no statement that makes a validated constraint NOT VALID. The writer therefore drops the constraint and adds
    // it again.
    notValid: (before, after) => (after.notValid ? [...dropConstraint(before), ...addCheckSql(after)] : [validateConstraintSql(after)]),
    notEnforced: 'replace',
    ofColumn: 'implied',
    comment,
    dependsOn: 'implied',
  },
}

export function addCheckSql(check: CheckObject): readonly SqlStatement[] {
  const { table, name } = check
  return [
    postgresAlterTableSql(table, sql`ADD CONSTRAINT ${sqlName(name)} ${checkBody(check)}`),
    ...newObjectCommentStatements(named(check), check.comment),
  ]
}

export function validateConstraintSql({ table, name }: Constraint): SqlStatement {
  return postgresAlterTableSql(table, sql`VALIDATE CONSTRAINT ${sqlName(name)}`)
}

function checkBody({ table, expression, notValid, notEnforced, dependsOn }: CheckObject): SqlStatement {
  const prefix = `column:${table}.`
  const column = dependsOn?.find((id) => id.startsWith(prefix))?.slice(prefix.length)
  // A schema state contains a NOT NULL constraint that is not validated as a CHECK constraint, whose expression has the column
  // without quotes. For a column that needs quotes, this expression is not valid SQL, so the writer writes NOT NULL.
  const isNotNull = notValid && column !== undefined && expression === `(${column} IS NOT NULL)` && !/^[a-z_][a-z0-9_]*$/.test(column)
  const inherits = !expression.endsWith(NO_INHERIT)
  const condition = inherits ? expression : expression.slice(0, -NO_INHERIT.length)
  const rule = isNotNull ? sql`NOT NULL ${sqlName(column)}` : sql`CHECK (${sqlVerbatim(condition)})${inherits ? sql`` : sql` NO INHERIT`}`
  const enforced = notEnforced ? sql` NOT ENFORCED` : sql``
  return sql`${rule}${enforced}${notValid && !notEnforced ? sql` NOT VALID` : sql``}`
}

const NO_INHERIT = ' NO INHERIT'

export const postgresExclusionWriter: ObjectKindWriter<'exclusion'> = {
  create: (exclusion) => [
    postgresAlterTableSql(exclusion.table, sql`ADD CONSTRAINT ${sqlName(exclusion.name)} ${exclusionBody(exclusion)}`),
    ...newObjectCommentStatements(named(exclusion), exclusion.comment),
  ],
  drop: dropConstraint,
  properties: {
    method: 'replace',
    keys: 'replace',
    operators: 'replace',
    include: 'replace',
    predicate: 'replace',
    deferrable: 'replace',
    temporal: 'replace',
    comment,
    dependsOn: 'implied',
  },
}

function exclusionBody(exclusion: ExclusionConstraintObject): SqlStatement {
  const { method, keys, include, predicate, deferrable, temporal } = exclusion
  const elements = formatExclusionElements(exclusion).map((element) => sqlVerbatim(element))
  const included = optionalClauseSql(include, (names) => sql`INCLUDE (${sqlNameList(names)})`)
  if (temporal !== undefined) {
    const kind = temporal === 'primary key' ? sql`PRIMARY KEY` : sql`UNIQUE`
    return sql`${kind} (${joinSql(keys.map((key) => sqlVerbatim(key)))} WITHOUT OVERLAPS)${included}${deferralClauseSql(deferrable)}`
  }
  const rows = optionalClauseSql(predicate, (condition) => sql`WHERE (${sqlVerbatim(condition)})`)
  return sql`EXCLUDE USING ${sqlName(method)} (${joinSql(elements)})${included}${rows}${deferralClauseSql(deferrable)}`
}

export const postgresForeignKeyWriter: ObjectKindWriter<'foreign-key'> = {
  create: addForeignKeySql,
  drop: dropConstraint,
  properties: {
    columns: 'replace',
    references: 'replace',
    onUpdate: 'replace',
    onDelete: 'replace',
    match: 'replace',
    period: 'replace',
    deferrable: 'replace',
    notValid: (before, after) =>
      after.notValid ? [...dropConstraint(before), ...addForeignKeySql(after)] : [validateConstraintSql(after)],
    ownIndex: 'implied',
    comment,
    // A different `dependsOn` means that the foreign key refers to another key with the same columns. Only a new foreign key can
    // refer to the other key.
    dependsOn: 'replace',
  },
}

export function addForeignKeySql(key: ForeignKeyObject): readonly SqlStatement[] {
  const { table, name } = key
  return [
    postgresAlterTableSql(table, sql`ADD CONSTRAINT ${sqlName(name)} ${foreignKeyDefinitionSql(key)}`),
    ...newObjectCommentStatements(named(key), key.comment),
  ]
}

function foreignKeyDefinitionSql(key: ForeignKeyObject): SqlStatement {
  const { columns, references, match, onUpdate, onDelete, deferrable, notValid, period } = key
  const action = (on: SqlStatement, what: string | undefined) =>
    optionalClauseSql(what, (words) => sql`${on} ${sqlVerbatim(words.toUpperCase())}`)
  const list = (names: readonly string[]) =>
    joinSql(names.map((name, index) => (period && index === names.length - 1 ? sql`PERIOD ${sqlName(name)}` : sqlName(name))))
  return joinSql(
    [
      sql`FOREIGN KEY (${list(columns)}) REFERENCES ${sqlNameOfObject(references.table)} (${list(references.columns)})`,
      match ? sql` MATCH FULL` : sql``,
      action(sql`ON UPDATE`, onUpdate),
      action(sql`ON DELETE`, onDelete),
      deferralClauseSql(deferrable),
      notValid ? sql` NOT VALID` : sql``,
    ],
    sql``,
  )
}

export const postgresIndexWriter: ObjectKindWriter<'index'> = {
  create: (index) =>
    index.invalid
      ? { reason: 'The index is invalid: an interrupted statement left it behind' }
      : [
          createIndexSql(index),
          ...newObjectCommentStatements(sql`INDEX ${sqlNameInSchemaOfTable(index.table, index.name)}`, index.comment),
        ],
  drop: ({ table, name }) => [sql`DROP INDEX ${sqlNameInSchemaOfTable(table, name)}`],
  properties: {
    method: 'replace',
    keys: 'replace',
    include: 'replace',
    unique: 'replace',
    nullsNotDistinct: 'replace',
    predicate: 'replace',
    invalid: 'replace',
    invisible: 'implied',
    comment: (_, { table, name, comment }) => [commentStatementSql(sql`INDEX ${sqlNameInSchemaOfTable(table, name)}`, comment)],
    dependsOn: 'implied',
  },
}

/** Returns the statement that creates an index. `how` is the text after the word INDEX, such as `CONCURRENTLY `. */
export function createIndexSql(
  { table, name, method, keys, include, unique, nullsNotDistinct, predicate }: IndexObject,
  how: SqlStatement = sql``,
): SqlStatement {
  const head = sql`CREATE ${unique ? sql`UNIQUE ` : sql``}INDEX ${how}${sqlName(name)} ON ${sqlNameOfObject(table)} USING ${sqlName(method)}`
  const included = optionalClauseSql(include, (names) => sql`INCLUDE (${sqlNameList(names)})`)
  const nulls = nullsNotDistinct ? sql` NULLS NOT DISTINCT` : sql``
  return sql`${head} (${sqlVerbatim(keys.join(', '))})${included}${nulls}${optionalClauseSql(predicate, (rows) => sql`WHERE ${sqlVerbatim(rows)}`)}`
}
