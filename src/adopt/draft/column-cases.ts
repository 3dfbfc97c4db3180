import { effectsOfDifference } from '../../effect/catalog.ts'
import { isRequiredInInsert } from '../../effect/column.ts'
import { type Difference, namesOfDifferingObjectProperties, objectAfterDifference } from '../../schema/difference.ts'
import { type ColumnObject, objectIdOf, type SchemaObject, type SchemaObjectId } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'
import {
  areEffectsAdmittedByPolicy,
  type DraftContext,
  isTableOfBothSchemas,
  makeDraftEffectContext,
  objectsOfTable,
  primaryKeyColumnsOf,
} from './draft-context.ts'

/** A difference of a column that needs more than one phase. The draft writes a separate change for each such difference. */
export type MultiPhaseColumnDifference =
  /**
   * A column case 'filled': a new column that a data step fills in existing rows. The column is NOT NULL without a default, or
   * its default is not a constant. `value` is the expression of the default.
   */
  | { readonly kind: 'filled'; readonly column: ColumnObject; readonly value?: string }
  /** A column case 'required': an existing column that becomes NOT NULL. */
  | { readonly kind: 'required'; readonly column: ColumnObject }
  /** A column case 'retyped': a column whose type changes under the same name. */
  | { readonly kind: 'retyped'; readonly before: ColumnObject; readonly after: ColumnObject }
  /** A column case 'renamed': a new column that is probably the new name of a removed column. */
  | { readonly kind: 'renamed'; readonly before: ColumnObject; readonly after: ColumnObject }

/** The differences of columns, grouped by the way in which a draft handles them. */
export interface GroupedColumnDifferences {
  readonly cases: readonly MultiPhaseColumnDifference[]
  /** The differences of columns for which expand contains statements, except the default values in `defaults`. */
  readonly early: readonly Difference[]
  /**
   * The default values of new columns that expand sets after it has added the columns. If ADD COLUMN contained such a default
   * value, the server would compute the value for each existing row.
   */
  readonly defaults: readonly Difference[]
  /** The differences of columns for which contract contains statements. */
  readonly late: readonly Difference[]
  /** The differences whose phase the draft determines from their effects on the old version of the application. */
  readonly rest: readonly Difference[]
  /** The questions for the author about a removed and a new column with the same type, which can be a rename. */
  readonly questions: readonly string[]
}

/**
 * Sorts the differences of columns in tables that exist in both schemas, by the way in which a draft handles them. Also returns
 * the questions for the author about possible renames.
 */
export function groupColumnDifferences(context: DraftContext, all: readonly Difference[]): GroupedColumnDifferences {
  const sorter = new ColumnSorter(context)
  const renames = findLikelyRenames(context, all)
  for (const one of renames.pairs) sorter.cases.push({ kind: 'renamed', ...one })
  const paired = new Set(renames.pairs.flatMap(({ before, after }) => [objectIdOf(before), objectIdOf(after)]))
  for (const difference of all) {
    const column = columnOf(difference)
    if (!column || !isTableOfBothSchemas(context, column.table)) continue
    if (difference.kind === 'added') {
      if (!paired.has(objectIdOf(column))) sorter.added(column)
    } else if (difference.kind === 'removed') sorter.removed(difference, column, paired.has(objectIdOf(column)))
    else if (difference.before.kind === 'column' && difference.after.kind === 'column') sorter.altered(difference.before, difference.after)
  }
  const { cases, early, defaults, late, rest } = sorter
  return { cases, early, defaults, late, rest, questions: renames.questions }
}

function columnOf(difference: Difference): ColumnObject | undefined {
  const object = objectAfterDifference(difference)
  return object.kind === 'column' ? object : undefined
}

class ColumnSorter {
  readonly cases: MultiPhaseColumnDifference[] = []
  readonly early: Difference[] = []
  readonly defaults: Difference[] = []
  readonly late: Difference[] = []
  readonly rest: Difference[] = []
  readonly #context: DraftContext

