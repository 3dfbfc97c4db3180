import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { DomainObject, EnumObject, OpaqueObject, SequenceObject } from '../../../schema/object.ts'
import type { ObjectKindWriter, ReasonForMissingSql } from '../../kind-writer.ts'
import { commentStatementSql, newObjectCommentStatements, optionalClauseSql, sqlNameOfObject } from './clauses.ts'

export const postgresEnumWriter: ObjectKindWriter<'enum'> = {
  create: ({ name, labels, comment }) => [
    sql`CREATE TYPE ${sqlNameOfObject(name)} AS ENUM (${joinSql(labels.map((label) => sqlValue(label)))})`,
    ...newObjectCommentStatements(sql`TYPE ${sqlNameOfObject(name)}`, comment),
  ],
  drop: ({ name }) => [sql`DROP TYPE ${sqlNameOfObject(name)}`],
  properties: {
    labels: addLabels,
    owner: 'implied',
    comment: (_, { name, comment }) => [commentStatementSql(sql`TYPE ${sqlNameOfObject(name)}`, comment)],
    dependsOn: 'implied',
  },
}

function addLabels(before: EnumObject, after: EnumObject): readonly SqlStatement[] | ReasonForMissingSql {
  const kept = after.labels.filter((label) => before.labels.includes(label))
  if (kept.join('\n') !== before.labels.join('\n'))
    return { reason: 'PostgreSQL cannot remove or reorder the labels of an enum. A new type and a new column are needed' }
  return after.labels.flatMap((label, index) => {
    if (before.labels.includes(label)) return []
    const next = after.labels.slice(index).find((one) => before.labels.includes(one))
    return [
      sql`ALTER TYPE ${sqlNameOfObject(after.name)} ADD VALUE ${sqlValue(label)}${optionalClauseSql(next, (one) => sql`BEFORE ${sqlValue(one)}`)}`,
    ]
  })
}

export const postgresDomainWriter: ObjectKindWriter<'domain'> = {
  create: (domain) => [
    createDomain(domain),
    ...checksOf(domain, []),
    ...newObjectCommentStatements(sql`DOMAIN ${sqlNameOfObject(domain.name)}`, domain.comment),
  ],
  drop: ({ name }) => [sql`DROP DOMAIN ${sqlNameOfObject(name)}`],
  properties: {
    type: () => ({ reason: 'PostgreSQL cannot change the type of a domain. A new domain and a new column are needed' }),
    nullable: (_, after) => [alterDomain(after, after.nullable ? sql`DROP NOT NULL` : sql`SET NOT NULL`)],
    default: (_, after) => [
      alterDomain(after, after.default === undefined ? sql`DROP DEFAULT` : sql`SET DEFAULT ${sqlVerbatim(after.default)}`),
    ],
    checks: changeChecks,
    owner: 'implied',
    comment: (_, { name, comment }) => [commentStatementSql(sql`DOMAIN ${sqlNameOfObject(name)}`, comment)],
    dependsOn: 'implied',
  },
}

function createDomain(domain: DomainObject): SqlStatement {
  const filled = optionalClauseSql(domain.default, (expression) => sql`DEFAULT ${sqlVerbatim(expression)}`)
  return sql`CREATE DOMAIN ${sqlNameOfObject(domain.name)} AS ${sqlVerbatim(domain.type)}${filled}${domain.nullable ? sql`` : sql` NOT NULL`}`
}

function alterDomain({ name }: DomainObject, action: SqlStatement): SqlStatement {
  return sql`ALTER DOMAIN ${sqlNameOfObject(name)} ${action}`
}

type DomainChecks = DomainObject['checks']

const sameCheck = (check: DomainChecks[number]) => (other: DomainChecks[number]) =>
  other.name === check.name && other.expression === check.expression && other.notValid === check.notValid

function checksOf(domain: DomainObject, had: DomainChecks): readonly SqlStatement[] {
  const fresh = domain.checks.filter((check) => !had.some(sameCheck(check)))
  return fresh.map(({ name, expression, notValid }) =>
    alterDomain(domain, sql`ADD CONSTRAINT ${sqlName(name)} CHECK (${sqlVerbatim(expression)})${notValid ? sql` NOT VALID` : sql``}`),
  )
}

function changeChecks(before: DomainObject, after: DomainObject): readonly SqlStatement[] {
  const gone = before.checks.filter((check) => !after.checks.some(sameCheck(check)))
  return [...gone.map(({ name }) => alterDomain(after, sql`DROP CONSTRAINT ${sqlName(name)}`)), ...checksOf(after, before.checks)]
}

