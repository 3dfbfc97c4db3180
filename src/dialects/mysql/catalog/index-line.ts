import type { ForeignKeyObject, IndexObject, KeyObject, SchemaObject } from '../../../schema/object.ts'
import type { DefinitionTokenReader } from '../text/cursor.ts'
import { unquoteString } from '../text/lexer.ts'
import { findColumnDependencies, makeCheckObject } from './column.ts'
import { normalizeMysqlExpression } from './expression.ts'
import type { MysqlTableFacts } from './surroundings.ts'

/** A schema object that belongs to a table, such as a column or an index. */
export type TablePartObject = Extract<SchemaObject, { readonly table?: string }>

/**
 * Reads the line of a key in the output of SHOW CREATE TABLE: PRIMARY, UNIQUE (always a constraint on these servers), FULLTEXT,
 * SPATIAL, or a plain index.
 */
export function parseIndexLine(line: DefinitionTokenReader, around: MysqlTableFacts): KeyObject | IndexObject | undefined {
  const primary = line.takes('PRIMARY', 'KEY')
  const unique = !primary && line.takes('UNIQUE', 'KEY')
  const special = SPECIAL.find((word) => line.takes(word, 'KEY'))
  if (!primary && !unique && !special && !line.takes('KEY')) return undefined
  const name = primary ? 'PRIMARY' : line.name()
  const keys = readKeys(line, around)
  const { method = special?.toLowerCase() ?? 'btree', ...facts } = readIndexOptions(line)
  const base = { table: around.table, name, ...findColumnDependencies(keys.filter((key) => key.includes('(')).join(','), around), ...facts }
  if (primary) return { kind: 'primary-key', columns: keys, ...base }
  if (unique) return { kind: 'unique', columns: keys, ...base, ...(method === 'hash' && { hashed: true as const }) }
  return { kind: 'index', method, keys, ...base }
}

const SPECIAL = ['FULLTEXT', 'SPATIAL', 'VECTOR']

/** Reads the keys of an index as the server prints them: `a`, `name(10)`, `b DESC`, `(lower(a))`. Plain names have no backticks. */
function readKeys(line: DefinitionTokenReader, around: MysqlTableFacts): readonly string[] {
  const keys: string[] = []
  line.takes('(')
  while (!line.done && !line.takes(')')) {
    keys.push(readKey(line, around))
    line.takes(',')
  }
  return keys
}

function readKey(line: DefinitionTokenReader, around: MysqlTableFacts): string {
  const inside = line.inside()
  let key = inside ? `(${normalizeMysqlExpression(inside.text, around.database)})` : line.name()
  const prefix = line.inside()
  if (prefix) key += `(${prefix.text})`
  while (!line.done && !line.sees(',') && !line.sees(')')) key += ` ${line.name().toUpperCase()}`
  return key
}

function readIndexOptions(line: DefinitionTokenReader): { readonly method?: string; readonly comment?: string; readonly invisible?: true } {
  let facts: { readonly method?: string; readonly comment?: string; readonly invisible?: true } = {}
  while (!line.done) {
    if (line.takes('USING')) facts = { ...facts, method: line.name().toLowerCase() }
    else if (line.takes('COMMENT')) facts = { ...facts, comment: unquoteString(line.next()?.value ?? "''") }
    else if (line.takes('WITH', 'PARSER')) facts = { ...facts, method: `fulltext with parser ${line.name()}` }
    else if (line.takes('INVISIBLE') || line.takes('IGNORED')) facts = { ...facts, invisible: true }
    else line.next()
  }
  return facts
}

/** Reads the line of a constraint in the output of SHOW CREATE TABLE: a foreign key or a check. */
export function parseConstraintLine(line: DefinitionTokenReader, around: MysqlTableFacts): TablePartObject | undefined {
  line.takes('CONSTRAINT')
  const name = line.name()
  if (line.takes('FOREIGN', 'KEY')) return readForeignKey(line, around, name)
  if (!line.takes('CHECK')) return undefined
  const check = makeCheckObject(around, name, normalizeMysqlExpression(line.inside()?.text ?? '', around.database))
  return line.takes('NOT', 'ENFORCED') ? { ...check, notEnforced: true } : check
}

function readForeignKey(line: DefinitionTokenReader, around: MysqlTableFacts, name: string): ForeignKeyObject {
  const columns = readKeys(line, around)
  line.takes('REFERENCES')
  const [first, second] = [line.name(), line.takes('.') ? line.name() : undefined]
  const table = second === undefined ? first : first === around.database ? second : `${first}.${second}`
  const references = { table, columns: readKeys(line, around) }
  let key: ForeignKeyObject = { kind: 'foreign-key', table: around.table, name, columns, references }
  while (!line.done) {
    if (line.takes('ON', 'DELETE')) key = { ...key, ...actionOf(line, 'onDelete') }
    else if (line.takes('ON', 'UPDATE')) key = { ...key, ...actionOf(line, 'onUpdate') }
    else line.next()
  }
  return key
}

/** RESTRICT and NO ACTION mean the same on these servers, and are the default. */
function actionOf(line: DefinitionTokenReader, on: 'onDelete' | 'onUpdate'): Partial<ForeignKeyObject> {
  if (line.takes('CASCADE')) return { [on]: 'cascade' }
  if (line.takes('SET', 'NULL')) return { [on]: 'set null' }
  if (line.takes('SET', 'DEFAULT')) return { [on]: 'set default' }
  return {}
}
