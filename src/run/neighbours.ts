import type { OtherProject } from '../ledger/read.ts'
import type { Leniency } from '../schema/mismatch.ts'
import { type Neighbour, neighbourReason, neighboursIn, schemasOf } from '../schema/neighbour.ts'
import type { State } from '../schema/state.ts'
import type { ConnectedProject } from './connected-project.ts'

/**
 * Returns the schemas to read besides the default schema of the connection: those of the setting `schemas`, otherwise those of the
 * states.
 */
export function schemasRead(states: Iterable<State>, { schemas }: Pick<Leniency, 'schemas'>): readonly string[] {
  return schemas ?? [...new Set([...states].flatMap((state) => schemasOf(state)))]
}

/** Returns the database objects that do not belong to the project. `found` is the state that was read from `schemas`. */
export async function neighboursOf(
  { session, dialect, config }: ConnectedProject,
  schemas: readonly string[],
  others: readonly OtherProject[],
  { expected, found, leniency }: { readonly expected: State; readonly found: State; readonly leniency: Leniency },
): Promise<readonly Neighbour[]> {
  const about = neighbourReason(expected, found, leniency.ours)
  const own: State = { groups: found.groups.with([...leniency.exempt].map((key) => [key, undefined] as const)) }
  const ignored = [...leniency.exempt].filter((key) => found.groups.has(key) && config.ignore.includes(key.slice(key.indexOf(':') + 1)))
  return [
    ...(await dialect.catalog.otherSchemas(session, schemas)),
    ...neighboursIn(own, about),
    ...others.map(({ project, groups }) => ({ what: `project ${project}`, because: `the ledger names it, with ${count(groups.length)}` })),
    ...ignored.map((key) => ({ what: key.replace(':', ' '), because: 'the setting `ignore` names it' })),
  ]
}

function count(objects: number): string {
  return `${objects} table${objects === 1 ? '' : 's'} and other objects`
}
