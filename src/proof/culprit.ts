import type { Migration } from '../release/migration.ts'
import { groupKeyOf, objectIdOf, type SchemaGroupKey, type SchemaObject } from '../schema/object.ts'
import { groupKeyOfObjectId } from '../schema/state.ts'
import type { ExecutionTrace } from '../state/trace.ts'
import { collectTouchedObjects, type ObjectsTouchedByMigration, relationStrengthOfMigrations, type SwappedMigrations } from './flips.ts'

/**
 * Finds the swapped pair of migrations that most likely caused a difference. Two migrations are a swapped pair if phased order
 * runs them in another order than authored order.
 */
export class SwappedMigrationPairFinder {
  readonly #flips: readonly SwappedMigrations[]
  readonly #traces: readonly ExecutionTrace[]
  readonly #reaches = new Map<string, ObjectsTouchedByMigration>()

  constructor(flips: readonly SwappedMigrations[], ...traces: readonly ExecutionTrace[]) {
    this.#flips = flips
    this.#traces = traces
  }

  /**
   * Returns the two migrations whose swapped order in phased order most likely explains the failure of a migration. One of the
   * two is the failed migration. Returns undefined if no swapped migration is related to the failed migration, its objects or the
   * message.
   */
  ofFailure(failed: Migration, problem: string, objects: readonly SchemaObject[]): SwappedMigrations | undefined {
    return best(this.#with(failed), (flip) => {
      const other = this.#reach(partner(flip, failed))
      const onObject = Math.max(0, ...objects.map((object) => strength(other, object)))
      const quotes = (names: ReadonlySet<string>) => [...names].some((name) => isQuoted(problem, name))
      const named = (quotes(other.parts) ? STRONGEST : 0) + (quotes(other.names) ? 1 : 0)
      return onObject * 2 + relationStrengthOfMigrations(this.#reach(failed), other) + named
    })
  }

  /**
   * Returns the two migrations whose swapped order in phased order most likely explains why `migration` does not find an object
   * as expected. One of the two is `migration`, and the other is related to the object.
   */
  ofMissing(migration: Migration, object: SchemaObject): SwappedMigrations | undefined {
    return best(this.#with(migration), (flip) => strength(this.#reach(partner(flip, migration)), object))
  }

  /**
   * Returns the two migrations whose swapped order in phased order most likely explains why an object differs at the end. In the
   * pair, both migrations touched the object, or one migration touched it and is related to the other migration through another
   * object. Returns undefined if the release has no such pair.
   */
  ofObject(...sides: readonly SchemaObject[]): SwappedMigrations | undefined {
    return best(this.#flips, (flip) => {
      const [first, second] = [this.#reach(flip.first), this.#reach(flip.second)]
      const on = (reach: ObjectsTouchedByMigration) => Math.max(0, ...sides.map((object) => strength(reach, object)))
      const [a, b] = [on(first), on(second)]
      if (a > 0 && b > 0) return STRONGEST + a + b
      return a + b > 0 && relationStrengthOfMigrations(first, second) > 0 ? a + b + relationStrengthOfMigrations(first, second) : 0
    })
  }

  /**
   * Returns the two migrations whose swapped order in phased order most likely explains why the rows of a table differ at the
   * end. Returns undefined if no such pair touched the table and wrote rows.
   */
  ofRows(group: SchemaGroupKey): SwappedMigrations | undefined {
    return best(this.#flips, (flip) => {
      const [first, second] = [this.#reach(flip.first), this.#reach(flip.second)]
      const touch = Number(first.groups.has(group)) + Number(second.groups.has(group))
      const wrote = Number(this.#wrote(flip.first)) + Number(this.#wrote(flip.second))
      if (touch === 0 || wrote === 0) return 0
      return touch === 2 ? STRONGEST + wrote : wrote + relationStrengthOfMigrations(first, second)
    })
  }

  #with(migration: Migration): readonly SwappedMigrations[] {
    return this.#flips.filter((flip) => flip.first.id === migration.id || flip.second.id === migration.id)
  }

  #reach(migration: Migration): ObjectsTouchedByMigration {
    const known = this.#reaches.get(migration.id) ?? collectTouchedObjects(migration, ...this.#traces)
    this.#reaches.set(migration.id, known)
    return known
  }

  #wrote(migration: Migration): boolean {
    return this.#traces.some((trace) => trace.entries.some((entry) => entry.migration.id === migration.id && entry.wrote))
  }
}

// The score of a swapped pair of migrations for direct evidence, for example if both migrations touched the differing object. The
// score is greater than every score for a relation of the two migrations through common objects.
const STRONGEST = 10

function partner(flip: SwappedMigrations, migration: Migration): Migration {
  return flip.first.id === migration.id ? flip.second : flip.first
}

/**
 * Returns true if the message contains the name in quotes. Servers use single quotes, double quotes or backticks, and MySQL
 * writes the table before a column.
 */
function isQuoted(problem: string, name: string): boolean {
  return ['"', "'", '`'].some((quote) => problem.includes(`${quote}${name}${quote}`) || problem.includes(`.${name}${quote}`))
}

/**
 * Returns how strongly a migration is related to an object. 3: the migration changed the object. 2: the migration changed an
 * object on which the object depends. 1: the migration touched the table of the object, or changed a table on which the object
 * depends. 0: no relation.
 */
function strength(reach: ObjectsTouchedByMigration, object: SchemaObject): number {
  if (reach.objects.has(objectIdOf(object))) return 3
  if (object.dependsOn?.some((id) => reach.objects.has(id))) return 2
  if (object.kind === 'foreign-key' && reach.changed.has(`table:${object.references.table}`)) return 1
  if (object.dependsOn?.some((id) => reach.changed.has(groupKeyOfObjectId(id)))) return 1
  return reach.groups.has(groupKeyOf(object)) ? 1 : 0
}

function best(flips: readonly SwappedMigrations[], score: (flip: SwappedMigrations) => number): SwappedMigrations | undefined {
  let found: SwappedMigrations | undefined
  let most = 0
  for (const flip of flips) {
    const now = score(flip)
    if (now > most) [found, most] = [flip, now]
  }
  return found
}
