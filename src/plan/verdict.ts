import { effectsOf } from '../effect/catalog.ts'
import { type Effect, isEffect } from '../effect/effect.ts'
import { newNamesIn, withReplacements } from '../effect/new-names.ts'
import { isRewrite, rewriteLines } from '../effect/row-write.ts'
import { type Surroundings, surroundings } from '../effect/surroundings.ts'
import { PHASES } from '../phase/phase.ts'
import type { Policies, Policy } from '../phase/policy.ts'
import type { Declared, FrontMatter, Migration, Release } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { describeChange } from '../schema/describe.ts'
import { type Difference, subjectOf } from '../schema/difference.ts'
import { groupOf, idOf, nameOf, type ObjectId } from '../schema/object.ts'
import type { State } from '../schema/state.ts'
import type { Position } from '../state/planned.ts'
import type { Step } from '../state/recording.ts'

/** An effect that a migration was seen to have, and on what. */
export interface SeenEffect {
  readonly effect: Effect
  /** The object that had it: `column widget.status_flag`. */
  readonly object: string
  /** What became of it, as a line: `+ column widget.status_flag integer not null`. */
  readonly on: string
  /** The statement that did it, from 0, where each was watched by itself. */
  readonly step?: number
}

/** An effect that the policy of the phase refuses. */
export interface Refusal extends SeenEffect {
  readonly migration: Migration
  /** The policy's own words. */
  readonly reason: string
  /** The file says that it breaks the rule on purpose, and why. */
  readonly despite?: Declared
}

/** `releases/r2/010-a.expand.sql: expand refuses what tightens: + column item.a integer not null. …` */
export function refusalText({ migration, effect, on, reason }: Refusal): string {
  return `${migration.file}: ${migration.phase} refuses what ${effect}: ${on}. ${reason}`
}

/** A migration with what was seen of it and what its policy says of that. */
export interface Judged {
  readonly migration: Migration
  readonly says: FrontMatter
  readonly effects: readonly SeenEffect[]
  readonly refusals: readonly Refusal[]
}

/** Holds the recorded migrations of a release against the policies, in phased order. `says` is what each says of itself. */
export function judgeRelease(
  { release, start, positions }: { readonly release: Release; readonly start: State; readonly positions: readonly Position[] },
  says: (migration: Migration) => FrontMatter,
  policies: Policies,
): readonly Judged[] {
  const migrations = new Map(phasedOrder(release).map((migration) => [migration.id, migration]))
  const phaseOf = ({ migration }: Position) => migrations.get(migration.id)?.phase
  // Code of the release itself is started when the first phase is done, and relies on what that brought.
  const ready = positions.findLast((position) => phaseOf(position) === PHASES[0])?.after ?? start
  return positions.flatMap((position) => {
    const migration = migrations.get(position.migration.id)
    if (!migration) return []
    const words = says(migration)
    const effects = effectsSeen(position, words, migration.phase === PHASES[0] ? [start] : [start, ready])
    const refusals = release.history === undefined ? refusalsOf(migration, effects, words, policies[migration.phase]) : []
    return [{ migration, says: words, effects, refusals }]
  })
}

/**
 * What running code would notice of a migration: observed on the shadow, so that raw SQL, functions and operations are
 * judged alike. What the author declared takes the place of what cannot be seen. `known` are the states that the code which
 * runs meanwhile may have been started on.
 */
function effectsSeen({ migration, before, after }: Position, says: FrontMatter, known: readonly State[]): readonly SeenEffect[] {
  const at = surroundings(known, before, after)
  const isPassing = passing(migration.phased, after)
  const isOneStep = migration.path === 'together'
  const seen = migration.phased.flatMap((step, index) =>
    effectsOfStep(
      step.filter((one) => !isPassing(one)),
      at,
    ).map((one) => (isOneStep ? one : { ...one, step: index })),
  )
  const declared = says.effects.flatMap(({ effect }) => (isEffect(effect) ? [effect] : []))
  return [...seen, ...rewritten(migration, at), ...rowsWritten(migration, at), ...sequencesSet(migration, at)].flatMap((one) =>
    one.effect === 'opaque' && declared.length > 0 ? declared.map((effect) => ({ ...one, effect })) : [one],
  )
}

