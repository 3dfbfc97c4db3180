import { InterphaseError } from '../error.ts'
import type { GateRowCounter } from '../gate/gate.ts'
import { listRuleViolations } from '../gate/gates/preconditions-hold.ts'
import { canCountRuleViolationsNow } from '../gate/preconditions.ts'
import { findRulePreconditions, type TableRuleCheckedAtStep } from '../gate/reached.ts'
import { upcomingStepsOfMigration } from '../gate/upcoming-step.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import { areStatementsKnownBeforeRun } from '../work/kinds.ts'
import type { MigrationWork } from '../work/work.ts'
import type { MigrationExecutionContext, RowCheckDuringMigration } from './apply.ts'

/**
 * Returns the table rules that the given migrations add, and that the engine cannot check before the first of these migrations. The
 * reason is that an earlier one of the migrations changes or creates the rows or columns of the rule.
 */
export function rulesCheckedDuringPhase(
  positions: readonly PlannedMigrationPosition[],
  now: SchemaState,
): readonly TableRuleCheckedAtStep[] {
  return findRulePreconditions(
    positions.flatMap(({ migration }) => upcomingStepsOfMigration(migration)),
    now,
  ).atLaterStep
}

/**
 * Makes the check that counts the rows which violate the rules of one migration. The check counts right before the migration adds
 * the rules. If the server does not check rows when it adds a rule, the check counts after the migration. The check throws
 * `phase.reached` if rows violate a rule. Returns undefined if the migration adds none of the rules in `reached`, which the engine
 * can check only during the phase.
 */
export function makeRuleViolationCheck(
  executor: MigrationExecutionContext,
  observer: Pick<GateRowCounter, 'count'>,
  phase: string,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
  reached: readonly TableRuleCheckedAtStep[],
): RowCheckDuringMigration | undefined {
  const { migration, path } = work
  const own = reached.filter((rule) => rule.migration === migration.id)
  if (own.length === 0 || !position) return undefined
  // A run executes a function as one step, and the function can change the rows before it adds the rule. The check therefore does
  // not count before a function that runs outside a transaction.
  const isScript = areStatementsKnownBeforeRun(work)
  const count = async (rules: readonly TableRuleCheckedAtStep[], by: Pick<GateRowCounter, 'count'>, state: SchemaState) => {
    const violations = await listRuleViolations(
      by,
      rules.filter((rule) => canCountRuleViolationsNow(rule, state)),
    )
    if (violations.length > 0)
      throw new InterphaseError('phase.reached', { phase, migration: migration.id, file: migration.file, violations })
  }
  return {
    before: async (statement) => {
      if (!isScript && path === 'stepwise') return
      const rules = own.filter(({ step, isOwn }) => step === statement && !isOwn)
      await count(rules, observer, position.steps[statement - 1] ?? position.before)
    },
    inside: () => Promise.resolve(),
    after: () =>
      count(
        own.filter(({ isUnproven }) => isUnproven),
        insideOf(executor),
        position.after,
      ),
  }
}

/** Returns a row counter that counts inside the open transaction. */
function insideOf({ session }: MigrationExecutionContext): Pick<GateRowCounter, 'count'> {
  return {
    count: async (query) => {
      const [row] = await session.query<Record<string, string | number>>(query)
      return BigInt(Object.values(row ?? {})[0] ?? 0)
    },
  }
}
