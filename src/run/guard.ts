import type { CatalogReader, DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { describeDifferences, describeObjectMismatch } from '../schema/describe.ts'
import { findSchemaMismatches, type SchemaComparisonSettings, schemaComparisonSettingsForPartsOf } from '../schema/mismatch.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import { type SchemaState, selectGroupsOfState } from '../schema/state.ts'
import { schemasToReadFromDatabase } from './neighbours.ts'

/** Compares the schema of the target database with the planned state. Throws `schema.differs` with the list of differences. */
export interface SchemaGuard {
  compareWhole(expected: SchemaState, at: string): Promise<void>
  /**
   * Compares some groups of live schema objects with the planned state. The method also reads the groups `ahead`, and stores them
   * for the next call of `compareGroupsReusingRead`.
   */
  compareGroups(expected: SchemaState, groups: readonly SchemaGroupKey[], at: string, ahead?: readonly SchemaGroupKey[]): Promise<void>
  /**
   * Compares some groups of live schema objects with the planned state. The method can reuse the groups that an earlier call of
   * `compareGroups` read as `ahead`. Only callers that compare again before they commit may use this method, because the reused
   * groups can be out of date.
   */
  compareGroupsReusingRead(expected: SchemaState, groups: readonly SchemaGroupKey[], at: string): Promise<void>
  /** Compares some groups of live objects with the expected state. Returns the differences instead of throwing an error. */
  listDifferences(expected: SchemaState, groups: readonly SchemaGroupKey[]): Promise<readonly string[]>
}

/**
 * Makes a guard, which compares the live schema of the target database with the planned schema. `leniency` returns which
 * differences a comparison ignores. The guard calls `leniency` again for every comparison of the whole schema, because another
 * project can meanwhile have become the owner of objects.
 */
export function makeSchemaGuard(
  session: DatabaseSession,
  catalog: CatalogReader,
  leniency: () => Promise<SchemaComparisonSettings>,
): SchemaGuard {
  let last: SchemaComparisonSettings | undefined
  const compare = (expected: SchemaState, found: SchemaState, lenient: SchemaComparisonSettings) =>
    describeDifferences(findSchemaMismatches(expected, found, lenient), (one) =>
      describeObjectMismatch(one, { before: 'planned', after: 'found' }),
    )
  const refuse = (differences: readonly string[], at: string) => {
    if (differences.length > 0) throw new InterphaseError('schema.differs', { at, differences })
  }
  let kept: { readonly groups: readonly SchemaGroupKey[]; readonly found: SchemaState } | undefined
  const judge = async (expected: SchemaState, groups: readonly SchemaGroupKey[], found: SchemaState) => {
    last ??= await leniency()
    return compare(
      selectGroupsOfState(expected, groups),
      selectGroupsOfState(found, groups),
      schemaComparisonSettingsForPartsOf(expected, last),
    )
  }
  const look = async (expected: SchemaState, groups: readonly SchemaGroupKey[], ahead: readonly SchemaGroupKey[] = []) => {
    kept = undefined
    const wanted = new Set([...groups, ...ahead])
    if (wanted.size === 0) return []
    const found = (await catalog.read(session, [...wanted], { identities: false })).state
    if (ahead.length > 0) kept = { groups: ahead, found }
    return judge(expected, groups, found)
  }
  const glance = async (expected: SchemaState, groups: readonly SchemaGroupKey[]) => {
    if (kept?.groups !== groups) return look(expected, groups)
    const { found } = kept
    kept = undefined
    return judge(expected, groups, found)
  }
  return {
    listDifferences: (expected, groups) => look(expected, groups),
    compareWhole: async (expected, at) => {
      kept = undefined
      last = await leniency()
      refuse(compare(expected, await readProjectSchema(session, catalog, expected, last), last), at)
    },
    compareGroups: async (expected, groups, at, ahead) => refuse(await look(expected, groups, ahead), at),
    compareGroupsReusingRead: async (expected, groups, at) => refuse(await glance(expected, groups), at),
  }
}

/** Reads the schemas of the target database that can contain objects of the project. */
export async function readProjectSchema(
  session: DatabaseSession,
  catalog: CatalogReader,
  expected: SchemaState,
  leniency: SchemaComparisonSettings,
): Promise<SchemaState> {
  return (await catalog.read(session, 'whole', { identities: false, schemas: schemasToReadFromDatabase([expected], leniency) })).state
}

/** A guard without any comparison of the schema. Only the benchmark that measures the time of the guards uses it. */
export const NO_SCHEMA_GUARD: SchemaGuard = {
  compareWhole: () => Promise.resolve(),
  compareGroups: () => Promise.resolve(),
  compareGroupsReusingRead: () => Promise.resolve(),
  listDifferences: () => Promise.resolve([]),
}
