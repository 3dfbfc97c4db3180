import { type RowWrite, UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import { type Difference, objectBeforeDifference } from '../schema/difference.ts'
import { type ColumnObject, type SchemaObject } from '../schema/object.ts'
import { partitionedTablesAbove, toInheritedColumnAlteration } from '../schema/partition.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { canCountRuleViolationsNow, type RulePrecondition, rulePreconditionsOfSchemaChange } from './preconditions.ts'
import type { UpcomingMigrationStep } from './upcoming-step.ts'

/**
 * A rule of a table that the engine cannot check before the migrations run, because the migrations first change or create the rows
 * or columns of the rule.
 */
export interface TableRuleCheckedAtStep extends RulePrecondition {
  readonly migration: string
  readonly step: number
  /**
   * True if one step (a statement, or a whole migration in one transaction) adds the rule and also changes or creates its rows or
   * columns. Only the server can check such a rule.
   */
  readonly isOwn: boolean
  /** True if the server adds the rule of a table without a check of existing rows (NOT VALID). */
  readonly isUnproven: boolean
}

/**
 * The rules of tables (such as NOT NULL or a unique key) that migrations add, grouped by the time at which the engine can check
 * whether existing rows violate them.
 */
export interface RulePreconditionsByCheckTime {
  /**
   * The rules of tables that the engine can check against the existing rows before the first statement of the migrations. The
   * result of this check stays valid until a statement adds the rule.
   */
  readonly beforeFirstStep: readonly RulePrecondition[]
  /**
   * The rules of tables that the engine cannot check before the first statement of the migrations, because the migrations change or
   * create the rows or columns of the rule.
   */
  readonly atLaterStep: readonly TableRuleCheckedAtStep[]
}

/**
 * Returns the rules of tables that the statements in `steps` add, in two groups: rules that the engine can check immediately, and
 * rules whose rows or columns the statements change first.
 */
export function findRulePreconditions(steps: readonly UpcomingMigrationStep[], now: SchemaState): RulePreconditionsByCheckTime {
  const touched = new Touched(now)
  const found: { readonly beforeFirstStep: RulePrecondition[]; readonly atLaterStep: TableRuleCheckedAtStep[] } = {
    beforeFirstStep: [],
    atLaterStep: [],
  }
  for (const { migration, step, differences: told, writes } of steps) {
    const differences = told.map((one) => toInheritedColumnAlteration(one, now))
    const rules = differences.flatMap((change) => rulesOf(change, now))
    const known = new Set(rules.filter(({ one }) => touched.has(one) || !canCountRuleViolationsNow(one, now)))
    touched.follow(differences, writes)
    for (const rule of rules) {
      const { one, isUnproven } = rule
      const isOwn = !known.has(rule) && touched.has(one)
      if (!known.has(rule) && !isOwn) found.beforeFirstStep.push(one)
      else found.atLaterStep.push({ ...one, migration, step, isUnproven, isOwn: isOwn || differences.some((change) => makes(change, one)) })
    }
  }
  return found
}

interface Rule {
  readonly one: RulePrecondition
  readonly isUnproven: boolean
}

function rulesOf(change: Difference, now: SchemaState): readonly Rule[] {
  if (change.kind === 'removed') return []
  const [before, after] = change.kind === 'added' ? [undefined, change.object] : [change.before, change.after]
  const isUnproven = (after.kind === 'check' || after.kind === 'foreign-key') && after.notValid !== undefined
  return rulePreconditionsOfSchemaChange(before, after, now).map((one) => ({ one, isUnproven }))
}

/** Returns true if a schema change creates, removes or renames a column of the rule. */
function makes(change: Difference, { on }: RulePrecondition): boolean {
  return reshaped(change).some(([table, columns]) => {
    const own = on.get(table)
    return own !== undefined && (columns === 'all' || columns.some((column) => own.includes(column)))
  })
}

/** The rows and columns that the previous statements of the migrations have changed. */
class Touched {
  readonly #now: SchemaState
  /**
   * The columns of each table that the previous statements of the migrations have changed. The value 'all' means that rows can have
   * been added or removed.
   */
  readonly #columns = new Map<string, Set<string> | 'all'>()
  /** The columns whose type changed, in the form `table.column`. */
  readonly #retyped = new Set<string>()
  readonly #remade = new Set<string>()
  #isAnywhere = false

  constructor(now: SchemaState) {
    this.#now = now
  }

  follow(differences: readonly Difference[], writes: readonly RowWrite[]): void {
    for (const change of differences) for (const [table, columns] of reshaped(change)) this.#add(table, columns)
    for (const { before, after } of differences.flatMap(alteredColumns)) {
      if (before.type !== after.type) this.#retyped.add(`${after.table}.${after.name}`)
      if (isRemade(before, after)) this.#remade.add(`${after.table}.${after.name}`)
    }
    for (const { table, columns } of writes) {
      if (table === UNKNOWN_WRITTEN_TABLE) this.#isAnywhere = true
      else if (columns) this.#add(table, columns)
      else for (const one of this.#withFollowers(table)) this.#add(one, 'all')
    }
  }

  has({ on, isTyped, isConverted }: RulePrecondition): boolean {
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

  /**
   * Returns true if the previous statements changed one of the columns. A change of a partitioned table also counts as a change of
   * its partitions, because the partitions contain its rows.
   */
  #overlaps(table: string, columns: readonly string[]): boolean {
    return [table, ...partitionedTablesAbove(this.#now, table)].some((one) => {
      const own = this.#columns.get(one)
      return own === 'all' || (own !== undefined && columns.some((column) => own.has(column)))
    })
  }

  #add(table: string, columns: readonly string[] | 'all'): void {
    for (const one of [table, ...partitionedTablesAbove(this.#now, table)]) this.#addTo(one, columns)
  }

  #addTo(table: string, columns: readonly string[] | 'all'): void {
    const own = this.#columns.get(table)
    if (own === 'all') return
    this.#columns.set(table, columns === 'all' ? 'all' : new Set([...(own ?? []), ...columns]))
  }

  /**
   * Returns a table, and all tables whose rows change together with its rows, through foreign keys with CASCADE, SET NULL or SET
   * DEFAULT.
   */
  #withFollowers(table: string): ReadonlySet<string> {
    const found = new Set([table])
    const keys = [...objectsOfState(this.#now)].filter((one) => one.kind === 'foreign-key' && (one.onDelete ?? one.onUpdate) !== undefined)
    // The loop adds the referring tables to the set while it visits the set, so it also finds the tables that refer to an added
    // table.
    for (const parent of found)
      for (const key of keys) if (key.kind === 'foreign-key' && key.references.table === parent) found.add(key.table)
    return found
  }
}

/** Returns the tables and columns that a schema change adds, removes or renames. */
function reshaped(change: Difference): readonly (readonly [string, readonly string[] | 'all'])[] {
  if (change.kind === 'altered') return []
  const sides: readonly SchemaObject[] = change.kind === 'renamed' ? [change.before, change.after] : [objectBeforeDifference(change)]
  return sides.flatMap((one): readonly (readonly [string, readonly string[] | 'all'])[] => {
    if (one.kind === 'table') return [[one.name, 'all']]
    if (one.kind === 'partition') return [one.name, one.of].map((table) => [table, 'all'] as const)
    return one.kind === 'column' ? [[one.table, [one.name]]] : []
  })
}

/** Returns true if the generation expression or the collation of a column changed. */
function isRemade(before: ColumnObject, after: ColumnObject): boolean {
  return before.generated?.expression !== after.generated?.expression || before.collation !== after.collation
}

function alteredColumns(change: Difference): readonly { readonly before: ColumnObject; readonly after: ColumnObject }[] {
  if (change.kind !== 'altered') return []
  const { before, after } = change
  return before.kind === 'column' && after.kind === 'column' ? [{ before, after }] : []
}
