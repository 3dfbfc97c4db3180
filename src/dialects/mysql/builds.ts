import type { Session } from '../../dialect/dialect.ts'
import type { Works } from '../../effect/price.ts'
import { isError } from '../../error.ts'
import { flavour } from './flavour.ts'
import { namesBeginning, tableNamed } from './identities.ts'
import { databaseOf } from './place.ts'

/** What InnoDB counts up when it builds: a table written anew has another number, and a new index a higher one. */
export interface Build {
  readonly table: number
  readonly index: number
}

/** By the table's name; undefined where the user may not see them. */
export type Builds = ReadonlyMap<string, Build> | undefined

/** The builds of all tables of the database, or of those whose names begin so. */
export async function askBuilds(session: Session, beginning = ''): Promise<Builds> {
  try {
    const rows = await session.query<{ name: string; id: unknown; newest: unknown }>(
      flavour(session.dialect).builds(namesBeginning(databaseOf(session), beginning)),
    )
    const found = new Map<string, Build>()
    for (const { name, id, newest } of rows) {
      const table = tableNamed(name)
      const { table: number, index } = found.get(table) ?? { table: 0, index: 0 }
      found.set(table, { table: Math.max(number, Number(id)), index: Math.max(index, Number(newest)) })
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
  if (!then || !now || then.table !== now.table) return 'rewrite'
  return now.index > then.index ? 'scan' : 'instant'
}
