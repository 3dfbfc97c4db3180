import { type Difference, namesOfDifferingObjectProperties } from '../schema/difference.ts'
import { type SchemaObject, type SchemaObjectId, type SchemaObjectKind, tableGroupKey } from '../schema/object.ts'
import { groupKeyOfObjectId } from '../schema/state.ts'

/**
 * The tables and columns that a migration, or one of its statements, renamed. After a rename, the server prints a dependent object
 * with the new name, although the meaning of the object is the same.
 */
export interface RenamedTablesAndColumns {
  readonly tables: ReadonlyMap<string, string>
  /** The new names of columns, by the id of the column before the rename. */
  readonly columns: ReadonlyMap<SchemaObjectId, string>
}

/** The value of `RenamedTablesAndColumns` if no table or column was renamed. */
export const NO_TABLE_OR_COLUMN_RENAMES: RenamedTablesAndColumns = { tables: new Map(), columns: new Map() }

/** Returns the renamed tables and columns from the differences that a migration, or one of its statements, makes in the schema. */
export function findRenamedTablesAndColumns(step: readonly Difference[]): RenamedTablesAndColumns {
  const renamed = step.flatMap((one) => (one.kind === 'renamed' ? [one] : []))
  if (renamed.length === 0) return NO_TABLE_OR_COLUMN_RENAMES
  const of = (kind: 'table' | 'column') => renamed.filter(({ before }) => before.kind === kind)
  return {
    tables: new Map(of('table').map(({ before, after }) => [before.name, after.name])),
    columns: new Map(
      of('column').flatMap(({ before, after }) =>
        before.kind === 'column' && before.name !== after.name ? [[`column:${before.table}.${before.name}`, after.name]] : [],
      ),
    ),
  }
}

/** Returns a schema object as the server prints it after the given renames of tables and columns. */
export function applyRenamesToObject<O extends SchemaObject>(object: O, names: RenamedTablesAndColumns): O {
  if (names.tables.size === 0 && names.columns.size === 0) return object
  const table = 'table' in object ? object.table : undefined
  const own = columnsOf(table, names)
  const words = wordsFor(object, table, names)
  const facts = Object.entries(object).map(([property, value]): [string, unknown] => {
    if (property === 'table') return [property, renamedTable(String(value), names)]
    if (property === 'dependsOn') return [property, (value as readonly SchemaObjectId[]).map((id) => renamedId(id, names)).sort()]
    if (property === 'references') return [property, renamedReference(value as Reference, names)]
    if (LISTS.has(property) && object.kind !== 'view') return [property, (value as readonly string[]).map((one) => replaced(one, own))]
    return [property, TEXTS.has(property) ? inTexts(value, words) : value]
  })
  return Object.fromEntries(facts) as unknown as O
}

// The properties of schema objects whose value is a list of column names or expressions.
const LISTS: ReadonlySet<string> = new Set(['columns', 'keys', 'include'])
const TEXTS: ReadonlySet<string> = new Set(['expression', 'generated', 'predicate', 'definition', 'action', 'fires', 'default'])

interface Reference {
  readonly table: string
  readonly columns: readonly string[]
}

function renamedReference({ table, columns }: Reference, names: RenamedTablesAndColumns): Reference {
  const own = columnsOf(table, names)
  return { table: renamedTable(table, names), columns: columns.map((column) => own.get(column) ?? column) }
}

function renamedTable(table: string, { tables }: RenamedTablesAndColumns): string {
  return tables.get(table) ?? table
}

function renamedId(id: SchemaObjectId, names: RenamedTablesAndColumns): SchemaObjectId {
  const group = groupKeyOfObjectId(id)
  if (!group.startsWith('table:')) return id
  const table = group.slice('table:'.length)
  if (id === group) return tableGroupKey(renamedTable(table, names))
  const kind = id.slice(0, id.indexOf(':'))
  const name = id.slice(kind.length + table.length + 2)
  return `${kind}:${renamedTable(table, names)}.${names.columns.get(id) ?? name}`
}

type Words = ReadonlyMap<string, string>

function columnsOf(table: string | undefined, { columns }: RenamedTablesAndColumns): Words {
  const prefix = `column:${table ?? ''}.`
  return new Map([...columns].flatMap(([id, name]) => (id.startsWith(prefix) ? [[id.slice(prefix.length), name]] : [])))
}

