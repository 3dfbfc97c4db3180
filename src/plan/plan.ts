import { sha256Digest } from '../digest.ts'
import type { EffectOnRunningCode } from '../effect/effect.ts'
import { formatGate, type GateInPolicy, parseGates } from '../phase/gate.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import { fingerprintOfPolicy, type PhasePolicy, type PoliciesByPhase } from '../phase/policy.ts'
import type { DeclarationWithReason, FrontMatter, Migration, MigrationId, Release } from '../release/migration.ts'
import { describeDifferences, describeObjectChange } from '../schema/describe.ts'
import type { DialectName } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import type { RecordedMigration } from '../state/recording.ts'
import type { DataStepCost } from './data-step-size.ts'
import { estimateStatementCost, type StatementCostEstimate, type TableSizesByName } from './estimate.ts'
import { groupKeysTouchedOnlyByForeignKey } from './foreign-key-touches.ts'
import type { AppliedMigration, LedgerHistory } from './history.ts'
import { formatRefusedEffect, type JudgedMigration, judgeReleaseByPolicies, type RefusedEffect } from './verdict.ts'

/**
 * The plan of one release, as a value. `interphase plan` prints the plan, the run executes the migrations in the order of the
 * plan, and the ledger stores the fingerprint of the plan. The fingerprint depends on files, recorded states and policies, but
 * not on the progress of the run.
 */
export interface ReleasePlan {
  readonly project: string
  readonly dialect: DialectName
  readonly release: string
  readonly phases: readonly PlannedPhase[]
  /**
   * The effects and data steps of the release that the policies refuse, one text each. The release can run only if the list is
   * empty.
   */
  readonly refused: readonly string[]
  readonly fingerprint: string
}

/** The plan of one phase of a release. */
export interface PlannedPhase {
  readonly phase: PhaseName
  readonly promise: string
  readonly policy: string
  readonly gates: readonly string[]
  readonly migrations: readonly PlannedMigration[]
}

/**
 * How a migration runs on a target database: in one transaction ('together'), statement by statement ('stepwise'), or in one
 * transaction for each range of rows ('batches').
 */
export type MigrationRunPath = 'together' | 'stepwise' | 'batches'

/** The plan of one migration. */
export interface PlannedMigration {
  readonly id: MigrationId
  readonly file: string
  readonly checksum: string
  readonly state: 'waiting' | 'running' | 'done'
  readonly path: MigrationRunPath
  /**
   * The statements of the migration, as the migration file contains them, or as the engine derives them from a declaration. The
   * list is empty for a function.
   */
  readonly statements: readonly string[]
  /** The pending query that the engine derives from the declaration of a data step. */
  readonly pending?: string
  /** The changes that the migration makes to the schema, one line for each object. */
  readonly does: readonly string[]
  /** The keys of the groups of schema objects that the migration touched on the shadow. */
  readonly touches: readonly string[]
  /**
   * The tables in `touches` that no statement names, but that a foreign key connects with a named table. The field is absent if
   * there are no such tables.
   */
  readonly touchesByForeignKey?: readonly string[]
  readonly writesRows: boolean
  /** The effects of the migration on running code, each effect once. */
  readonly effects: readonly EffectOnRunningCode[]
  /**
   * The estimated cost of each statement of the migration. The costs contain the sizes of tables if `estimatePlanCostsFromSizes`
   * was called. For a function, the list contains equal prices only once.
   */
  readonly costs: readonly StatementCostEstimate[]
  readonly despite: readonly DeclarationWithReason[]
  /**
   * The number of rows of a data step in one transaction, and the duration of its row locks. The field is present if
   * `addDataStepCostsToPlan` was called.
   */
  readonly dataStep?: DataStepCost
}

/** The content of a migration file: its statements and its declarations, and how the migration runs. */
export interface MigrationFileContent {
  readonly path: MigrationRunPath
  readonly statements: readonly string[]
  readonly declarations: FrontMatter
}

/** The values from which `makeReleasePlan` makes a plan. */
export interface ReleasePlanInput {
  readonly project: string
  readonly dialect: DialectName
  readonly release: Release
  /**
   * The schema state before the release. `positions` returns the planned states before and after each migration of the release.
   */
  readonly start: SchemaState
  readonly positions: () => readonly PlannedMigrationPosition[]
  readonly recorded: ReadonlyMap<MigrationId, RecordedMigration>
  readonly read: ReadonlyMap<MigrationId, MigrationFileContent>
  readonly policies: PoliciesByPhase
  readonly applied: ReadonlyMap<MigrationId, AppliedMigration>
}

