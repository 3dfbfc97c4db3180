import type { OtherProjectInDatabase } from '../ledger/read.ts'
import { isLedgerProjectNameOfBase } from '../project/bases.ts'
import type { SchemaComparisonSettings } from '../schema/mismatch.ts'
import {
  findNeighbours,
  makeNeighbourReasonFinder,
  type NeighbourObject,
  possibleGroupKeysOfIgnoredNames,
  schemasWithObjectsInState,
} from '../schema/neighbour.ts'
import type { SchemaState } from '../schema/state.ts'
import type { ConnectedProject } from './connected-project.ts'

/**
 * Returns the names of the schemas to read besides the default schema of the connection. The result is the setting `schemas`, or
 * else the schemas that occur in the states.
 */
export function schemasToReadFromDatabase(
  states: Iterable<SchemaState>,
  { schemas }: Pick<SchemaComparisonSettings, 'schemas'>,
): readonly string[] {
  return schemas ?? [...new Set([...states].flatMap((state) => schemasWithObjectsInState(state)))]
}

/**
 * Returns the database objects that do not belong to the project, but to another application. `found` is the state that was read
 * from `schemas`.
 */
export async function listNeighbours(
  { session, dialect, config }: ConnectedProject,
  schemas: readonly string[],
  others: readonly OtherProjectInDatabase[],
  {
    expected,
    found,
    leniency,
  }: { readonly expected: SchemaState; readonly found: SchemaState; readonly leniency: SchemaComparisonSettings },
): Promise<readonly NeighbourObject[]> {
  const about = makeNeighbourReasonFinder(expected, found, leniency.ours)
  const own: SchemaState = { groups: found.groups.with([...leniency.exempt].map((key) => [key, undefined] as const)) }
  const ignored = [...possibleGroupKeysOfIgnoredNames(config.ignore)].filter(([key]) => found.groups.has(key))
  return [
    ...(await dialect.catalog.otherSchemas(session, schemas)),
    ...findNeighbours(own, about),
    ...others
      .filter(({ project }) => !isLedgerProjectNameOfBase(config.project, project))
      .map(({ project, groups }) => ({ what: `project ${project}`, because: `the ledger names it, with ${count(groups.length)}` })),
    ...ignored.map(([, what]) => ({ what, because: 'the setting `ignore` names it' })),
  ]
}

function count(objects: number): string {
  return `${objects} table${objects === 1 ? '' : 's'} and other objects`
}