const redefine = (_: SequenceObject, after: SequenceObject) => [
  sql`ALTER SEQUENCE ${sqlNameOfObject(after.name)} ${sequenceOptions(after)}`,
]

export const postgresSequenceWriter: ObjectKindWriter<'sequence'> = {
  create: (sequence) => [
    sql`CREATE ${sequence.unlogged ? sql`UNLOGGED ` : sql``}SEQUENCE ${sqlNameOfObject(sequence.name)} ${sequenceOptions(sequence)}`,
    ...newObjectCommentStatements(sql`SEQUENCE ${sqlNameOfObject(sequence.name)}`, sequence.comment),
  ],
  drop: ({ name }) => [sql`DROP SEQUENCE ${sqlNameOfObject(name)}`],
  properties: {
    type: redefine,
    start: redefine,
    increment: redefine,
    minimum: redefine,
    maximum: redefine,
    cycle: redefine,
    cache: redefine,
    unlogged: (_, { name, unlogged }) => [sql`ALTER SEQUENCE ${sqlNameOfObject(name)} SET ${unlogged ? sql`UNLOGGED` : sql`LOGGED`}`],
    ownedBy: 'implied',
    owner: 'implied',
    comment: (_, { name, comment }) => [commentStatementSql(sql`SEQUENCE ${sqlNameOfObject(name)}`, comment)],
    dependsOn: 'implied',
  },
}

function sequenceOptions({ type, start, increment, minimum, maximum, cache, cycle }: SequenceObject): SqlStatement {
  const bounds = sql`INCREMENT BY ${sqlVerbatim(increment)} MINVALUE ${sqlVerbatim(minimum)} MAXVALUE ${sqlVerbatim(maximum)}`
  const rest = sql`START WITH ${sqlVerbatim(start)} CACHE ${sqlVerbatim(cache ?? '1')} ${cycle ? sql`CYCLE` : sql`NO CYCLE`}`
  return sql`AS ${sqlVerbatim(type)} ${bounds} ${rest}`
}

/**
 * Returns the statement that sets or removes the column to which a sequence belongs. The writer places the statement after the
 * statements that create all objects. The result is empty if the owner does not change.
 */
export function setSequenceOwnerSql(after: SequenceObject, before?: SequenceObject): readonly SqlStatement[] {
  if (after.ownedBy === before?.ownedBy) return []
  const owner = after.ownedBy?.slice('column:'.length) ?? ''
  const dot = owner.lastIndexOf('.')
  const column = after.ownedBy === undefined ? sql`NONE` : sql`${sqlNameOfObject(owner.slice(0, dot))}.${sqlName(owner.slice(dot + 1))}`
  return [sql`ALTER SEQUENCE ${sqlNameOfObject(after.name)} OWNED BY ${column}`]
}

export const postgresExtensionWriter: ObjectKindWriter<'extension'> = {
  create: ({ name, comment }) => [
    sql`CREATE EXTENSION ${sqlName(name)}`,
    ...newObjectCommentStatements(sql`EXTENSION ${sqlName(name)}`, comment),
  ],
  drop: ({ name }) => [sql`DROP EXTENSION ${sqlName(name)}`],
  properties: {
    version: 'implied',
    comment: (_, { name, comment }) => [commentStatementSql(sql`EXTENSION ${sqlName(name)}`, comment)],
    dependsOn: 'implied',
  },
}

export const postgresSchemaNamespaceWriter: ObjectKindWriter<'schema'> = {
  create: ({ name, comment }) => [
    sql`CREATE SCHEMA ${sqlName(name)}`,
    ...newObjectCommentStatements(sql`SCHEMA ${sqlName(name)}`, comment),
  ],
  drop: ({ name }) => [sql`DROP SCHEMA ${sqlName(name)}`],
  properties: {
    owner: 'implied',
    comment: (_, { name, comment }) => [commentStatementSql(sql`SCHEMA ${sqlName(name)}`, comment)],
    dependsOn: 'implied',
  },
}

const noDefinition = (object: OpaqueObject): ReasonForMissingSql => ({
  reason: `The state contains only a hash of the definition of this ${object.what}`,
})

export const postgresOpaqueObjectWriter: ObjectKindWriter<'opaque'> = {
  create: noDefinition,
  drop: (object) => ({ reason: `There is no SQL that drops a ${object.what}` }),
  properties: {
    what: 'implied',
    owner: 'implied',
    hash: (_, after) => noDefinition(after),
    collation: 'implied',
    ofDatabase: 'implied',
    comment: (_, after) => ({ reason: `There is no SQL for the comment of a ${after.what}` }),
    dependsOn: 'implied',
  },
}
