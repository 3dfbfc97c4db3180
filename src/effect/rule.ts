import type { CheckObject, ColumnObject, ForeignKeyObject, IndexObject, KeyObject, SchemaObject } from '../schema/object.ts'
import type { Effect } from './effect.ts'
import { holdsForNull } from './null-safe.ts'
import type { Surroundings } from './surroundings.ts'

/** A unique rule never meets NULL; running code writes nothing else to a column that it does not know. */
export function newKey(key: KeyObject, at: Surroundings): readonly Effect[] {
  if (isImplied(key, key.columns, at)) return ['speeds']
  const isNull = key.columns.some((column) => at.leftNull(key.table, column))
  return key.kind === 'unique' && isNull && !key.nullsNotDistinct ? ['adds'] : ['tightens']
}

/**
 * Does a unique rule that was there before forbid all that this one forbids? One over some of the columns does, unless this
 * one also counts NULL, or is checked at once where that one may wait for the commit.
 */
function isImplied(rule: KeyObject | IndexObject, columns: readonly string[], at: Surroundings): boolean {
  const filled = new Set([...at.before(rule.table)].flatMap((one) => (one.kind === 'column' && !one.nullable ? [one.name] : [])))
  const needsFilled = rule.kind === 'primary-key'
  if (needsFilled && !columns.every((column) => filled.has(column))) return false
  return [...at.before(rule.table)].some((known) => {
    const own = uniqueColumns(known)
    if (!own?.every((column) => columns.includes(column))) return false
    const countsNull = 'nullsNotDistinct' in known && known.nullsNotDistinct
    return rule.kind === 'primary-key' || !rule.nullsNotDistinct || countsNull || own.every((column) => filled.has(column))
  })
}

/** The columns of a unique rule that is enforced at once on every row. */
function uniqueColumns(object: SchemaObject): readonly string[] | undefined {
  if (object.kind === 'index') return object.unique && object.predicate === undefined && !object.invalid ? object.keys : undefined
  return (object.kind === 'primary-key' || object.kind === 'unique') && object.deferrable === undefined ? object.columns : undefined
}

/** A check that says what another one says already, or what NOT NULL says. */
function isKept(check: CheckObject, at: Surroundings): boolean {
  const says = bare(check.expression)
  return [...at.before(check.table)].some((known) => {
    if (known.kind === 'check') return known.name !== check.name && known.notEnforced === undefined && bare(known.expression) === says
    return known.kind === 'column' && !known.nullable && isNotNull(says, known.name)
  })
}

/** SET NOT NULL where a validated check says so already: nobody writes NULL there any more. */
export function isProven(before: ColumnObject, after: ColumnObject, attribute: string, at: Surroundings): boolean {
  if (attribute !== 'nullable' || after.nullable) return false
  return [...at.before(before.table)].some(
    (known) => known.kind === 'check' && !known.notValid && !known.notEnforced && isNotNull(bare(known.expression), before.name),
  )
}

function isNotNull(says: string, column: string): boolean {
  return [column, `"${column}"`, `\`${column}\``].some((name) => says.toLowerCase() === `${name} is not null`.toLowerCase())
}

/** Without the parentheses that a server may print around the whole. */
function bare(expression: string): string {
  let text = expression.trim()
  while (text.startsWith('(') && closes(text)) text = text.slice(1, -1).trim()
  return text.replaceAll(/\s+/g, ' ')
}

/** Does the first parenthesis close at the very end? */
function closes(text: string): boolean {
  let depth = 0
  const plain = text.replaceAll(/'(?:[^']|'')*'/g, (literal) => ' '.repeat(literal.length))
  for (const { 0: sign, index } of plain.matchAll(/[()]/g)) {
    depth += sign === '(' ? 1 : -1
    if (depth === 0) return index === plain.length - 1
  }
  return false
}

