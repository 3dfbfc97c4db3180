import { ANY_TABLE, type RowWrite } from '../effect/row-write.ts'
import { type Difference, subjectOf } from '../schema/difference.ts'
import { type ColumnObject, type SchemaObject } from '../schema/object.ts'
import { asAlteration, partitionedBy } from '../schema/partition.ts'
import { objectsOf, type State } from '../schema/state.ts'
import type { ComingStep } from './coming.ts'
import { canCount, type Precondition, preconditionsOfChange } from './preconditions.ts'

/** A rule whose rows are counted right before the step that makes it, because what comes before changes them. */
export interface Reached extends Precondition {
  readonly migration: string
  readonly step: number
  /** The step itself changes the rows first, so that only the server can tell, when it makes the rule. */
  readonly isOwn: boolean
  /** The server makes the rule without a look at the rows (NOT VALID). */
  readonly isUnproven: boolean
}

export interface Preconditions {
  /** What can be counted now, and holds until the rule is made. */
  readonly now: readonly Precondition[]
  /** What cannot: the changes themselves fill, remove or make the rows or columns first. */
  readonly reached: readonly Reached[]
}

/** What the coming changes would reject, with regard to what they do themselves before the rule is made. */
export function preconditionsOf(steps: readonly ComingStep[], now: State): Preconditions {
  const touched = new Touched(now)
  const found: { readonly now: Precondition[]; readonly reached: Reached[] } = { now: [], reached: [] }
  for (const { migration, step, differences: told, writes } of steps) {
    const differences = told.map((one) => asAlteration(one, now))
    const rules = differences.flatMap((change) => rulesOf(change, now))
    const known = new Set(rules.filter(({ one }) => touched.has(one) || !canCount(one, now)))
    touched.follow(differences, writes)
    for (const rule of rules) {
      const { one, isUnproven } = rule
      const isOwn = !known.has(rule) && touched.has(one)
      if (!known.has(rule) && !isOwn) found.now.push(one)
      else found.reached.push({ ...one, migration, step, isUnproven, isOwn: isOwn || differences.some((change) => makes(change, one)) })
    }
  }
  return found
}

interface Rule {
  readonly one: Precondition
  readonly isUnproven: boolean
}

function rulesOf(change: Difference, now: State): readonly Rule[] {
  if (change.kind === 'removed') return []
  const [before, after] = change.kind === 'added' ? [undefined, change.object] : [change.before, change.after]
  const isUnproven = (after.kind === 'check' || after.kind === 'foreign-key') && after.notValid !== undefined
  return preconditionsOfChange(before, after, now).map((one) => ({ one, isUnproven }))
}

/** Does the change bring a column that the rule is about? Nothing can be counted before it is there. */
function makes(change: Difference, { on }: Precondition): boolean {
  return reshaped(change).some(([table, columns]) => {
    const own = on.get(table)
    return own !== undefined && (columns === 'all' || columns.some((column) => own.includes(column)))
  })
}

/** The rows and columns that are no longer as they are now. */
class Touched {
  readonly #now: State
  /** 'all' where rows may come or go; else the columns that are written. */
  readonly #columns = new Map<string, Set<string> | 'all'>()
  /** `table.column` of what gets another type, and of what is computed or told apart in another way. */
  readonly #retyped = new Set<string>()
  readonly #remade = new Set<string>()
  #isAnywhere = false

  constructor(now: State) {
    this.#now = now
  }

  follow(differences: readonly Difference[], writes: readonly RowWrite[]): void {
    for (const change of differences) for (const [table, columns] of reshaped(change)) this.#add(table, columns)
    for (const { before, after } of differences.flatMap(alteredColumns)) {
      if (before.type !== after.type) this.#retyped.add(`${after.table}.${after.name}`)
      if (isRemade(before, after)) this.#remade.add(`${after.table}.${after.name}`)
    }
    for (const { table, columns } of writes) {
      if (table === ANY_TABLE) this.#isAnywhere = true
      else if (columns) this.#add(table, columns)
      else for (const one of this.#withFollowers(table)) this.#add(one, 'all')
    }
  }

  has({ on, isTyped, isConverted }: Precondition): boolean {
    const isIn = (names: ReadonlySet<string>, table: string, columns: readonly string[]) =>
      columns.some((column) => names.has(`${table}.${column}`))
    return (
      this.#isAnywhere ||
      [...on].some(
        ([table, columns]) =>
          this.#overlaps(table, columns) ||
          (isTyped && isIn(this.#retyped, table, columns)) ||
          (!isConverted && isIn(this.#remade, table, columns)),
      )
    )
  }

  /** The rows of a partition are rows of the table that it is part of. */
  #overlaps(table: string, columns: readonly string[]): boolean {
    return [table, ...partitionedBy(this.#now, table)].some((one) => {
      const own = this.#columns.get(one)
      return own === 'all' || (own !== undefined && columns.some((column) => own.has(column)))
    })
  }

  #add(table: string, columns: readonly string[] | 'all'): void {
    for (const one of [table, ...partitionedBy(this.#now, table)]) this.#addTo(one, columns)
  }

  #addTo(table: string, columns: readonly string[] | 'all'): void {
    const own = this.#columns.get(table)
    if (own === 'all') return
    this.#columns.set(table, columns === 'all' ? 'all' : new Set([...(own ?? []), ...columns]))
  }

  /** Rows that go take others with them, by foreign keys. */
  #withFollowers(table: string): ReadonlySet<string> {
    const found = new Set([table])
    const keys = [...objectsOf(this.#now)].filter((one) => one.kind === 'foreign-key' && (one.onDelete ?? one.onUpdate) !== undefined)
    // A set yields what is added to it while it is walked.
    for (const parent of found)
      for (const key of keys) if (key.kind === 'foreign-key' && key.references.table === parent) found.add(key.table)
    return found
  }
}

/** Tables and columns that come, go, get another name or another form. */
function reshaped(change: Difference): readonly (readonly [string, readonly string[] | 'all'])[] {
  if (change.kind === 'altered') return []
  const sides: readonly SchemaObject[] = change.kind === 'renamed' ? [change.before, change.after] : [subjectOf(change)]
  return sides.flatMap((one): readonly (readonly [string, readonly string[] | 'all'])[] => {
    if (one.kind === 'table') return [[one.name, 'all']]
    if (one.kind === 'partition') return [one.name, one.of].map((table) => [table, 'all'] as const)
    return one.kind === 'column' ? [[one.table, [one.name]]] : []
  })
}

/** Its values come from elsewhere from now on, or are told apart by other rules. */
function isRemade(before: ColumnObject, after: ColumnObject): boolean {
  return before.generated?.expression !== after.generated?.expression || before.collation !== after.collation
}

function alteredColumns(change: Difference): readonly { readonly before: ColumnObject; readonly after: ColumnObject }[] {
  if (change.kind !== 'altered') return []
  const { before, after } = change
  return before.kind === 'column' && after.kind === 'column' ? [{ before, after }] : []
}
