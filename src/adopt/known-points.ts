import type { ReleaseWithStates } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** A point of the release chain: the planned schema after a migration. */
export interface PlannedChainPoint {
  readonly release: string
  readonly through: MigrationId
  /**
   * All migrations up to and including the migration `through`, in the order of a run. They have run in a database that is at
   * this point of the chain.
   */
  readonly done: readonly MigrationId[]
  readonly state: SchemaState
  /**
   * True if the last migration before this point of the chain wrote rows, or touched objects and left the schema unchanged. In
   * both cases, the schema alone does not show whether the migration has run.
   */
  readonly rows: boolean
  /**
   * The name of the base (an old schema of the project) to which the point belongs. The field is absent for a point of the
   * project's own chain.
   */
  readonly base?: string
}

/**
 * Returns a point of the chain after each migration of the releases, in the order of a run. `adopt` compares the schema at these
 * points with the live schema.
 */
export function listPlannedChainPoints(releases: readonly ReleaseWithStates[]): readonly PlannedChainPoint[] {
  const done: MigrationId[] = []
  return releases.flatMap((planned) =>
    planned.positions().map(({ migration, after }): PlannedChainPoint => {
      done.push(migration.id)
      const leavesSchema = migration.phased.every((step) => step.length === 0)
      const rows = migration.wrote || (migration.footprint.length > 0 && leavesSchema)
      return { release: planned.release.name, through: migration.id, done: [...done], state: after, rows }
    }),
  )
}

/** The ids of all objects that occur in a planned state of a chain, and the keys of the groups to which these objects belong. */
export interface ObjectsOfChain {
  readonly ids: ReadonlySet<SchemaObjectId>
  readonly groups: ReadonlySet<SchemaGroupKey>
}

/**
 * Returns the objects that occur in a planned state of the chain. Such an object belongs to the project, even if the database
 * contains the object earlier than planned.
 */
export function collectObjectsOfChain(releases: readonly ReleaseWithStates[], points: readonly PlannedChainPoint[]): ObjectsOfChain {
  const ids = new Set<SchemaObjectId>()
  const groups = new Set<SchemaGroupKey>()
  let before: SchemaState | undefined
  for (const state of [...releases.map(({ start }) => start), ...points.map((point) => point.state)]) {
    // Two successive planned states share the groups of schema objects that no migration changed, so the loop reads only the
    // changed groups.
    const buckets = before ? [...state.groups.apart(before.groups)].map(([bucket]) => bucket) : state.groups.buckets
    for (const bucket of buckets)
      for (const [key, group] of bucket) {
        groups.add(key)
        for (const id of group.keys()) ids.add(id)
      }
    before = state
  }
  return { ids, groups }
}
