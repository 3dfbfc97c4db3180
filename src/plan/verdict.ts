import { effectsOf } from '../effect/catalog.ts'
import { type Effect, isEffect } from '../effect/effect.ts'
import { knownTables } from '../effect/known-tables.ts'
import type { Policy } from '../phase/policy.ts'
import type { FrontMatter, Migration } from '../release/migration.ts'
import { describeChange } from '../schema/describe.ts'
import type { State } from '../schema/state.ts'
import type { RecordedMigration } from '../state/recording.ts'

/** An effect that a migration was seen to have, and on what. */
export interface SeenEffect {
  readonly effect: Effect
  /** What had it, as a line: `+ column widget.status_flag integer not null`. */
  readonly on: string
}

/** An effect that the policy of the phase refuses and the file does not account for. */
export interface Refusal extends SeenEffect {
  readonly migration: Migration
  /** The policy's own words. */
  readonly reason: string
}

/**
 * What running code would notice of a migration: observed on the shadow, so that raw SQL, functions and operations are
 * judged alike. What the author declared takes the place of what cannot be seen. `start` is the state that the release
 * begins in: of what is made later, no running code knows.
 */
export function effectsSeen(recorded: RecordedMigration, says: FrontMatter, start: State): readonly SeenEffect[] {
  const at = { knownTables: knownTables(start) }
  const seen = recorded.phased
    .flat()
    .flatMap((difference) => effectsOf(difference, at).map((effect) => ({ effect, on: describeChange(difference) })))
  const wrote: readonly SeenEffect[] = recorded.wrote ? [{ effect: 'writes-rows', on: `rows of ${recorded.footprint.join(', ')}` }] : []
  const declared = says.effects.flatMap(({ effect }) => (isEffect(effect) ? [effect] : []))
  return [...seen, ...wrote].flatMap((one) =>
    one.effect === 'opaque' && declared.length > 0 ? declared.map((effect) => ({ ...one, effect })) : [one],
  )
}

/** What of it the policy refuses, each effect once with the first object that had it, unless the file says `despite`. */
export function refusalsOf(migration: Migration, effects: readonly SeenEffect[], says: FrontMatter, policy: Policy): readonly Refusal[] {
  const despite = new Set(says.despite.map((declared) => declared.effect))
  const first = new Map<Effect, SeenEffect>()
  for (const one of effects) if (!first.has(one.effect)) first.set(one.effect, one)
  return [...first.values()].flatMap((one) => {
    const reason = policy.refuses[one.effect]
    return reason === undefined || despite.has(one.effect) ? [] : [{ ...one, migration, reason }]
  })
}
