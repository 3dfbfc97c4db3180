import type { SchemaObject } from '../../../schema/object.ts'
import { tablesWithoutRollback } from '../../../schema/rollback.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { type MysqlToken, tokenizeMysql, unquoteMysqlString } from './lexer.ts'
import { mysqlStatementKindAt } from './statements/phrase.ts'
import { findObjectNameOccurrences } from './statements/places.ts'

/**
 * Returns a value for each statement of a SQL file: true if the statement can write to a table whose rows a rollback does not
 * restore. The statement can write to the table itself, or through a view, trigger or routine. EXECUTE also counts as a write if a
 * string in the file names the table, the view or the routine. `before` is the schema before the first statement.
 */
export function whichStatementsWriteWithoutRollback(texts: readonly string[], before: SchemaState): readonly boolean[] {
  const read = texts.map((text) => ({ text, tokens: tokenizeMysql(text).filter(({ kind }) => kind !== 'mark') }))
  const tables = tablesWithoutRollback(before)
  if (tables.size === 0 && !texts.some((text) => MAKES.test(text))) return texts.map(() => false)
  const names = reachingNames(before, tables)
  // EXECUTE runs a text that can be built from the string literals of the SQL file. EXECUTE therefore counts as a write only if a
  // literal names a table whose rows a rollback does not restore, or a view or routine that writes to such a table.
  const isDynamicQuiet = !read.some(({ tokens }) => tokens.some((token) => token.kind === 'string' && mentions(token, names)))
  let isDefault = false
  return read.map((one) => {
    isDefault = setsOtherEngine(one.tokens) || isDefault
    for (const name of tablesMadeBy(one, names, isDefault)) names.tables.add(name)
    const first = one.tokens.find(({ kind }) => kind === 'word')?.value
    return first === 'EXECUTE' ? !isDynamicQuiet : writes(one, names)
  })
}

interface Statement {
  readonly text: string
  readonly tokens: readonly MysqlToken[]
}

/**
 * The names, in lower case, of the objects through which a statement can write to a table whose rows a rollback does not restore.
 */
interface ReachingNames {
  /**
   * The names of the tables whose rows a rollback does not restore, and of the views on these tables. If a trigger writes to one of
   * these tables, the set contains the trigger's own table with the event of the trigger, such as `orders INSERT`.
   */
  readonly tables: Set<string>
  readonly routines: Set<string>
}

/**
 * Returns the names of the given tables, and of the views, triggers and routines through which a statement can write to these
 * tables.
 */
function reachingNames(before: SchemaState, tables: ReadonlySet<string>): ReachingNames {
  const names = { tables: new Set([...tables].map((name) => name.toLowerCase())), routines: new Set<string>() }
  const indirect = tables.size === 0 ? [] : [...objectsOfState(before)].filter(({ kind }) => INDIRECT.has(kind))
  for (let size = -1; size !== names.tables.size + names.routines.size; ) {
    size = names.tables.size + names.routines.size
    for (const object of indirect) follow(object, names)
  }
  return names
}

const INDIRECT: ReadonlySet<string> = new Set(['view', 'trigger', 'function'])

function follow(object: SchemaObject, names: ReachingNames): void {
  if (object.kind === 'view' && (object.dependsOn ?? []).some((id) => names.tables.has(id.replace(/^\w+:/, '').toLowerCase())))
    names.tables.add(object.name.toLowerCase())
  if (object.kind === 'trigger' && runs(object.action, names))
    for (const event of object.fires.match(/\b(?:INSERT|UPDATE|DELETE)\b/gi) ?? [])
      names.tables.add(`${object.table.toLowerCase()} ${event.toUpperCase()}`)
  if (object.kind === 'function' && runs(object.definition, names)) names.routines.add(object.name.replace(/\(\)$/, '').toLowerCase())
}

function runs(text: string, names: ReachingNames): boolean {
  return writes({ text, tokens: tokenizeMysql(text).filter(({ kind }) => kind !== 'mark') }, names)
}