/**
 * Returns the gates of a phase: the gates of the policy, and up to two further gates. The last phase always has the gate
 * `quarantine-empty`, because the phase can destroy the old values of rows in quarantine. A phase has the gate
 * `destruction-confirmed` if its migrations can destroy data although the policy of the phase refuses destruction. This is
 * possible in two cases: the release is a release of history, or one of `migrations`, the planned migrations of the phase, has a
 * declared exception.
 */
export function gatesOfPhase(
  { history }: Release,
  { opens, phase }: PhasePolicy,
  migrations: readonly Pick<PlannedMigration, 'despite'>[],
): readonly GateInPolicy[] {
  const gates = parseGates(opens)
  const mayDestroy = history !== undefined || migrations.some(({ despite }) => despite.some(({ effect }) => DESTROYING_EFFECTS.has(effect)))
  const has = (name: GateInPolicy['gate']) => gates.some(({ gate }) => gate === name)
  return [
    ...gates,
    ...(phase !== PHASES.at(-1) || has('quarantine-empty') ? [] : [{ gate: 'quarantine-empty' } as const]),
    ...(mayDestroy && !has('destruction-confirmed') ? [{ gate: 'destruction-confirmed' } as const] : []),
  ]
}

// The effects of statements that can destroy values. The effect `opaque` is one of them, because the engine cannot determine what
// an opaque statement does.
const DESTROYING_EFFECTS: ReadonlySet<string> = new Set<EffectOnRunningCode>(['removes', 'opaque'])

/** Returns the migrations of one phase of a plan. */
export function migrationsOfPhase({ phases }: ReleasePlan, phase: PhaseName): readonly PlannedMigration[] {
  return phases.find((one) => one.phase === phase)?.migrations ?? []
}

/** Makes the plan of one release. */
export function makeReleasePlan(input: ReleasePlanInput): ReleasePlan {
  const judged = judgedIn(input)
  const places = new Map(input.positions().map((position) => [position.migration.id, position]))
  const phases = PHASES.map((phase): PlannedPhase => {
    const policy = input.policies[phase]
    const migrations = input.release.changes
      .flatMap((change) => change.migrations[phase] ?? [])
      .map((migration) => planned(migration, input, judged.get(migration.id), places.get(migration.id)))
    return {
      phase,
      promise: policy.promise,
      policy: fingerprintOfPolicy(policy),
      gates: gatesOfPhase(input.release, policy, migrations).map(formatGate),
      migrations,
    }
  })
  const { project, dialect, release } = input
  const refused = refusedEffectsOfWaitingMigrations([...judged.values()], input.applied).map(formatRefusedEffect)
  return { project, dialect, release: release.name, phases, refused, fingerprint: planFingerprint(input) }
}

/**
 * Returns the plan with the current state of each migration: waiting, running or done. The other parts of the plan remain
 * unchanged.
 */
export function addProgressToPlan(plan: ReleasePlan, applied: ReleasePlanInput['applied']): ReleasePlan {
  return eachMigration(plan, (migration) => ({ ...migration, state: stateIn(applied.get(migration.id)) }))
}

/** Returns the plan with the costs of data steps. The refusals in `refused` are added to the refusals of the plan. */
export function addDataStepCostsToPlan(
  plan: ReleasePlan,
  costs: ReadonlyMap<MigrationId, DataStepCost>,
  refused: readonly string[],
): ReleasePlan {
  const costed = eachMigration(plan, (migration) => {
    const dataStep = costs.get(migration.id)
    return dataStep ? { ...migration, dataStep } : migration
  })
  return { ...costed, refused: [...plan.refused, ...refused] }
}

/** Returns the plan with the costs of its statements, estimated from the given sizes of tables. */
export function estimatePlanCostsFromSizes(plan: ReleasePlan, sizes: TableSizesByName): ReleasePlan {
  const sized = ({ blocks, works, tables }: StatementCostEstimate) =>
    estimateStatementCost({ blocks, works, tables: tables.map(({ table }) => table) }, sizes)
  return eachMigration(plan, (migration) => ({ ...migration, costs: migration.costs.map(sized) }))
}

