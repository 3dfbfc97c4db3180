import type { PhaseName } from '../../phase/phase.ts'
import type { StatementCostEstimate } from '../../plan/estimate.ts'
import type { PlannedMigration, PlannedPhase, ReleasePlan } from '../../plan/plan.ts'
import type { StatusReport } from '../../status/reports/report.ts'
import { PLAN_DOCUMENT_FORMAT_VERSION, type PlanDocument } from '../documents/plan-document.ts'
import { formatCountWithNoun, formatIndentedReason, indentLines } from '../layout/text.ts'
import { formatDataStepCost, formatStatementCost } from './cost.ts'

// The indentation of lines with SQL in a plan. No other line has this indentation.
const SQL_INDENT = ' '.repeat(6)

/** Returns the text that `interphase plan` prints: the plans of the releases in the order of a run. */
export function formatPlans(plans: readonly ReleasePlan[], phase?: PhaseName): string {
  if (plans.length === 0) return 'No migrations to run: every release is contracted.'
  return plans.map((plan, index) => releaseText(plan, plans[index - 1], phase)).join('\n\n')
}

/** Returns the JSON document that `interphase plan --json` prints. */
export function makePlanDocument(
  plans: readonly ReleasePlan[],
  { next, problems, exitCode }: Pick<StatusReport, 'next' | 'problems' | 'exitCode'>,
  phase?: PhaseName,
): PlanDocument {
  return { format: PLAN_DOCUMENT_FORMAT_VERSION, ...(next && { next }), problems, exitCode, releases: selectPhaseInPlans(plans, phase) }
}

/** Returns the plans with only the migrations of one phase. Without `phase`, the function returns the plans unchanged. */
export function selectPhaseInPlans(plans: readonly ReleasePlan[], phase?: PhaseName): ReleasePlan[] {
  return plans.map((plan) => ({ ...plan, phases: phasesOf(plan, phase) }))
}

function releaseText(plan: ReleasePlan, before: ReleasePlan | undefined, phase: PhaseName | undefined): string {
  const waits = before ? `, held until ${before.release} is contracted` : ''
  const phases = phasesOf(plan, phase).filter(({ migrations }) => migrations.length > 0)
  const texts = phases.length > 0 ? phases.map(phaseText) : ['  (no migrations)']
  const held =
    plan.refused.length > 0
      ? [['The release cannot run, because the policies refuse it:', ...plan.refused.map(formatIndentedReason)].join('\n')]
      : []
  return [`${plan.release} on ${plan.dialect}, plan ${plan.fingerprint}${waits}`, ...held, ...texts].join('\n\n')
}

function phasesOf(plan: ReleasePlan, phase: PhaseName | undefined): readonly PlannedPhase[] {
  return plan.phases.filter((one) => phase === undefined || one.phase === phase)
}

function phaseText({ phase, promise, migrations }: PlannedPhase): string {
  return [`${phase}: ${promise}`, ...migrations.map(migrationText)].join('\n')
}

function migrationText(migration: PlannedMigration): string {
  const {
    id,
    state,
    path,
    touches,
    touchesByForeignKey = [],
    effects,
    does,
    despite,
    statements,
    pending,
    costs,
    file,
    dataStep,
  } = migration
  const facts = [
    state,
    PATHS[path],
    ...(touches.length > 0
      ? [`touches ${touches.map((key) => `${nameOfGroup(key)}${touchesByForeignKey.includes(key) ? ' (foreign key)' : ''}`).join(', ')}`]
      : []),
    ...(effects.length > 0 ? [effects.join(', ')] : []),
  ]
  return [
    `  ${id}`,
    `    ${facts.join('; ')}`,
    ...(dataStep ? [`    ${formatDataStepCost(dataStep)}`] : []),
    ...does.map((line) => `    ${line}`),
    ...despite.map(({ effect, because }) => `    despite ${effect}, because ${because}`),
    ...(statements.length > 0
      ? statements.flatMap((statement, index) => [...costs.slice(index, index + 1).map(commentText), statementText(statement)])
      : [...costs.map(commentText), `${SQL_INDENT}${noStatements(file)}`]),
    ...(pending === undefined ? [] : [`${SQL_INDENT}-- the rows that are left`, statementText(pending)]),
  ].join('\n')
}

const PATHS: { readonly [P in PlannedMigration['path']]: string } = {
  together: 'in one transaction',
  stepwise: 'step by step',
  batches: 'in batches',
}

/** Returns the name of a group of schema objects: the name of a table, or the kind and name of another object. */
function nameOfGroup(key: string): string {
  return key.replace(/^table:/, '').replace(':', ' ')
}

/** Returns true if an output line contains SQL. The output never wraps such a line, so that a person can copy the SQL. */
export function isSqlOutputLine(line: string): boolean {
  return line.startsWith(SQL_INDENT)
}

function commentText(cost: StatementCostEstimate): string {
  return `${SQL_INDENT}-- ${formatStatementCost(cost)}`
}

function statementText(statement: string): string {
  const text = statement.trim()
  return indentLines(text.endsWith(';') ? text : `${text};`, SQL_INDENT.length)
}

function noStatements(file: string): string {
  return file.endsWith('.sql') ? '(no statements)' : `(a function, ${file})`
}

/** Returns the last line that a command with `--dry-run` prints. */
export function formatLastLineOfDryRun(plans: readonly ReleasePlan[]): string {
  const waiting = plans.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations.filter(({ state }) => state !== 'done')))
  const refused = plans.find((plan) => plan.refused.length > 0)
  if (refused) return `${refused.release} would be refused by its policies. Nothing was changed.`
  return `${formatCountWithNoun(waiting.length, 'migration')} would run. Nothing was changed.`
}
