import type {
  CheckObject,
  ColumnObject,
  ExclusionConstraintObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  SchemaObject,
} from '../schema/object.ts'
import type { EffectOnRunningCode } from './effect.ts'
import { reasonWritesOfRunningCodeFail } from './failing-write.ts'
import { columnOfIndexKey } from './index-key.ts'
import { doesCheckAcceptNullRow } from './null-safe.ts'
import type { EffectContext } from './surroundings.ts'

/**
 * Returns the effects of a new primary key or unique constraint on running code. A unique constraint accepts several rows with
 * NULL. The constraint therefore refuses no row of running code if running code leaves one of its columns NULL, for example a new
 * column.
 */
export function effectsOfNewKey(key: KeyObject, at: EffectContext): readonly EffectOnRunningCode[] {
  if (isImplied(key, key.columns, at)) return ['speeds']
  const isNull = key.columns.some((column) => at.leftNull(key.table, columnOfIndexKey(column) ?? column))
  return key.kind === 'unique' && isNull && !key.nullsNotDistinct ? ['adds'] : ['tightens']
}

/**
 * Returns true if an existing primary key, unique constraint or unique index already forbids all duplicates that the new key
 * forbids. The columns of the existing key must be some or all columns of the new key. If the new key treats NULLs as equal, the
 * existing key must also do so, or must have only NOT NULL columns. A new primary key also needs NOT NULL columns.
 */
function isImplied(rule: KeyObject | IndexObject, columns: readonly string[], at: EffectContext): boolean {
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

/**
 * Returns the columns of a primary key, unique constraint or unique index that covers every row and is checked immediately.
 * Returns undefined for other objects.
 */
function uniqueColumns(object: SchemaObject): readonly string[] | undefined {
  if (object.kind === 'index') return object.unique && object.predicate === undefined && !object.invalid ? object.keys : undefined
  return (object.kind === 'primary-key' || object.kind === 'unique') && object.deferrable === undefined ? object.columns : undefined
}

/** Returns true if another check or a NOT NULL column already enforces the new check. */
function isKept(check: CheckObject, at: EffectContext): boolean {
  const says = bare(check.expression)
  return [...at.before(check.table)].some((known) => {
    if (known.kind === 'check') return known.name !== check.name && known.notEnforced === undefined && bare(known.expression) === says
    return known.kind === 'column' && !known.nullable && isNotNull(says, known.name)
  })
}

/** Returns true if the change is SET NOT NULL on a column for which a validated check already excludes NULL. */
export function isNotNullAlreadyChecked(before: ColumnObject, after: ColumnObject, property: string, at: EffectContext): boolean {
  if (property !== 'nullable' || after.nullable) return false
  return [...at.before(before.table)].some(
    (known) => known.kind === 'check' && !known.notValid && !known.notEnforced && isNotNull(bare(known.expression), before.name),
  )
}

function isNotNull(says: string, column: string): boolean {
  return [column, `"${column}"`, `\`${column}\``].some((name) => says.toLowerCase() === `${name} is not null`.toLowerCase())
}

/** Returns an expression without the outer parentheses that some servers print. */
function bare(expression: string): string {
  let text = expression.trim()
  while (text.startsWith('(') && closes(text)) text = text.slice(1, -1).trim()
  return text.replaceAll(/\s+/g, ' ')
}

/** Returns true if the parenthesis at the start of the text is closed by the last character of the text. */
function closes(text: string): boolean {
  let depth = 0
  const plain = text.replaceAll(/'(?:[^']|'')*'/g, (literal) => ' '.repeat(literal.length))
  for (const { 0: sign, index } of plain.matchAll(/[()]/g)) {
    depth += sign === '(' ? 1 : -1
    if (depth === 0) return index === plain.length - 1
  }
  return false
}

/**
 * Returns true if two foreign keys have different names and are equal except for their comments and their validation (NOT VALID).
 */
function isStricter(known: ForeignKeyObject, key: ForeignKeyObject): boolean {
  const facts = ({ columns, references, onDelete, onUpdate, match, period, deferrable }: ForeignKeyObject) =>
    JSON.stringify([columns, references.table, references.columns, onDelete, onUpdate, match, period, deferrable])
  return known.name !== key.name && facts(known) === facts(key)
}

/**
 * Returns the effects of a change of one property of a primary key or unique constraint that running code knows. `property` is the
 * name of the changed property.
 */
export function effectsOfAlteredKey(before: KeyObject, after: KeyObject, property: string): readonly EffectOnRunningCode[] {
  if (property === 'invisible') return after.invisible ? ['removes'] : ['speeds']
  if (property === 'include' || property === 'hashed') return ['speeds']
  if (property === 'nullsNotDistinct') return after.nullsNotDistinct ? ['tightens'] : ['relaxes']
  if (property !== 'columns') return ['opaque']
  // A unique key with more columns accepts more rows, but an upsert on the old columns no longer finds a matching key.
  return before.columns.every((column) => after.columns.includes(column)) && before.kind === 'unique'
    ? ['relaxes', 'removes']
    : ['tightens', 'removes']
}

/**
 * Returns the effects of a new index on running code. An expression of the index can fail for a written row, because the server
 * evaluates the expression for each written row.
 */
