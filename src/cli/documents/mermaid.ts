import { STATEMENT_WORK_DURATIONS } from '../../effect/price.ts'
import type { CostSeverity } from '../../plan/estimate.ts'
import type { PlannedMigration, ReleasePlan } from '../../plan/plan.ts'
import { formatStatementCost } from '../render/cost.ts'

/**
 * Returns the phased order of releases as a Mermaid flowchart, with a box for each phase that has migrations, and a node for each
 * migration.
 */
export function formatPlansAsMermaid(plans: readonly ReleasePlan[]): string {
  const nodes = new Map(plans.flatMap(migrationsOf).map((migration, index) => [migration.id, { migration, node: `m${index}` }]))
  const nodeOf = (migration: PlannedMigration) => nodes.get(migration.id)?.node ?? ''
  const boxes = plans.flatMap((plan, index) => releaseBox(plan, `r${index}`, nodeOf))
  const order = [...nodes.values()].map(({ node }) => node)
  const classes = [...nodes.values()].map(({ migration, node }) => `  class ${node} ${classOf(migration)}`)
  return ['flowchart TD', ...boxes, ...(order.length > 1 ? [`  ${order.join(' --> ')}`] : []), ...STYLES, ...classes].join('\n')
}

function migrationsOf(plan: ReleasePlan): readonly PlannedMigration[] {
  return plan.phases.flatMap(({ migrations }) => migrations)
}

function releaseBox(plan: ReleasePlan, box: string, nodeOf: (migration: PlannedMigration) => string): readonly string[] {
  const phases = plan.phases.filter(({ migrations }) => migrations.length > 0)
  return [
    `  subgraph ${box}["${escaped(plan.release)}"]`,
    ...phases.flatMap(({ phase, migrations }) => [
      `    subgraph ${box}_${phase}["${escaped(phase)}"]`,
      ...migrations.map((migration) => `      ${nodeOf(migration)}["${labelOf(migration)}"]`),
      '    end',
    ]),
    '  end',
  ]
}

/**
 * Returns the text of a node of the flowchart: the name of the migration, its effects, and the cost of its most expensive
 * statement.
 */
function labelOf(migration: PlannedMigration): string {
  const name = migration.id.slice(migration.id.indexOf('/') + 1)
  const [dearest] = migration.costs.toSorted(
    (a, b) =>
      rank(b.severity) - rank(a.severity) ||
      (b.seconds ?? 0) - (a.seconds ?? 0) ||
      STATEMENT_WORK_DURATIONS.indexOf(b.works) - STATEMENT_WORK_DURATIONS.indexOf(a.works),
  )
  const lines = [
    name,
    ...(migration.effects.length > 0 ? [migration.effects.join(', ')] : []),
    ...(dearest ? [formatStatementCost(dearest)] : []),
  ]
  return lines.map(escaped).join('<br/>')
}

const RANKS: { readonly [S in CostSeverity]: number } = { low: 0, medium: 1, high: 2 }

function rank(severity: CostSeverity): number {
  return RANKS[severity]
}

function classOf({ state, costs }: PlannedMigration): string {
  if (state === 'done') return 'done'
  return costs.reduce<CostSeverity>((worst, { severity }) => (rank(severity) > rank(worst) ? severity : worst), 'low')
}

const STYLES = [
  '  classDef done stroke-dasharray: 4 4',
  '  classDef low stroke:#2da44e',
  '  classDef medium stroke:#bf8700,stroke-width:2px',
  '  classDef high stroke:#cf222e,stroke-width:3px',
]

/**
 * Returns a text for Mermaid in which entities replace quotation marks and angle brackets. In Mermaid, an entity begins with #.
 */
function escaped(text: string): string {
  return text.replace(/[#"<>&]/g, (sign) => `#${sign.charCodeAt(0)};`)
}
