import { attributesOf, type Difference } from '../schema/difference.ts'
import { type ObjectId, type ObjectKind, type SchemaObject, tableGroup } from '../schema/object.ts'
import { groupOfId } from '../schema/state.ts'

/** The tables and columns that one step of a migration renamed. Objects that mention them print differently but mean the same. */
export interface NewNames {
  readonly tables: ReadonlyMap<string, string>
  /** The new names of columns, by the id of the column before the rename. */
  readonly columns: ReadonlyMap<ObjectId, string>
}

export const NO_NEW_NAMES: NewNames = { tables: new Map(), columns: new Map() }

/** Collects the tables and columns that one step of a migration renamed. */
export function newNamesIn(step: readonly Difference[]): NewNames {
  const renamed = step.flatMap((one) => (one.kind === 'renamed' ? [one] : []))
  if (renamed.length === 0) return NO_NEW_NAMES
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

/** Returns the object as the server would print it if only these renames had happened. */
export function underNewNames<O extends SchemaObject>(object: O, names: NewNames): O {
  if (names.tables.size === 0 && names.columns.size === 0) return object
  const table = 'table' in object ? object.table : undefined
  const own = columnsOf(table, names)
  const words = wordsFor(object, table, names)
  const facts = Object.entries(object).map(([attribute, value]): [string, unknown] => {
    if (attribute === 'table') return [attribute, renamedTable(String(value), names)]
    if (attribute === 'dependsOn') return [attribute, (value as readonly ObjectId[]).map((id) => renamedId(id, names)).sort()]
    if (attribute === 'references') return [attribute, renamedReference(value as Reference, names)]
    if (LISTS.has(attribute) && object.kind !== 'view') return [attribute, (value as readonly string[]).map((one) => replaced(one, own))]
    return [attribute, TEXTS.has(attribute) ? inTexts(value, words) : value]
  })
  return Object.fromEntries(facts) as unknown as O
}

// The attributes of schema objects that list columns or expressions.
const LISTS: ReadonlySet<string> = new Set(['columns', 'keys', 'include'])
const TEXTS: ReadonlySet<string> = new Set(['expression', 'generated', 'predicate', 'definition', 'action', 'fires', 'default'])

interface Reference {
  readonly table: string
  readonly columns: readonly string[]
}

function renamedReference({ table, columns }: Reference, names: NewNames): Reference {
  const own = columnsOf(table, names)
  return { table: renamedTable(table, names), columns: columns.map((column) => own.get(column) ?? column) }
}

function renamedTable(table: string, { tables }: NewNames): string {
  return tables.get(table) ?? table
}

function renamedId(id: ObjectId, names: NewNames): ObjectId {
  const group = groupOfId(id)
  if (!group.startsWith('table:')) return id
  const table = group.slice('table:'.length)
  if (id === group) return tableGroup(renamedTable(table, names))
  const kind = id.slice(0, id.indexOf(':'))
  const name = id.slice(kind.length + table.length + 2)
  return `${kind}:${renamedTable(table, names)}.${names.columns.get(id) ?? name}`
}

type Words = ReadonlyMap<string, string>

function columnsOf(table: string | undefined, { columns }: NewNames): Words {
  const prefix = `column:${table ?? ''}.`
  return new Map([...columns].flatMap(([id, name]) => (id.startsWith(prefix) ? [[id.slice(prefix.length), name]] : [])))
}

/** Returns the words to replace in the texts of an object, because objects on which it depends were renamed. */
function wordsFor(object: SchemaObject, table: string | undefined, names: NewNames): Words {
  const known = new Set([...(object.dependsOn ?? []).map(groupOfId), ...(table === undefined ? [] : [tableGroup(table)])])
  const tables = [...names.tables].filter(([name]) => known.has(tableGroup(name)))
  const columns = [...names.columns].filter(([id]) => known.has(groupOfId(id)))
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
 * Returns the attributes in which two versions of an object differ apart from renames. A view keeps the old name of a renamed column
 * in its result.
 */
export function changedBeyondNames(before: SchemaObject, after: SchemaObject, names: NewNames): readonly string[] {
  const expected = underNewNames(before, names)
  const changed = attributesOf(expected, after)
  if (names === NO_NEW_NAMES || expected.kind !== 'view' || after.kind !== 'view') return changed
  const isSame = withoutAliases(expected.definition) === withoutAliases(after.definition)
  return changed.filter((attribute) => attribute !== 'definition' || !isSame)
}

function withoutAliases(definition: string): string {
  return definition.replaceAll(/ AS (?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\w$]+)/g, '').replaceAll(/\s+/g, ' ')
}

// The kinds of rules and indexes that work the same under any name.
const REPLACEABLE: ReadonlySet<ObjectKind> = new Set<ObjectKind>(['check', 'foreign-key', 'unique', 'primary-key', 'index'])

/**
 * Replaces a removed rule or index and an added equal one by a rename. MySQL and MariaDB rename the foreign keys of a renamed table,
 * and a migration may replace a rule by an equal one.
 */
export function withReplacements(step: readonly Difference[], names: NewNames): readonly Difference[] {
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

function isSameButName(gone: SchemaObject, come: SchemaObject, names: NewNames): boolean {
  return gone.kind === come.kind && attributesOf(underNewNames({ ...gone, name: come.name }, names), come).length === 0
}