// The events of the triggers that a statement can fire, by the first word of the statement.
const FIRES: ReadonlyMap<string, readonly string[]> = new Map([
  ['INSERT', ['INSERT']],
  ['UPDATE', ['UPDATE']],
  ['DELETE', ['DELETE']],
  ['REPLACE', ['INSERT', 'DELETE']],
  ['LOAD', ['INSERT', 'DELETE']],
  ['WITH', ['UPDATE', 'DELETE']],
])

function writes({ text, tokens }: Statement, names: ReachingNames): boolean {
  if (tokens.some((token) => isName(token) && names.routines.has(nameOf(text, token)))) return true
  const has = (word: string) => tokens.some(({ kind, value }) => kind === 'word' && value === word)
  return findObjectNameOccurrences(text, tokens).some(({ kind, use, by, name }) => {
    // If a statement begins with WITH, the engine does not know which of the named tables an UPDATE or DELETE changes, so every
    // named table counts as changed.
    const isChanged = use === 'changes' || (by === 'WITH' && (has('UPDATE') || has('DELETE')))
    if (kind !== 'table' || !isChanged) return false
    const fired = [...(FIRES.get(by) ?? []), ...(by === 'INSERT' && has('DUPLICATE') ? ['UPDATE'] : [])]
    const table = name.toLowerCase()
    return fired.length > 0 && (names.tables.has(table) || fired.some((event) => names.tables.has(`${table} ${event}`)))
  })
}

function mentions({ value }: MysqlToken, { tables, routines }: ReachingNames): boolean {
  return [...unquoteMysqlString(value).matchAll(/[\w$\u0080-\uffff]+/g)].some(([word]) => {
    const name = word.toLowerCase()
    return tables.has(name) || routines.has(name)
  })
}

function isName({ kind, value }: MysqlToken): boolean {
  return kind === 'name' || (kind === 'word' && !value.startsWith('@'))
}

function nameOf(text: string, { kind, value, start, end }: MysqlToken): string {
  return (kind === 'name' ? value : text.slice(start, end)).toLowerCase()
}

// Matches a statement that can create a table with another storage engine than InnoDB.
const MAKES = /(?:\b|_)engine\b|\btype\b/i

/**
 * Returns the names, in lower case, of the tables that have another storage engine than InnoDB after the statement. The statement
 * gives a table this storage engine with the clause ENGINE, by default, or with LIKE, or gives a table with this storage engine a
 * new name.
 */
function tablesMadeBy({ text, tokens }: Statement, known: ReachingNames, isDefault: boolean): readonly string[] {
  const words = mysqlStatementKindAt(tokens, startOfInnerStatement(tokens))?.words ?? ''
  if (!/^(?:CREATE|ALTER|RENAME) TABLE$/.test(words)) return []
  const named = findObjectNameOccurrences(text, tokens).map(({ name }) => name.toLowerCase())
  if (named.some((name) => known.tables.has(name))) return named
  return isDefault || namesOtherEngine(tokens) ? named.slice(0, 1) : []
}

/** Returns the index of the first token after the settings of SET STATEMENT … FOR (MariaDB), and 0 for every other statement. */
function startOfInnerStatement(tokens: readonly MysqlToken[]): number {
  if (tokens[0]?.value !== 'SET' || tokens[1]?.value !== 'STATEMENT') return 0
  return tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'FOR') + 1
}

function namesOtherEngine(tokens: readonly MysqlToken[]): boolean {
  return tokens.some(({ kind, value }, at) => kind === 'word' && /^(?:ENGINE|TYPE)$/.test(value) && isOtherEngine(tokens, at + 1))
}

function setsOtherEngine(tokens: readonly MysqlToken[]): boolean {
  if (tokens[0]?.value !== 'SET') return false
  return tokens.some(({ value }, at) => /^(?:@@)?(?:DEFAULT_)?STORAGE_ENGINE$/.test(value) && isOtherEngine(tokens, at + 1))
}

function isOtherEngine(tokens: readonly MysqlToken[], at: number): boolean {
  const next = tokens.slice(at).find(({ kind, value }) => kind !== 'symbol' || !/^[:=]$/.test(value))
  if (!next || next.kind === 'symbol') return false
  return !/^['"]?innodb['"]?$/i.test(next.value)
}