/** The same reference, and nothing that `known` does not forbid. */
function isStricter(known: ForeignKeyObject, key: ForeignKeyObject): boolean {
  const facts = ({ columns, references, onDelete, onUpdate, match, deferrable }: ForeignKeyObject) =>
    JSON.stringify([columns, references.table, references.columns, onDelete, onUpdate, match, deferrable])
  return known.name !== key.name && facts(known) === facts(key)
}

export function alteredKey(before: KeyObject, after: KeyObject, attribute: string): readonly Effect[] {
  if (attribute === 'invisible') return after.invisible ? ['removes'] : ['speeds']
  if (attribute === 'include') return ['speeds']
  if (attribute === 'nullsNotDistinct') return after.nullsNotDistinct ? ['tightens'] : ['relaxes']
  if (attribute !== 'columns') return ['opaque']
  // With more columns the rule forbids less, but an upsert on the old ones has nothing to lean on.
  return before.columns.every((column) => after.columns.includes(column)) && before.kind === 'unique'
    ? ['relaxes', 'removes']
    : ['tightens', 'removes']
}

export function newIndex(index: IndexObject, at: Surroundings): readonly Effect[] {
  if (!index.unique || (index.predicate === undefined && isImplied(index, index.keys, at))) return ['speeds']
  const isNull = index.keys.some((column) => at.leftNull(index.table, column))
  return isNull && !index.nullsNotDistinct ? ['adds'] : ['tightens']
}

export function alteredIndex(before: IndexObject, after: IndexObject, attribute: string): readonly Effect[] {
  switch (attribute) {
    case 'invisible':
      return after.invisible ? ['removes'] : ['speeds']
    case 'invalid':
      return after.invalid ? ['removes'] : ['speeds']
    case 'include':
      return ['speeds']
    case 'unique':
      return after.unique ? ['tightens'] : ['relaxes', 'removes']
    default:
      // Another index of the same name: the one that queries lean on is gone, and the rule is another one.
      return before.unique || after.unique ? ['tightens', 'removes'] : ['removes', 'speeds']
  }
}

export function newCheck(check: CheckObject, at: Surroundings): readonly Effect[] {
  if (check.notEnforced || isKept(check, at)) return ['adds']
  const columns = check.dependsOn?.filter((id) => id.startsWith('column:')) ?? []
  const areNull = columns.length > 0 && columns.every((id) => at.leftNull(check.table, id.slice(id.lastIndexOf('.') + 1)))
  return areNull && holdsForNull(check.expression) ? ['adds'] : ['tightens']
}

export function alteredCheck(_before: CheckObject, after: CheckObject, attribute: string): readonly Effect[] {
  if (attribute === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  if (attribute === 'notEnforced') return after.notEnforced ? ['relaxes'] : ['tightens']
  return ['tightens']
}

/** It binds those who write the referring columns, and those who delete the rows it refers to, unless its own rows follow. */
export function newForeignKey(key: ForeignKeyObject, at: Surroundings): readonly Effect[] {
  if ([...at.before(key.table)].some((known) => known.kind === 'foreign-key' && isStricter(known, key))) return ['adds']
  const isNull = key.columns.some((column) => at.leftNull(key.table, column)) && key.match !== 'full'
  const bindsWriters = at.knowsTable(key.table) && !isNull
  const follows = key.onDelete === 'cascade' || key.onDelete === 'set null'
  const bindsDeleters = at.knowsTable(key.references.table) && !follows
  return bindsWriters || bindsDeleters ? ['tightens'] : ['adds']
}

/** Rows that used to follow stay behind. */
export function removedForeignKey({ onDelete, onUpdate }: ForeignKeyObject): readonly Effect[] {
  return onDelete === undefined && onUpdate === undefined ? ['relaxes'] : ['relaxes', 'removes']
}

export function alteredForeignKey(_before: ForeignKeyObject, after: ForeignKeyObject, attribute: string): readonly Effect[] {
  if (attribute === 'ownIndex') return []
  if (attribute === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  return attribute === 'columns' || attribute === 'references' ? ['tightens'] : ['opaque']
}
