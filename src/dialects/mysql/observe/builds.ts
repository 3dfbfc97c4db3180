import type { Session } from '../../../dialect/dialect.ts'
import type { Works } from '../../../effect/price.ts'
import { isError } from '../../../error.ts'
import { namesBeginning, tableNamed } from '../catalog/identities.ts'
import { flavour } from '../session/flavour.ts'

/** What InnoDB counts up when it builds: a table written anew has another number, and a new index a higher one. */
export interface Build {
  /** The numbers of the table's partitions, or of the one part that it has, by name. */
  readonly parts: ReadonlyMap<string, number>
  readonly newestIndex: number
}

/** By the table's name; undefined where the user may not see them. */
export type Builds = ReadonlyMap<string, Build> | undefined

/** The builds of all tables of the database, or of those whose names begin so. */
export async function askBuilds(session: Session, beginning = ''): Promise<Builds> {
  try {
    const rows = await session.query<{ name: string; id: unknown; newest: unknown }>(
      flavour(session.dialect).builds(namesBeginning(session.database, beginning)),
    )
    const found = new Map<string, Build>()
    for (const { name, id, newest } of rows) {
      const table = tableNamed(name)
      const { parts, newestIndex } = found.get(table) ?? { parts: new Map<string, number>(), newestIndex: 0 }
      found.set(table, { parts: new Map([...parts, [name, Number(id)]]), newestIndex: Math.max(newestIndex, Number(newest)) })
    }
    return found
  } catch (error) {
    if (!isError(error, 'database.privilege')) throw error
    return undefined
  }
}

/** How much was worked on the table between the two; what cannot be seen counts as a rewrite. */
export function workBetween(before: Builds, after: Builds, table: string): Works {
  const [then, now] = [before?.get(table), after?.get(table)]
  if (!then || !now || isRewritten(then.parts, now.parts)) return 'rewrite'
  return now.newestIndex > then.newestIndex && now.parts.size === then.parts.size ? 'scan' : 'instant'
}

/** A partition that comes or goes alone is no work; one in place of another holds its rows. */
function isRewritten(then: Build['parts'], now: Build['parts']): boolean {
  const [gone, come] = [[...then.keys()].filter((part) => !now.has(part)), [...now.keys()].filter((part) => !then.has(part))]
  return (gone.length > 0 && come.length > 0) || [...then].some(([part, id]) => now.has(part) && now.get(part) !== id)
}
