import type { ForeignKeyObject, IndexObject, KeyObject, SchemaObject } from '../../../schema/object.ts'
import type { MysqlDefinitionTokenReader } from '../text/cursor.ts'
import { unquoteMysqlString } from '../text/lexer.ts'
import { dependsOnFieldOfMysqlExpression, makeMysqlCheckObject } from './column.ts'
import { normalizeMysqlExpression } from './expression.ts'
import type { MysqlTableFacts } from './surroundings.ts'

/** A schema object that belongs to a table, such as a column or an index. */
export type TableMemberObject = Extract<SchemaObject, { readonly table?: string }>

/**
 * Parses the line of a key in the output of SHOW CREATE TABLE: PRIMARY, UNIQUE, FULLTEXT, SPATIAL, VECTOR, or a plain index.
 * Returns undefined for any other line. On MySQL and MariaDB, a unique index is always a constraint.
 */
export function parseMysqlIndexLine(line: MysqlDefinitionTokenReader, around: MysqlTableFacts): KeyObject | IndexObject | undefined {
  const primary = line.skip('PRIMARY', 'KEY')
  const unique = !primary && line.skip('UNIQUE', 'KEY')
  const special = SPECIAL.find((word) => line.skip(word, 'KEY'))
  if (!primary && !unique && !special && !line.skip('KEY')) return undefined
  const name = primary ? 'PRIMARY' : line.name()
  const keys = readKeys(line, around)
  const { method = special?.toLowerCase() ?? 'btree', ...facts } = readIndexOptions(line)
  const base = {
    table: around.table,
    name,
    ...dependsOnFieldOfMysqlExpression(keys.filter((key) => key.includes('(')).join(','), around),
    ...facts,
  }
  if (primary) return { kind: 'primary-key', columns: keys, ...base }
  if (unique) return { kind: 'unique', columns: keys, ...base, ...(method === 'hash' && { hashed: true as const }) }
  return { kind: 'index', method, keys, ...base }
}

const SPECIAL = ['FULLTEXT', 'SPATIAL', 'VECTOR']

/** Parses the keys of an index: `a`, `name(10)`, `b DESC`, `(lower(a))`. The result contains column names without backticks. */
function readKeys(line: MysqlDefinitionTokenReader, around: MysqlTableFacts): readonly string[] {
  const keys: string[] = []
  line.skip('(')
  while (!line.done && !line.skip(')')) {
    keys.push(readKey(line, around))
    line.skip(',')
  }
  return keys
}

function readKey(line: MysqlDefinitionTokenReader, around: MysqlTableFacts): string {
  const inside = line.inside()
  let key = inside ? `(${normalizeMysqlExpression(inside.text, around.database)})` : line.name()
  const prefix = line.inside()
  if (prefix) key += `(${prefix.text})`
  while (!line.done && !line.isNext(',') && !line.isNext(')')) key += ` ${line.name().toUpperCase()}`
  return key
}

function readIndexOptions(line: MysqlDefinitionTokenReader): {
  readonly method?: string
  readonly comment?: string
  readonly invisible?: true
} {
  let facts: { readonly method?: string; readonly comment?: string; readonly invisible?: true } = {}
  while (!line.done) {
    if (line.skip('USING')) facts = { ...facts, method: line.name().toLowerCase() }
    else if (line.skip('COMMENT')) facts = { ...facts, comment: unquoteMysqlString(line.next()?.value ?? "''") }
    else if (line.skip('WITH', 'PARSER')) facts = { ...facts, method: `fulltext with parser ${line.name()}` }
    else if (line.skip('INVISIBLE') || line.skip('IGNORED')) facts = { ...facts, invisible: true }
    else line.next()
  }
  return facts
}

/**
 * Parses the line of a constraint in the output of SHOW CREATE TABLE: a foreign key or a CHECK constraint. Returns undefined for
 * any other line.
 */
export function parseMysqlConstraintLine(line: MysqlDefinitionTokenReader, around: MysqlTableFacts): TableMemberObject | undefined {
  line.skip('CONSTRAINT')
  const name = line.name()
  if (line.skip('FOREIGN', 'KEY')) return readForeignKey(line, around, name)
  if (!line.skip('CHECK')) return undefined
  const check = makeMysqlCheckObject(around, name, normalizeMysqlExpression(line.inside()?.text ?? '', around.database))
  return line.skip('NOT', 'ENFORCED') ? { ...check, notEnforced: true } : check
}

function readForeignKey(line: MysqlDefinitionTokenReader, around: MysqlTableFacts, name: string): ForeignKeyObject {
  const columns = readKeys(line, around)
  line.skip('REFERENCES')
  const [first, second] = [line.name(), line.skip('.') ? line.name() : undefined]
  const table = second === undefined ? first : first === around.database ? second : `${first}.${second}`
  const references = { table, columns: readKeys(line, around) }
  let key: ForeignKeyObject = { kind: 'foreign-key', table: around.table, name, columns, references }
  while (!line.done) {
    if (line.skip('ON', 'DELETE')) key = { ...key, ...actionOf(line, 'onDelete') }
    else if (line.skip('ON', 'UPDATE')) key = { ...key, ...actionOf(line, 'onUpdate') }
    else line.next()
  }
  return key
}

/**
 * Returns the action of a foreign key. For RESTRICT and NO ACTION the result is empty, because MySQL and MariaDB treat both as
 * the default action.
 */
function actionOf(line: MysqlDefinitionTokenReader, on: 'onDelete' | 'onUpdate'): Partial<ForeignKeyObject> {
  if (line.skip('CASCADE')) return { [on]: 'cascade' }
  if (line.skip('SET', 'NULL')) return { [on]: 'set null' }
  if (line.skip('SET', 'DEFAULT')) return { [on]: 'set default' }
  return {}
}
