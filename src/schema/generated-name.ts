import { Buffer } from 'node:buffer'
import { type DialectName, formatExclusionElements, type SchemaObject } from './object.ts'
import { makeSchemaState, objectsOfState, type SchemaState } from './state.ts'

type Named = Extract<SchemaObject, { kind: 'primary-key' | 'unique' | 'check' | 'exclusion' | 'foreign-key' }>
type Nameable = Named | Extract<SchemaObject, { kind: 'index' }>
type Of<K extends Nameable['kind']> = Nameable & { readonly kind: K }

/** For each kind of object, a function that returns true if the server can have generated the name of the object. */
type Patterns = { readonly [K in Nameable['kind']]: (object: Of<K>) => boolean }

/**
 * The functions that recognise the generated names of each server. Each function compares a name with the name that the server
 * would generate for the object. The functions also accept a number at the end, because servers append a number to a name that
 * already exists. If a name only ends like a generated name, the author of a migration has chosen it.
 */
const PATTERNS: { readonly [D in DialectName]: Patterns } = {
  postgres: {
    'primary-key': (key) => isPostgresName(key, undefined, 'pkey'),
    'unique': (key) => isPostgresName(key, [...key.columns, ...(key.include ?? [])], 'key'),
    'check': (check) => {
      const columns = columnsNamed(check)
      // The generated name of a check on several columns contains the name of the table and no column names.
      return isPostgresName(check, columns.length === 1 ? columns : undefined, 'check')
    },
    'exclusion': (exclusion) => {
      if (exclusion.temporal === 'primary key') return isPostgresName(exclusion, undefined, 'pkey')
      return isPostgresName(exclusion, indexColumns(exclusion), exclusion.temporal ? 'key' : 'excl')
    },
    'foreign-key': (key) => isPostgresName(key, key.columns, 'fkey'),
    'index': (index) => ['idx', 'excl'].some((label) => isPostgresName(index, indexColumns(index), label)),
  },
  mysql: {
    'primary-key': () => true,
    'unique': (key) => isNamedAfterFirst(key.name, key.columns),
    'check': ({ table, name }) => isNumbered(name, `${table}_chk_`),
    'exclusion': () => false,
    'foreign-key': ({ table, name }) => isNumbered(name, `${table}_ibfk_`),
    'index': (index) => isNamedAfterFirst(index.name, index.keys),
  },
  mariadb: {
    'primary-key': () => true,
    'unique': (key) => isNamedAfterFirst(key.name, key.columns),
    'check': ({ name }) => isNumbered(name, 'CONSTRAINT_'),
    'exclusion': () => false,
    // MariaDB 12 generates the name of a foreign key without the name of the table.
    'foreign-key': ({ table, name }) => isNumbered(name, `${table}_ibfk_`) || isNumbered(name, ''),
    'index': (index) => isNamedAfterFirst(index.name, index.keys),
  },
}

/** Returns true if the object is a constraint whose name the server can have generated. */
export function isConstraintNamePossiblyGenerated(object: SchemaObject, dialect: DialectName): object is Named {
  return object.kind !== 'index' && isNamePossiblyGenerated(object, dialect)
}

/** Returns true if the object is a constraint or an index whose name the server can have generated. */
export function isNamePossiblyGenerated(object: SchemaObject, dialect: DialectName): object is Nameable {
  if (!isNameable(object)) return false
  // The cast is needed because `PATTERNS[dialect][object.kind]` is a function for objects of exactly this kind, which the
  // compiler cannot infer.
  const matches = PATTERNS[dialect][object.kind] as (object: Nameable) => boolean
  return matches(object)
}

function isNameable(object: SchemaObject): object is Nameable {
  return object.kind in PATTERNS.postgres
}

/**
 * Returns true if a name is the name that MySQL and MariaDB generate for a key: the name of the first column, or
 * `functional_index` for an expression. The servers append `_2`, `_3` and so on if the name already exists, or if the column is
 * named `primary`.
 */
function isNamedAfterFirst(name: string, keys: readonly string[]): boolean {
  const first = keys[0] ?? ''
  const column = first.startsWith('(') ? 'functional_index' : first.replace(/ (?:ASC|DESC)$/, '').replace(/\(\d+\)$/, '')
  if (name === column) return !/^primary$/i.test(column)
  return isNumbered(name, `${column}_`) && name !== `${column}_1`
}

function isNumbered(name: string, before: string): boolean {
  return name.startsWith(before) && /^[1-9]\d*$/.test(name.slice(before.length))
}

/**
 * Returns true if a name has the form `table_column_column_label`, or `table_label` if `columns` is undefined. PostgreSQL
 * shortens the name to 63 bytes, and appends a number if the name already exists.
 */