export function effectsOfNewIndex(index: IndexObject, at: EffectContext): readonly EffectOnRunningCode[] {
  const effects = effectsOfNewUniqueness(index, at)
  return reasonWritesOfRunningCodeFail(index, at) === undefined ? effects : [...new Set([...effects, 'tightens' as const])]
}

function effectsOfNewUniqueness(index: IndexObject, at: EffectContext): readonly EffectOnRunningCode[] {
  if (!index.unique || (index.predicate === undefined && isImplied(index, index.keys, at))) return ['speeds']
  const isNull = index.keys.some((column) => at.leftNull(index.table, columnOfIndexKey(column) ?? column))
  return isNull && !index.nullsNotDistinct ? ['adds'] : ['tightens']
}

/**
 * Returns the effects of a change of one property of an index that running code knows. `property` is the name of the changed
 * property.
 */
export function effectsOfAlteredIndex(before: IndexObject, after: IndexObject, property: string): readonly EffectOnRunningCode[] {
  switch (property) {
    case 'invisible':
      return after.invisible ? ['removes'] : ['speeds']
    case 'invalid':
      return after.invalid ? ['removes'] : ['speeds']
    case 'include':
      return ['speeds']
    case 'unique':
      return after.unique ? ['tightens'] : ['relaxes', 'removes']
    default:
      // An index with other keys under the same name has the effects of a removed and an added index: queries no longer use the
      // old keys, and a unique index enforces another rule.
      return before.unique || after.unique ? ['tightens', 'removes'] : ['removes', 'speeds']
  }
}

/**
 * Returns the effects of a new exclusion constraint. A row with NULL in a key conflicts with no row, so the constraint restricts no
 * code that leaves a key NULL.
 */
export function effectsOfNewExclusion({ table, keys }: ExclusionConstraintObject, at: EffectContext): readonly EffectOnRunningCode[] {
  const isLeftNull = keys.some((key) => at.leftNull(table, columnOfIndexKey(key) ?? ''))
  return isLeftNull ? ['adds'] : ['tightens']
}

/**
 * Returns the effects of a change of one property of an exclusion constraint that running code knows. `property` is the name of the
 * changed property.
 */
export function effectsOfAlteredExclusion(
  _before: ExclusionConstraintObject,
  _after: ExclusionConstraintObject,
  property: string,
): readonly EffectOnRunningCode[] {
  if (property === 'include') return ['speeds']
  return property === 'method' ? ['removes', 'speeds'] : ['tightens', 'removes']
}

/** Returns the effects of a new check constraint on running code. */
export function effectsOfNewCheck(check: CheckObject, at: EffectContext): readonly EffectOnRunningCode[] {
  if (check.notEnforced || isKept(check, at)) return ['adds']
  const columns = check.dependsOn?.filter((id) => id.startsWith('column:')) ?? []
  const areNull = columns.length > 0 && columns.every((id) => at.leftNull(check.table, id.slice(id.lastIndexOf('.') + 1)))
  return areNull && doesCheckAcceptNullRow(check.expression) ? ['adds'] : ['tightens']
}

/**
 * Returns the effects of a change of one property of a check constraint that running code knows. `property` is the name of the
 * changed property.
 */
export function effectsOfAlteredCheck(_before: CheckObject, after: CheckObject, property: string): readonly EffectOnRunningCode[] {
  if (property === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  if (property === 'notEnforced') return after.notEnforced ? ['relaxes'] : ['tightens']
  // A CHECK constraint that moves between the definition of a column and the definition of the table changes nothing for running
  // code.
  if (property === 'ofColumn') return []
  return ['tightens']
}

/**
 * Returns the effects of a new foreign key on running code. A foreign key restricts writes of the referring columns. Without
 * CASCADE or SET NULL, it also restricts deletes of the referenced rows.
 */
export function effectsOfNewForeignKey(key: ForeignKeyObject, at: EffectContext): readonly EffectOnRunningCode[] {
  if ([...at.before(key.table)].some((known) => known.kind === 'foreign-key' && isStricter(known, key))) return ['adds']
  const isNull = key.columns.some((column) => at.leftNull(key.table, column)) && key.match !== 'full'
  const bindsWriters = at.knowsTable(key.table) && !isNull
  const follows = key.onDelete === 'cascade' || key.onDelete === 'set null'
  const bindsDeleters = at.knowsTable(key.references.table) && !follows
  return bindsWriters || bindsDeleters ? ['tightens'] : ['adds']
}

/**
 * Returns the effects of a removed foreign key on running code. If the foreign key has an action for deletes or updates, such as
 * CASCADE, the removal also counts as `removes`, because a change of a referenced row no longer changes the referring rows.
 */
export function effectsOfRemovedForeignKey({ onDelete, onUpdate }: ForeignKeyObject): readonly EffectOnRunningCode[] {
  return onDelete === undefined && onUpdate === undefined ? ['relaxes'] : ['relaxes', 'removes']
}

/**
 * Returns the effects of a change of one property of a foreign key that running code knows. `property` is the name of the changed
 * property.
 */
export function effectsOfAlteredForeignKey(
  _before: ForeignKeyObject,
  after: ForeignKeyObject,
  property: string,
): readonly EffectOnRunningCode[] {
  if (property === 'ownIndex') return []
  if (property === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  return property === 'columns' || property === 'references' ? ['tightens'] : ['opaque']
}