function eachMigration(plan: ReleasePlan, change: (migration: PlannedMigration) => PlannedMigration): ReleasePlan {
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, migrations: phase.migrations.map(change) })) }
}

/**
 * Returns the state of a migration in the plan. A migration whose undo has begun counts as running, because no release runs
 * during an undo.
 */
function stateIn(applied: AppliedMigration | undefined): PlannedMigration['state'] {
  if (!applied) return 'waiting'
  return applied.run.state === 'done' ? 'done' : 'running'
}

function judgedIn({ release, start, positions, read, policies }: ReleasePlanInput): ReadonlyMap<MigrationId, JudgedMigration> {
  const declarationsOf = (migration: Migration) => read.get(migration.id)?.declarations ?? migration.declarations
  const judged = judgeReleaseByPolicies({ release, start, positions: positions() }, declarationsOf, policies)
  return new Map(judged.map((one) => [one.migration.id, one]))
}

/**
 * Returns the effects that the policies refuse, for migrations that have not begun. The result does not contain effects that the
 * file accepts with `despite`. Policies are not applied again to a migration that has begun, because a run must complete the
 * migration.
 */
export function refusedEffectsOfWaitingMigrations(
  judged: readonly JudgedMigration[],
  applied: ReleasePlanInput['applied'],
): readonly RefusedEffect[] {
  const waiting = judged.filter(({ migration }) => !applied.has(migration.id))
  return waiting.flatMap(({ refusals }) => refusals.filter(({ despite }) => despite === undefined))
}

function planned(
  migration: Migration,
  { recorded, read, applied }: ReleasePlanInput,
  judged: JudgedMigration | undefined,
  position: PlannedMigrationPosition | undefined,
): PlannedMigration {
  const known = recorded.get(migration.id)
  const seen = read.get(migration.id)
  const declarations = seen?.declarations ?? migration.declarations
  const touches = known?.footprint ?? []
  const byForeignKey = position ? groupKeysTouchedOnlyByForeignKey(touches, seen?.statements ?? [], position) : []
  return {
    id: migration.id,
    file: migration.file,
    checksum: migration.checksum,
    state: stateIn(applied.get(migration.id)),
    path: seen?.path ?? known?.path ?? 'together',
    statements: seen?.statements ?? [],
    ...(known?.derived && { pending: known.derived.pending }),
    does: describeDifferences(known?.phased.flat() ?? [], describeObjectChange),
    touches,
    ...(byForeignKey.length > 0 && { touchesByForeignKey: byForeignKey }),
    writesRows: known?.wrote ?? false,
    effects: [...new Set(judged?.effects.map(({ effect }) => effect))],
    costs: known?.prices.map((price) => estimateStatementCost(price, NO_SIZES)) ?? [],
    despite: declarations.despite.map(({ effect, because }) => ({ effect, because })),
  }
}

const NO_SIZES: TableSizesByName = new Map()

/**
 * Returns the fingerprint of a plan. The fingerprint depends on the files, the recorded states, the policies and the authors of
 * the release, and not on texts that are only printed.
 */
function planFingerprint({ project, dialect, release, recorded, read, policies }: ReleasePlanInput): string {
  const parts = PHASES.flatMap((phase) => [
    fingerprintOfPolicy(policies[phase]),
    ...release.changes.flatMap((change) => {
      const migration = change.migrations[phase]
      if (!migration) return []
      const known = recorded.get(migration.id)
      const path = read.get(migration.id)?.path ?? known?.path ?? 'together'
      return [migration.id, migration.checksum, path, JSON.stringify(known?.phased ?? [])]
    }),
  ])
  // A changed list of authors changes the fingerprint of the plan, so that earlier approvals become invalid.
  const authors = release.authors ? [JSON.stringify(release.authors)] : []
  return `r1:${sha256Digest(project, dialect, release.name, ...authors, ...parts).slice(0, 32)}`
}

/** Returns the applied migrations of the history, by migration id. */
export function appliedMigrationsById(history: LedgerHistory | undefined): ReadonlyMap<MigrationId, AppliedMigration> {
  return new Map(history?.applied.map((row) => [row.id, row]))
}
