import { effectsOfDifference } from '../effect/catalog.ts'
import { type EffectOnRunningCode, isEffectName } from '../effect/effect.ts'
import { reasonWritesOfRunningCodeFail } from '../effect/failing-write.ts'
import { findRenamedTablesAndColumns, turnReplacementsIntoRenames } from '../effect/new-names.ts'
import { reasonFunctionTakesCalls } from '../effect/overload.ts'
import { EVERY_OBJECT_REVOKED } from '../effect/revoke.ts'
import { doesWriteRewriteValues, formatRowRewrites, UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import { type EffectContext, makeEffectContext } from '../effect/surroundings.ts'
import { PHASES } from '../phase/phase.ts'
import type { PhasePolicy, PoliciesByPhase } from '../phase/policy.ts'
import type { DeclarationWithReason, FrontMatter, Migration, Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { describeObjectChange } from '../schema/describe.ts'
import { type Difference, objectBeforeDifference } from '../schema/difference.ts'
import { formatObjectName, groupKeyOf, objectIdOf, type SchemaObjectId, tableGroupKey } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import type { MigrationStepDifferences } from '../state/recording.ts'
import { findBrokenTriggers } from './broken-triggers.ts'

/** An effect that a migration had on the shadow, and the object of the effect. */
export interface ObservedMigrationEffect {
  readonly effect: EffectOnRunningCode
  /** The name of the object that the effect concerns, such as `column widget.status_flag`. */
  readonly object: string
  /** The change that caused the effect, as a line such as `+ column widget.status_flag integer not null` or `rows of widget`. */
  readonly on: string
  /**
   * The number of the statement that caused the effect, counted from 0. The field is absent for a migration in one transaction,
   * and for effects that no single statement caused, such as written rows.
   */
  readonly step?: number
}

/** An effect that the policy of the migration's phase refuses. */
export interface RefusedEffect extends ObservedMigrationEffect {
  readonly migration: Migration
  /** The reason that the policy gives for the refusal of the effect. */
  readonly reason: string
  /**
   * The declaration with which the migration file accepts the refused effect. The field is absent if the file has no such
   * declaration.
   */
  readonly despite?: DeclarationWithReason
}

/**
 * Returns the refusal of an effect as a line, such as `releases/r2/010-a.expand.sql: expand refuses the effect "tightens": +
 * column item.a integer not null. …`.
 */
export function formatRefusedEffect({ migration, effect, on, reason }: RefusedEffect): string {
  return `${migration.file}: ${migration.phase} refuses the effect "${effect}": ${on}. ${reason}`
}

/** A migration with its observed effects, and the effects that the policy refuses. */
export interface JudgedMigration {
  readonly migration: Migration
  readonly declarations: FrontMatter
  readonly effects: readonly ObservedMigrationEffect[]
  readonly refusals: readonly RefusedEffect[]
}

/**
 * Judges the recorded migrations of a release by the policies, in phased order. `declarationsOf` returns the declarations in the
 * file of a migration. In a release of history, whose migrations ran before the project had phases, no effect is refused.
 */
export function judgeReleaseByPolicies(
  {
    release,
    start,
    positions,
  }: { readonly release: Release; readonly start: SchemaState; readonly positions: readonly PlannedMigrationPosition[] },
  declarationsOf: (migration: Migration) => FrontMatter,
  policies: PoliciesByPhase,
): readonly JudgedMigration[] {
  const migrations = new Map(migrationsInPhasedOrder(release).map((migration) => [migration.id, migration]))
  const phaseOf = ({ migration }: PlannedMigrationPosition) => migrations.get(migration.id)?.phase
  // The new version of the application starts after expand. Its code therefore knows the schema at the end of expand.
  const ready = positions.findLast((position) => phaseOf(position) === PHASES[0])?.after ?? start
  return positions.flatMap((position) => {
    const migration = migrations.get(position.migration.id)
    if (!migration) return []
    const words = declarationsOf(migration)
    const effects = effectsSeen(position, words, migration.phase === PHASES[0] ? [start] : [start, ready])
    const refusals = release.history === undefined ? refusalsOf(migration, effects, words, policies[migration.phase]) : []
    return [{ migration, declarations: words, effects, refusals }]
  })
}

/**
 * Returns the effects of a migration on running code. The recording observed the effects on a shadow, so the engine judges SQL
 * files and functions in the same way. A declared effect replaces an effect that the engine cannot determine. `known` contains
 * each schema that can have existed when an instance of the running code started.
 */
function effectsSeen(
  { migration, before, after }: PlannedMigrationPosition,
  declarations: FrontMatter,
  known: readonly SchemaState[],
): readonly ObservedMigrationEffect[] {
  const at = makeEffectContext(known, before, after)
  const isPassing = passing(migration.phased, after)
  const isOneStep = migration.path === 'together'
  const seen = migration.phased.flatMap((step, index) =>
    effectsOfStep(
      step.filter((one) => !isPassing(one)),
      at,
    ).map((one) => (isOneStep ? one : { ...one, step: index })),
  )
  const declared = declarations.effects.flatMap(({ effect }) => (isEffectName(effect) ? [effect] : []))
  return [
    ...withoutRepairedViews(seen, after),
    ...findBrokenTriggers(migration, before, after),
    ...rewritten(migration, at),
    ...rowsWritten(migration, at),
    ...sequencesSet(migration, at),
    ...privilegesRevoked(migration, at),
  ].flatMap((one) => (one.effect === 'opaque' && declared.length > 0 ? declared.map((effect) => ({ ...one, effect })) : [one]))
}

/**
 * Replaces the effect `breaks` by `removes` for each view that a later statement of the same migration drops or makes usable
 * again. Until this statement, queries of the view fail, as if the view were dropped.
 */
function withoutRepairedViews(effects: readonly ObservedMigrationEffect[], after: SchemaState): readonly ObservedMigrationEffect[] {
  if (!effects.some(({ effect }) => effect === 'breaks')) return effects
  const views = [...objectsOfState(after)].filter((object) => object.kind === 'view' && object.columns.length === 0)
  const broken = new Set(views.map(formatObjectName))
  return effects.map((one) => (one.effect === 'breaks' && !broken.has(one.object) ? { ...one, effect: 'removes' } : one))
}

/**
 * Returns the refused effects with the declarations of the file. The result contains each pair of an effect and an object once.
 */
function refusalsOf(
  migration: Migration,
  effects: readonly ObservedMigrationEffect[],
  declarations: FrontMatter,
  policy: PhasePolicy,
): readonly RefusedEffect[] {
  const found = new Map<string, RefusedEffect>()
  for (const one of effects) {
    const reason = policy.refuses[one.effect]
    if (reason === undefined) continue
    const despite = declarations.despite.find(({ effect }) => effect === one.effect)
    const key = `${one.effect} ${one.object}`
    if (!found.has(key)) found.set(key, { ...one, migration, reason, ...(despite && { despite }) })
  }
  return [...found.values()]
}

/**
 * Returns a function that detects objects that the migration itself adds and removes again in separate statements, such as a
 * helper procedure. Running code cannot use such an object.
 */
function passing(steps: readonly MigrationStepDifferences[], after: SchemaState): (difference: Difference) => boolean {
  if (steps.length < 2) return () => false
  const first = new Map<SchemaObjectId, Difference>()
  for (const one of steps.flat())
    if (!first.has(objectIdOf(objectBeforeDifference(one)))) first.set(objectIdOf(objectBeforeDifference(one)), one)
  return (difference) => {
    const object = objectBeforeDifference(difference)
    return first.get(objectIdOf(object))?.kind === 'added' && !after.groups.get(groupKeyOf(object))?.has(objectIdOf(object))
  }
}

/**
 * Returns the effects of one statement of a migration, or of a whole migration in one transaction. If a table and its columns, keys
 * or indexes have the same effect, the result contains this effect only for the table.
 */
function effectsOfStep(step: MigrationStepDifferences, at: EffectContext): readonly ObservedMigrationEffect[] {
  const names = findRenamedTablesAndColumns(step)
  const ofTables = new Map<string, readonly EffectOnRunningCode[]>()
  for (const one of step)
    if (objectBeforeDifference(one).kind === 'table')
      ofTables.set(`${one.kind} ${objectBeforeDifference(one).name}`, effectsOfDifference(one, at, names))
  return turnReplacementsIntoRenames(step, names).flatMap((difference) => {
    const object = objectBeforeDifference(difference)
    const told = 'table' in object && object.table !== undefined ? (ofTables.get(`${difference.kind} ${object.table}`) ?? []) : []
    const effects = effectsOfDifference(difference, at, names).filter((effect) => !told.includes(effect))
    // A rename removes the old name and adds the new name, so the result contains the effect `adds` with the new name.
    const name = (effect: EffectOnRunningCode) =>
      formatObjectName(difference.kind === 'renamed' && effect === 'adds' ? difference.after : object)
    const reasons: { readonly [E in EffectOnRunningCode]?: string | undefined } =
      difference.kind === 'added'
        ? { tightens: reasonWritesOfRunningCodeFail(object, at), opaque: reasonFunctionTakesCalls(object, at) }
        : {}
    const on = (effect: EffectOnRunningCode) => (reasons[effect] === undefined ? '' : `; ${reasons[effect]}`)
    return effects.map((effect) => ({ effect, object: name(effect), on: `${describeObjectChange(at.inherited(difference))}${on(effect)}` }))
  })
}

/**
 * Returns the effects of changing existing values in tables that running code knows. The engine determines these effects from the
 * recorded row writes, because a comparison of schemas does not show changed values.
 */
function rewritten({ path, writes }: PlannedMigrationPosition['migration'], at: EffectContext): readonly ObservedMigrationEffect[] {
  const known = writes.filter(doesWriteRewriteValues).filter(({ table }) => at.knowsTable(table))
  return known.flatMap((write) =>
    formatRowRewrites(write).map((line) => ({
      effect: 'removes',
      object: line.slice(0, line.indexOf(': ')),
      on: `~ ${line}`,
      ...(path === 'stepwise' && { step: write.step }),
    })),
  )
}

/**
 * Returns the effects of a migration that sets sequences. Running code takes numbers from these sequences, and the new numbers
 * depend on the rows of the target database.
 */
function sequencesSet({ sets = [] }: PlannedMigrationPosition['migration'], at: EffectContext): readonly ObservedMigrationEffect[] {
  return sets.filter(at.knowsId).map((id): ObservedMigrationEffect => {
    const object = id.startsWith('column:') ? `identity of ${id.slice('column:'.length)}` : id.replace(':', ' ')
    return { effect: 'opaque', object, on: `~ ${object}: set to another value` }
  })
}

/**
 * Returns the effects of revoking privileges. The engine does not know the roles of running code, so it assumes that running code
 * uses the revoked privileges.
 */
function privilegesRevoked({ revokes = [] }: PlannedMigrationPosition['migration'], at: EffectContext): readonly ObservedMigrationEffect[] {
  const known = revokes.filter(({ object }) => (object === EVERY_OBJECT_REVOKED ? !at.isEmpty : at.knowsGroup(object)))
  return known.map(({ object, says }): ObservedMigrationEffect => {
    const on = object === EVERY_OBJECT_REVOKED ? 'privileges' : `privileges on ${object.replace(':', ' ')}`
    return { effect: 'removes', object: on, on: `~ ${on}: ${says}` }
  })
}

/**
 * Returns the effects of writing rows of tables that running code knows. Rows in a new table count as a part of the new table.
 */
function rowsWritten(
  { wrote, writes, footprint }: PlannedMigrationPosition['migration'],
  at: EffectContext,
): readonly ObservedMigrationEffect[] {
  if (!wrote) return []
  const effect = footprint.some(at.knowsGroup) ? 'writes-rows' : 'adds'
  // The code determines the effect of written rows from the footprint, because the footprint contains every table that the
  // migration touched. The list of writes can lack a table that only a trigger writes. The code uses the list only for the names of
  // the written tables in messages.
  const written = [...new Set(writes.map(({ table }) => table))].sort()
  const isNamed = !written.includes(UNKNOWN_WRITTEN_TABLE) && written.some((table) => at.knowsGroup(tableGroupKey(table)))
  const touched = footprint.flatMap((group) => (group.startsWith('table:') ? [group.slice('table:'.length)] : []))
  const tables = isNamed ? written : touched
  const object = tables.length > 0 ? `rows of ${tables.join(', ')}` : 'rows'
  return [{ effect, object, on: object }]
}