/**
 * Returns the words that a rename replaces in the texts of an object. The words are the old and new names of the tables and
 * columns on which the object depends.
 */
function wordsFor(object: SchemaObject, table: string | undefined, names: RenamedTablesAndColumns): Words {
  const known = new Set([...(object.dependsOn ?? []).map(groupKeyOfObjectId), ...(table === undefined ? [] : [tableGroupKey(table)])])
  const tables = [...names.tables].filter(([name]) => known.has(tableGroupKey(name)))
  const columns = [...names.columns].filter(([id]) => known.has(groupKeyOfObjectId(id)))
  return new Map([
    ...tables.flatMap(([from, to]): (readonly [string, string])[] => [
      [from, to],
      [lastPart(from), lastPart(to)],
    ]),
    ...columns.map(([id, to]): readonly [string, string] => [lastPart(id), to]),
  ])
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function inTexts(value: unknown, words: Words): unknown {
  if (typeof value === 'string') return replaced(value, words)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inTexts(one, words)]))
}

const STRING_OR_NAME = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\p{L}_][\p{L}\p{N}_$]*/gu

function replaced(text: string, words: Words): string {
  if (words.size === 0) return text
  return text.replaceAll(STRING_OR_NAME, (found) => {
    const quote = found[0] === '"' || found[0] === '`' ? found[0] : ''
    const to = words.get(quote === '' ? found : found.slice(1, -1))
    return to === undefined ? found : `${quote}${to}${quote}`
  })
}

/**
 * Returns the names of the properties in which two versions of an object differ, without the differences that only follow from a
 * rename. If a table or column was renamed, the function does not compare the aliases in a view, because the server keeps the old
 * name of a renamed column as an alias.
 */
export function propertiesChangedBeyondRenames(
  before: SchemaObject,
  after: SchemaObject,
  names: RenamedTablesAndColumns,
): readonly string[] {
  const expected = applyRenamesToObject(before, names)
  const changed = namesOfDifferingObjectProperties(expected, after)
  if (names === NO_TABLE_OR_COLUMN_RENAMES || expected.kind !== 'view' || after.kind !== 'view') return changed
  const isSame = withoutAliases(expected.definition) === withoutAliases(after.definition)
  return changed.filter((property) => property !== 'definition' || !isSame)
}

function withoutAliases(definition: string): string {
  return definition.replaceAll(/ AS (?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\w$]+)/g, '').replaceAll(/\s+/g, ' ')
}

// The kinds of constraints and indexes that have the same effect under any name.
const REPLACEABLE: ReadonlySet<SchemaObjectKind> = new Set<SchemaObjectKind>([
  'check',
  'exclusion',
  'foreign-key',
  'unique',
  'primary-key',
  'index',
])

/**
 * Returns the differences that a migration, or one of its statements, makes in the schema, with renames instead of some removals
 * and additions. If a constraint or index was removed, and an equal one with another name was added, one rename replaces both
 * differences. Two causes are possible: MySQL and MariaDB rename the foreign keys of a renamed table, and a migration can replace a
 * constraint by an equal one.
 */
export function turnReplacementsIntoRenames(step: readonly Difference[], names: RenamedTablesAndColumns): readonly Difference[] {
  const taken = new Set<Difference>()
  const renames = step.flatMap((gone): Difference[] => {
    if (gone.kind !== 'removed' || !REPLACEABLE.has(gone.object.kind)) return []
    const come = step.find((one) => one.kind === 'added' && !taken.has(one) && isSameButName(gone.object, one.object, names))
    if (come?.kind !== 'added') return []
    taken.add(gone).add(come)
    return [{ kind: 'renamed', before: gone.object, after: come.object }]
  })
  return renames.length === 0 ? step : [...step.filter((one) => !taken.has(one)), ...renames]
}

function isSameButName(gone: SchemaObject, come: SchemaObject, names: RenamedTablesAndColumns): boolean {
  return (
    gone.kind === come.kind &&
    namesOfDifferingObjectProperties(applyRenamesToObject({ ...gone, name: come.name }, names), come).length === 0
  )
}
