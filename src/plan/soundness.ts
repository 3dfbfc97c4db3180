import type { Migration, Release } from '../release/migration.ts'
import { authoredOrder, phasedOrder } from '../release/order.ts'
import { cover } from '../schema/cover.ts'
import { describeMismatch } from '../schema/describe.ts'
import { counts, type Difference, differences, groupsOf, subjectOf } from '../schema/difference.ts'
import { type GroupKey, groupOf, idOf, nameOf, type SchemaObject } from '../schema/object.ts'
import type { Seen, Trace } from '../state/trace.ts'
import { type Flip, flipsOf, meeting, reachOf } from './flips.ts'
import { compareRows } from './rows.ts'

/** One reason why phased order is not what was written. */
export interface Finding {
  readonly kind: 'fails' | 'does not find' | 'ends otherwise' | 'other rows'
  /** The migration that fails or meets another state; for an end state, the one that phased order runs later. */
  readonly migration?: Migration
  readonly flip?: Flip
  readonly object?: string
  readonly says: string
  readonly remedy: string
}

export interface Soundness {
  readonly findings: readonly Finding[]
  readonly reported: readonly string[]
}

const SIDES = { before: 'in authored order', after: 'in phased order' }

/**
 * Are the two executions of a release the same to everyone who relies on it? Both were really run; this only compares what
 * was seen, and names who is responsible. No finding means sound.
 */
export function soundness(release: Release, authored: Trace, phased: Trace): Soundness {
  const flips = flipsOf(authoredOrder(release), phasedOrder(release))
  const judge = new Judge(flips, authored, phased)
  const covers = dataSteps(authored, phased).map(([known, planned]) => judge.dataStep(known, planned))
  const end = phased.failed ? [judge.failure(phased.failed)] : judge.end()
  const rows = phased.failed || end.length > 0 ? [] : judge.rows()
  return {
    findings: [...covers.flatMap((one) => one.findings), ...end, ...rows],
    reported: [...covers.flatMap((one) => one.reported), ...unexercised(authored), ...columnOrder(authored, phased)],
  }
}

/** Holds what all judgements need: both traces and the pairs that phased order turns round. */
class Judge {
  readonly #flips: readonly Flip[]
  readonly #authored: Trace
  readonly #phased: Trace

  constructor(flips: readonly Flip[], authored: Trace, phased: Trace) {
    this.#flips = flips
    this.#authored = authored
    this.#phased = phased
  }

  failure(failed: { readonly migration: Migration; readonly problem: string }): Finding {
    const flip = this.#culprit(failed.migration, failed.problem)
    return {
      kind: 'fails',
      migration: failed.migration,
      ...(flip ? { flip } : {}),
      says: `${failed.migration.id} runs in authored order and fails in phased order: ${failed.problem}${flip ? ` (it was written to run after ${flip.first.id})` : ''}`,
      remedy: remedyFor(flip),
    }
  }

  dataStep(known: Seen, planned: Seen): { readonly findings: readonly Finding[]; readonly reported: readonly string[] } {
    const { conflicts, reported } = cover(known.before, planned.before, known.footprint)
    return {
      findings: conflicts.map((gap) => {
        const flip = this.#whoMeets(planned.migration, gap.object)
        return {
          kind: 'does not find',
          migration: planned.migration,
          ...(flip ? { flip } : {}),
          object: nameOf(gap.object),
          says: `${planned.migration.id} does not find what it was written for: ${gap.says}${flip ? ` (${flip.first.id} and ${flip.second.id} change places)` : ''}`,
          remedy: remedyFor(flip),
        }
      }),
      reported: reported.map((gap) => `${planned.migration.id}: ${gap.says}`),
    }
  }

  end(): readonly Finding[] {
    return wholeOnly(differences(this.#authored.end, this.#phased.end).filter(counts)).map((difference) => {
      const object = subjectOf(difference)
      const flip = this.#pairOn(object)
      return {
        kind: 'ends otherwise',
        ...(flip ? { flip, migration: flip.first } : {}),
        object: nameOf(object),
        says: `${describeMismatch(difference, SIDES)}${flip ? ` (${flip.first.id} and ${flip.second.id} change places)` : ''}`,
        remedy: remedyFor(flip),
      }
    })
  }

