import type { SchemaChangeSql, SchemaChangeSqlWriter } from '../../dialect/schema-writer.ts'
import { applyDifferences, type Difference, differences, objectBeforeDifference } from '../../schema/difference.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../../schema/mismatch.ts'
import { groupKeyOf, objectIdOf, type SchemaObject, type SchemaObjectKind } from '../../schema/object.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState, objectsOfState, type SchemaState } from '../../schema/state.ts'

// The kinds of objects that the script creates after the rows, because they would restrict the order of the inserts or write
// other rows.
const AFTER_ROWS: ReadonlySet<SchemaObjectKind> = new Set(['foreign-key', 'trigger', 'policy'])

/**
 * Returns the state `end` without the foreign keys, triggers and policies, which the script creates after the rows. If the state
 * `start` also contains such an object, the object stays in the result, because it already exists.
 */
export function schemaStateBeforeRows(end: SchemaState, start: SchemaState = EMPTY_SCHEMA_STATE): SchemaState {
  const isThere = (object: SchemaObject) => start.groups.get(groupKeyOf(object))?.has(objectIdOf(object)) ?? false
  return makeSchemaState([...objectsOfState(end)].filter((object) => !AFTER_ROWS.has(object.kind) || isThere(object)))
}

/**
 * Returns the schema state in which all objects with the default collation of their database have the collation `collation`
 * instead. `collation` is the default collation of the target database. In the target database, the migrations of the chain would
 * therefore create these objects with this collation.
 */
export function withOtherDefaultCollation(end: SchemaState, collation: string | undefined): SchemaState {
  if (collation === undefined) return end
  return makeSchemaState([...objectsOfState(end)].map((object) => localised(object, collation)))
}

function localised(object: SchemaObject, collation: string): SchemaObject {
  if (!('ofDatabase' in object) || !object.ofDatabase || object.collation === collation) return object
  const returns = object.kind === 'function' && object.returnsCollation !== undefined && object.returnsCollation === object.collation
  return { ...object, collation, ...(returns && { returnsCollation: collation }) }
}

/**
 * Returns the SQL that creates the objects of the wanted state that are missing or different in the live schema. The SQL does not
 * change objects that exist only in the live schema.
 */
export function writeSqlForMissingObjects(
  write: SchemaChangeSqlWriter,
  live: SchemaState,
  wanted: SchemaState,
  leniency: SchemaComparisonSettings,
): SchemaChangeSql {
  const missing = findSchemaMismatches(wanted, live, { ...leniency, partitions: 'compare' }).filter(({ kind }) => kind !== 'added')
  return writeOnly(write, live, wanted, missing)
}

/**
 * Returns the SQL that drops the live objects which a failed creation of the schema has left. Such an object occurs in the state
 * `made`, the schema after a complete creation, but not in the state `start`, the schema before the creation.
 */
export function writeSqlToDropObjects(
  write: SchemaChangeSqlWriter,
  live: SchemaState,
  states: { readonly start: SchemaState; readonly made: SchemaState },
  leniency: SchemaComparisonSettings,
): SchemaChangeSql {
  const extra = findSchemaMismatches(states.start, live, { ...leniency, partitions: 'compare' }).filter(
    (one) => one.kind === 'added' && states.made.groups.get(groupOf(one))?.has(objectIdOf(one.object)),
  )
  return writeOnly(write, live, states.start, extra)
}

function groupOf(one: Difference): string {
  return groupKeyOf(objectBeforeDifference(one))
}

/** Returns the SQL for the differences between the states `from` and `to`, limited to the objects of `chosen`. */
function writeOnly(write: SchemaChangeSqlWriter, from: SchemaState, to: SchemaState, chosen: readonly Difference[]): SchemaChangeSql {
  const ids = new Set(chosen.map((one) => objectIdOf(objectBeforeDifference(one))))
  const ours = differences(from, to).filter((one) => ids.has(objectIdOf(objectBeforeDifference(one))))
  return write(from, applyDifferences(from, ours))
}
