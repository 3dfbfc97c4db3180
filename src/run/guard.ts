import type { Catalog, Session } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { describeAll, describeMismatch } from '../schema/describe.ts'
import { type Leniency, leniencyWithin, mismatches } from '../schema/mismatch.ts'
import type { GroupKey } from '../schema/object.ts'
import { partOf, type State } from '../schema/state.ts'
import { schemasRead } from './neighbours.ts'

/** Compares the schema of the target database with the planned one. Throws `schema.differs` with the list of differences. */
export interface Guard {
  whole(expected: State, at: string): Promise<void>
  /** Compares some groups of schema objects. The groups `ahead` are read too, and kept for the `glance` before the next migration. */
  groups(expected: State, groups: readonly GroupKey[], at: string, ahead?: readonly GroupKey[]): Promise<void>
  /** Compares some groups of schema objects, and may reuse the previous read. Only for callers that check again before they commit. */
  glance(expected: State, groups: readonly GroupKey[], at: string): Promise<void>
  /** Returns the differences of these groups of schema objects, and does not throw. */
  look(expected: State, groups: readonly GroupKey[]): Promise<readonly string[]>
}

/**
 * Makes a guard. `leniency` is called for every comparison of the whole schema, because another project may have claimed objects
 * meanwhile.
 */
export function guardOn(session: Session, catalog: Catalog, leniency: () => Promise<Leniency>): Guard {
  let last: Leniency | undefined
  const compare = (expected: State, found: State, lenient: Leniency) =>
    describeAll(mismatches(expected, found, lenient), (one) => describeMismatch(one, { before: 'planned', after: 'found' }))
  const refuse = (differences: readonly string[], at: string) => {
    if (differences.length > 0) throw new InterphaseError('schema.differs', { at, differences })
  }
  let kept: { readonly groups: readonly GroupKey[]; readonly found: State } | undefined
  const judge = async (expected: State, groups: readonly GroupKey[], found: State) => {
    last ??= await leniency()
    return compare(partOf(expected, groups), partOf(found, groups), leniencyWithin(expected, last))
  }
  const look = async (expected: State, groups: readonly GroupKey[], ahead: readonly GroupKey[] = []) => {
    kept = undefined
    const wanted = new Set([...groups, ...ahead])
    if (wanted.size === 0) return []
    const found = (await catalog.read(session, [...wanted], { identities: false })).state
    if (ahead.length > 0) kept = { groups: ahead, found }
    return judge(expected, groups, found)
  }
  const glance = async (expected: State, groups: readonly GroupKey[]) => {
    if (kept?.groups !== groups) return look(expected, groups)
    const { found } = kept
    kept = undefined
    return judge(expected, groups, found)
  }
  return {
    look: (expected, groups) => look(expected, groups),
    whole: async (expected, at) => {
      kept = undefined
      last = await leniency()
      refuse(compare(expected, await readWhole(session, catalog, expected, last), last), at)
    },
    groups: async (expected, groups, at, ahead) => refuse(await look(expected, groups, ahead), at),
    glance: async (expected, groups, at) => refuse(await glance(expected, groups), at),
  }
}

/** Reads the schemas of the target database that can contain objects of the project. */
export async function readWhole(session: Session, catalog: Catalog, expected: State, leniency: Leniency): Promise<State> {
  return (await catalog.read(session, 'whole', { identities: false, schemas: schemasRead([expected], leniency) })).state
}

/** A guard that checks nothing. Used only for measuring the time that guards take. */
export const NO_GUARD: Guard = {
  whole: () => Promise.resolve(),
  groups: () => Promise.resolve(),
  glance: () => Promise.resolve(),
  look: () => Promise.resolve([]),
}