  rows(): readonly Finding[] {
    return compareRows(this.#authored.rows, this.#phased.rows).map(({ table, says }) => {
      const flip = this.#pairOnGroup(`table:${table}`)
      return {
        kind: 'other rows',
        ...(flip ? { flip, migration: flip.first } : {}),
        object: `table ${table}`,
        says: `${says}${flip ? ` (${flip.first.id} and ${flip.second.id} change places)` : ''}`,
        remedy: remedyFor(flip),
      }
    })
  }

  /** The earlier migration that `failed` should have come after, and that it meets on something. */
  #culprit(failed: Migration, problem: string): Flip | undefined {
    const mine = reachOf(failed, this.#authored)
    return best(
      this.#flips.filter((flip) => flip.second.id === failed.id),
      (flip) => {
        const theirs = reachOf(flip.first, this.#authored)
        const named = [...theirs.names].some((name) => problem.includes(`"${name}"`) || problem.includes(`'${name}'`))
        return Math.max(meeting(mine, theirs), named ? 2.5 : 0)
      },
    )
  }

  #whoMeets(migration: Migration, object: SchemaObject): Flip | undefined {
    return best(
      this.#flips.filter((flip) => flip.first.id === migration.id || flip.second.id === migration.id),
      (flip) => this.#strength(flip.first.id === migration.id ? flip.second : flip.first, object),
    )
  }

  #pairOn(object: SchemaObject): Flip | undefined {
    return best(this.#flips, (flip) => {
      const [first, second] = [this.#strength(flip.first, object), this.#strength(flip.second, object)]
      return first > 0 && second > 0 ? first + second : 0
    })
  }

  #pairOnGroup(group: GroupKey): Flip | undefined {
    return best(this.#flips, (flip) => {
      const [first, second] = [flip.first, flip.second].map((migration) => reachOf(migration, this.#authored, this.#phased))
      return first?.groups.has(group) && second?.groups.has(group) ? 1 : 0
    })
  }

  #strength(migration: Migration, object: SchemaObject): number {
    const reach = reachOf(migration, this.#authored, this.#phased)
    if (reach.objects.has(idOf(object))) return 3
    if (object.dependsOn?.some((id) => reach.objects.has(id))) return 2
    return reach.groups.has(groupOf(object)) ? 1 : 0
  }
}

function best(flips: readonly Flip[], strength: (flip: Flip) => number): Flip | undefined {
  let found: Flip | undefined
  let most = 0
  for (const flip of flips) {
    const now = strength(flip)
    if (now > most) [found, most] = [flip, now]
  }
  return found
}

function remedyFor(flip: Flip | undefined): string {
  if (!flip) return 'compare what the migrations of the release do to it, and end the release between them'
  return `end the release after ${flip.first.change} and begin a new one with ${flip.second.change}`
}

/** The data steps that ran in both orders. */
function dataSteps(authored: Trace, phased: Trace): readonly (readonly [Seen, Seen])[] {
  return authored.entries.flatMap((known) => {
    const planned = phased.entries.find((entry) => entry.migration.id === known.migration.id)
    return planned && isDataStep(known.migration) ? [[known, planned] as const] : []
  })
}

function isDataStep(migration: Migration): boolean {
  return migration.phase === 'migrate'
}

function unexercised(authored: Trace): readonly string[] {
  return authored.entries
    .filter((entry) => isDataStep(entry.migration) && entry.wrote && entry.affected === 0)
    .map((entry) => `${entry.migration.id} ran over empty tables: it is unexercised; sample rows in rows/ would exercise it`)
}

/** A table that differs as a whole speaks for all that hangs on it. */
function wholeOnly(all: readonly Difference[]): readonly Difference[] {
  const whole = new Set(all.filter((one) => one.kind !== 'altered' && subjectOf(one).kind === 'table').flatMap(groupsOf))
  return all.filter((one) => one.kind === 'altered' || subjectOf(one).kind === 'table' || !groupsOf(one).every((group) => whole.has(group)))
}

function columnOrder(authored: Trace, phased: Trace): readonly string[] {
  return differences(authored.end, phased.end)
    .filter((one) => !counts(one) && subjectOf(one).kind === 'table')
    .filter((one) => one.kind === 'altered' && ordered(one.before) !== ordered(one.after))
    .map(
      (one) =>
        `${nameOf(subjectOf(one))}: its columns end in another order than authored; a statement that relies on their order is not covered`,
    )
}

function ordered(object: SchemaObject): string {
  return object.kind === 'table' ? object.columns.join() : ''
}