/** All of it that the policy refuses, each object once for each effect, with what the file says of it. */
function refusalsOf(migration: Migration, effects: readonly SeenEffect[], says: FrontMatter, policy: Policy): readonly Refusal[] {
  const found = new Map<string, Refusal>()
  for (const one of effects) {
    const reason = policy.refuses[one.effect]
    if (reason === undefined) continue
    const despite = says.despite.find(({ effect }) => effect === one.effect)
    const key = `${one.effect} ${one.object}`
    if (!found.has(key)) found.set(key, { ...one, migration, reason, ...(despite && { despite }) })
  }
  return [...found.values()]
}

/** Made and taken away again by the same migration, as a procedure is that only serves it: nobody could rely on it. */
function passing(steps: readonly Step[], after: State): (difference: Difference) => boolean {
  if (steps.length < 2) return () => false
  const first = new Map<ObjectId, Difference>()
  for (const one of steps.flat()) if (!first.has(idOf(subjectOf(one)))) first.set(idOf(subjectOf(one)), one)
  return (difference) => {
    const object = subjectOf(difference)
    return first.get(idOf(object))?.kind === 'added' && !after.groups.get(groupOf(object))?.has(idOf(object))
  }
}

/** A table that comes, goes or gets another name speaks for what hangs on it, as far as that has the same effects. */
function effectsOfStep(step: Step, at: Surroundings): readonly SeenEffect[] {
  const names = newNamesIn(step)
  const ofTables = new Map<string, readonly Effect[]>()
  for (const one of step) if (subjectOf(one).kind === 'table') ofTables.set(`${one.kind} ${subjectOf(one).name}`, effectsOf(one, at, names))
  return withReplacements(step, names).flatMap((difference) => {
    const object = subjectOf(difference)
    const told = 'table' in object && object.table !== undefined ? (ofTables.get(`${difference.kind} ${object.table}`) ?? []) : []
    const effects = effectsOf(difference, at, names).filter((effect) => !told.includes(effect))
    // What a rename adds is the new name.
    const name = (effect: Effect) => nameOf(difference.kind === 'renamed' && effect === 'adds' ? difference.after : object)
    return effects.map((effect) => ({ effect, object: name(effect), on: describeChange(at.inherited(difference)) }))
  })
}

/** Values that running code knows and that go on in another form, which the schema does not show. */
function rewritten({ path, writes }: Position['migration'], at: Surroundings): readonly SeenEffect[] {
  const known = writes.filter(isRewrite).filter(({ table }) => at.knowsTable(table))
  return known.flatMap((write) =>
    rewriteLines(write).map((line) => ({
      effect: 'removes',
      object: line.slice(0, line.indexOf(': ')),
      on: `~ ${line}`,
      ...(path === 'stepwise' && { step: write.step }),
    })),
  )
}

/** Running code takes numbers from a sequence that it knows: which ones it gets now depends on the rows of the target. */
function sequencesSet({ sets = [] }: Position['migration'], at: Surroundings): readonly SeenEffect[] {
  return sets.filter(at.knowsId).map((id): SeenEffect => {
    const object = id.startsWith('column:') ? `identity of ${id.slice('column:'.length)}` : id.replace(':', ' ')
    return { effect: 'opaque', object, on: `~ ${object}: set to another value` }
  })
}

/** Rows of tables that no running code knows come with the tables. */
function rowsWritten({ wrote, footprint }: Position['migration'], at: Surroundings): readonly SeenEffect[] {
  if (!wrote) return []
  const effect = footprint.some(at.knowsGroup) ? 'writes-rows' : 'adds'
  const tables = footprint.flatMap((group) => (group.startsWith('table:') ? [group.slice('table:'.length)] : []))
  const object = tables.length > 0 ? `rows of ${tables.join(', ')}` : 'rows'
  return [{ effect, object, on: object }]
}