  constructor(context: DraftContext) {
    this.#context = context
  }

  added(column: ColumnObject): void {
    const { online } = this.#context
    const isComputed = column.default !== undefined && !online.isConstantDefault(column.default)
    if (column.generated || column.identity || !(isComputed || isRequiredInInsert(column))) {
      this.early.push({ kind: 'added', object: column })
      return
    }
    const { default: value, ...plain } = column
    const first: ColumnObject = { ...plain, nullable: true }
    this.early.push({ kind: 'added', object: first })
    if (value !== undefined) this.defaults.push({ kind: 'altered', before: first, after: { ...first, default: value } })
    this.cases.push({ kind: 'filled', column, ...(value !== undefined && { value }) })
  }

  removed(difference: Difference, column: ColumnObject, isReplaced: boolean): void {
    this.rest.push(difference)
    const isKey = primaryKeyColumnsOf(this.#context.from, column.table).includes(column.name)
    // Expand makes a column nullable that contract removes, because the new version of the application inserts rows without a
    // value for this column.
    if (!isReplaced && !isKey && isRequiredInInsert(column))
      this.early.push({ kind: 'altered', before: column, after: { ...column, nullable: true } })
  }

  /**
   * Adds the differences for a column whose type one ALTER statement changes. The draft uses this method if a second column
   * cannot replace the column, for example because another object depends on the column.
   */
  retypedInPlace(before: ColumnObject, after: ColumnObject): void {
    const isTightened = before.nullable && !after.nullable
    if (isTightened) this.cases.push({ kind: 'required', column: { ...before, nullable: false } })
    if (!before.nullable && after.nullable) this.early.push({ kind: 'altered', before, after: { ...before, nullable: true } })
    const difference: Difference = { kind: 'altered', before: { ...before, nullable: after.nullable }, after }
    if (isTightened) this.late.push(difference)
    else this.rest.push(difference)
  }

  altered(before: ColumnObject, after: ColumnObject): void {
    const context = this.#context
    const isRetyped = before.type !== after.type || before.collation !== after.collation
    if (isRetyped && !context.online.isInstantTypeChange(before, after)) {
      if (isReplaceable(context, before, after)) this.cases.push({ kind: 'retyped', before, after })
      else this.retypedInPlace(before, after)
      return
    }
    const relaxed = withFactsOf(before, after, ['type', 'collation', 'comment'])
    const first: ColumnObject = { ...relaxed, nullable: before.nullable || after.nullable }
    const last: ColumnObject = { ...first, nullable: after.nullable }
    const remaining: Difference = { kind: 'altered', before: last, after }
    const whole: ColumnObject = { ...after, nullable: first.nullable }
    const effects = effectsOfDifference({ kind: 'altered', before: first, after: whole }, makeDraftEffectContext(context))
    const isEarly = areEffectsAdmittedByPolicy(context, 'expand', effects)
    const early = isEarly ? whole : first
    if (namesOfDifferingObjectProperties(before, early).length > 0) this.early.push({ kind: 'altered', before, after: early })
    if (first.nullable && !after.nullable) this.cases.push({ kind: 'required', column: { ...early, nullable: false } })
    if (!isEarly && namesOfDifferingObjectProperties(last, after).length > 0) this.late.push(remaining)
  }
}

function withFactsOf(before: ColumnObject, after: ColumnObject, facts: readonly (keyof ColumnObject)[]): ColumnObject {
  const kept = Object.entries(before).filter(([fact]) => !facts.some((one) => one === fact))
  const taken = Object.entries(after).filter(([fact]) => facts.some((one) => one === fact))
  // The cast is safe, because `before` and `after` are columns, and the result contains only properties of these two columns.
  return Object.fromEntries([...kept, ...taken]) as unknown as ColumnObject
}

/** Returns true if a new column can replace an old column: both are plain columns, and no other object uses the old column. */
function isReplaceable({ from, to }: DraftContext, before: ColumnObject, after: ColumnObject): boolean {
  return [before, after].every(isPlain) && ![from, to].some((state) => isUsed(state, before))
}

function isPlain({ generated, identity, onUpdate, invisible }: ColumnObject): boolean {
  return generated === undefined && identity === undefined && onUpdate === undefined && invisible === undefined
}

function isUsed(state: SchemaState, column: ColumnObject): boolean {
  const id = objectIdOf(column)
  const own = objectsOfTable(state, column.table)
  const names = (texts: readonly string[]) => texts.some((text) => text.split(/[^\p{L}\p{N}_$]+/u).includes(column.name))
  const isNamed = own.some((object) => {
    if (object.kind === 'index' || object.kind === 'exclusion') return names(object.keys)
    if (object.kind === 'check') return names([object.expression])
    if (object.kind === 'column') return object.generated !== undefined && names([object.generated.expression])
    if (object.kind === 'primary-key' || object.kind === 'unique' || object.kind === 'foreign-key')
      return object.columns.includes(column.name)
    return object.kind === 'trigger' || object.kind === 'policy'
  })
  return isNamed || [...objectsOfState(state)].some((object) => uses(object.dependsOn, id, column.table) || refersTo(object, column))
}

function uses(dependsOn: readonly SchemaObjectId[] | undefined, id: SchemaObjectId, table: string): boolean {
  // On MySQL and MariaDB, `dependsOn` of a view contains only tables, and no columns. A view on the table therefore counts as a
  // user of every column.
  return dependsOn?.some((one) => one === id || one === `table:${table}`) === true
}

function refersTo(object: SchemaObject, { table, name }: ColumnObject): boolean {
  return object.kind === 'foreign-key' && object.references.table === table && object.references.columns.includes(name)
}

interface LikelyRenames {
  readonly pairs: readonly { readonly before: ColumnObject; readonly after: ColumnObject }[]
  readonly questions: readonly string[]
}

/**
 * Returns the pairs of a removed and an added column of a table that have the same type. A pair counts as a likely rename only if
 * the table has no other pair with this type.
 */
function findLikelyRenames(context: DraftContext, all: readonly Difference[]): LikelyRenames {
  const plain = all.flatMap((one) => {
    const column = columnOf(one)
    return column && one.kind !== 'altered' && isPlain(column) && isTableOfBothSchemas(context, column.table)
      ? [{ kind: one.kind, column }]
      : []
  })
  const removed = plain.filter(({ kind, column }) => kind === 'removed' && !context.notRenamed.has(`${column.table}.${column.name}`))
  const pairs: { before: ColumnObject; after: ColumnObject }[] = []
  const questions: string[] = []
  for (const key of new Set(removed.map(({ column }) => typeKey(column)))) {
    const gone = removed.filter(({ column }) => typeKey(column) === key)
    const come = plain.filter(({ kind, column }) => kind === 'added' && typeKey(column) === key)
    const [before, after] = [gone[0]?.column, come[0]?.column]
    if (!before || !after) continue
    if (gone.length === 1 && come.length === 1) pairs.push({ before, after })
    else questions.push(ambiguous(before.table, gone, come))
  }
  return { pairs, questions }
}

function ambiguous(table: string, gone: readonly { column: ColumnObject }[], come: readonly { column: ColumnObject }[]): string {
  const list = (columns: readonly { column: ColumnObject }[]) => columns.map(({ column }) => column.name).join(', ')
  return `The table ${table} loses ${list(gone)} and gets ${list(come)} of the same type. Is a new column a new name of an old column? If so, this draft would lose the values of the column: remove both columns from the draft, and write the change with: interphase new --pattern rename-column.`
}

function typeKey({ table, type, collation = '' }: ColumnObject): string {
  return JSON.stringify([table, type, collation])
}