function isPostgresName({ table, name }: Nameable, columns: readonly string[] | undefined, label: string): boolean {
  const found = new RegExp(`_${label}(\\d*)$`).exec(name)
  if (!found) return false
  const middle = columns && joined(columns)
  return bareNames(table).some((bare) => name === postgresName(bare, middle, `${label}${found[1]}`))
}

/**
 * Returns every possible name of a table without the name of its schema. The name of a table outside the default schema begins with
 * the schema and a dot. The names of the schema and of the table can contain other dots, so the function tries every dot.
 */
function bareNames(table: string): readonly string[] {
  const parts = table.split('.')
  return parts.map((_, index) => parts.slice(index).join('.'))
}

const LONGEST = 63

/** Joins column names with `_`, up to the length of the longest name that PostgreSQL allows. */
function joined(columns: readonly string[]): string {
  let text = ''
  for (const column of columns) {
    if (Buffer.byteLength(text) > LONGEST) break
    text += text === '' ? column : `_${column}`
  }
  return clipped(text, LONGEST)
}

/**
 * Returns a name as PostgreSQL's function `makeObjectName` builds it. If the name is too long, the function shortens the longer
 * of its two parts.
 */
function postgresName(table: string, columns: string | undefined, label: string): string {
  const left = LONGEST - label.length - 1 - (columns === undefined ? 0 : 1)
  let [first, second] = [Buffer.byteLength(table), Buffer.byteLength(columns ?? '')]
  while (first + second > left) {
    if (first > second) first -= 1
    else second -= 1
  }
  return [clipped(table, first), ...(columns === undefined ? [] : [clipped(columns, second)]), label].join('_')
}

/** Shortens a text to at most `bytes` bytes, without leaving a part of a character at the end. */
function clipped(text: string, bytes: number): string {
  const whole = Buffer.from(text)
  if (whole.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return whole.subarray(0, end).toString()
}

function columnsNamed({ table, dependsOn }: Of<'check'>): readonly string[] {
  const prefix = `column:${table}.`
  return dependsOn?.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length)) ?? []
}

/**
 * Returns the part of a generated index name for each index column. For an expression, PostgreSQL uses the name of its function, or
 * `expr`. A repeated part gets a number.
 */
function indexColumns({ keys, include }: Of<'index'> | Of<'exclusion'>): readonly string[] {
  const seen = new Map<string, number>()
  return [...keys, ...(include ?? [])].map((key) => {
    const column = /^"((?:[^"]|"")*)"/.exec(key)?.[1]?.replaceAll('""', '"') ?? /^[^ (]+/.exec(key)?.[0] ?? 'expr'
    const times = seen.get(column) ?? 0
    seen.set(column, times + 1)
    return times === 0 ? column : `${column}${times}`
  })
}

/**
 * Returns a state in which the content of each constraint replaces its generated name, so that equal constraints with different
 * generated names are equal objects. The function removes the dependencies on constraints from all objects, because the id of a
 * constraint contains its name.
 */
export function replaceGeneratedNames(state: SchemaState, dialect: DialectName): SchemaState {
  const times = new Map<string, number>()
  const nth = (object: Named): string => {
    const says = saysOf(object)
    const key = `${object.kind} ${object.table} ${says}`
    times.set(key, (times.get(key) ?? 0) + 1)
    return times.get(key) === 1 ? `<${says}>` : `<${says}> ${times.get(key)}`
  }
  return makeSchemaState(
    [...objectsOfState(state)].map((object) =>
      withoutNames(isConstraintNamePossiblyGenerated(object, dialect) ? renamed(object, nth(object)) : object),
    ),
  )
}

function saysOf(object: Named): string {
  if (object.kind === 'check') return object.expression
  if (object.kind === 'exclusion') return formatExclusionElements(object).join(', ')
  const own = object.columns.join(', ')
  return object.kind === 'foreign-key' ? `${own} to ${object.references.table} (${object.references.columns.join(', ')})` : own
}

function renamed(object: Named, name: string): SchemaObject {
  // MySQL names the index of a foreign key after the column, or after the foreign key if the foreign key has a name.
  const own = object.kind === 'foreign-key' && object.ownIndex !== undefined ? { ownIndex: '<own>' } : {}
  return { ...object, ...own, name }
}

const CONSTRAINT = /^(?:primary-key|unique|check|exclusion|foreign-key):/

function withoutNames(object: SchemaObject): SchemaObject {
  const { dependsOn, ...rest } = object
  const left = dependsOn?.filter((id) => !CONSTRAINT.test(id)) ?? []
  return left.length === 0 ? rest : { ...rest, dependsOn: left }
}
