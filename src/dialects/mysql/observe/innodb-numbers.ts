import type { DatabaseSession } from '../../../dialect/dialect.ts'
import type { StatementWorkDuration } from '../../../effect/price.ts'
import { isError } from '../../../error.ts'
import { innodbNamePrefixCondition, tableNameFromInnodb } from '../catalog/identities.ts'
import { mysqlFamilyServerOf } from '../session/flavour.ts'

/** InnoDB's numbers for a table and its indexes. A rebuilt table gets a new number, and a new index gets a higher number. */
export interface InnodbNumbers {
  /** The number of each partition by its name. A table without partitions has one entry. */
  readonly parts: ReadonlyMap<string, number>
  readonly newestIndex: number
}

/** InnoDB's numbers by table name. Undefined when the user may not read them. */
export type InnodbNumbersByTable = ReadonlyMap<string, InnodbNumbers> | undefined

/** Reads InnoDB's numbers of all tables of the database, or of the tables whose names begin with this prefix. */
export async function readInnodbNumbers(session: DatabaseSession, beginning = ''): Promise<InnodbNumbersByTable> {
  try {
    const rows = await session.query<{ name: string; id: unknown; newest: unknown }>(
      mysqlFamilyServerOf(session.dialect).builds(innodbNamePrefixCondition(session.database, beginning)),
    )
    const found = new Map<string, InnodbNumbers>()
    for (const { name, id, newest } of rows) {
      const table = tableNameFromInnodb(name)
      const { parts, newestIndex } = found.get(table) ?? { parts: new Map<string, number>(), newestIndex: 0 }
      found.set(table, { parts: new Map([...parts, [name, Number(id)]]), newestIndex: Math.max(newestIndex, Number(newest)) })
    }
    return found
  } catch (error) {
    if (!isError(error, 'database.privilege')) throw error
    return undefined
  }
}

/**
 * Compares two readings of InnoDB's numbers and returns the work that a statement did on the table. Missing readings count as a
 * rewrite.
 */
export function compareInnodbNumbers(before: InnodbNumbersByTable, after: InnodbNumbersByTable, table: string): StatementWorkDuration {
  const [then, now] = [before?.get(table), after?.get(table)]
  if (!then || !now || isRewritten(then.parts, now.parts)) return 'rewrite'
  return now.newestIndex > then.newestIndex && now.parts.size === then.parts.size ? 'scan' : 'instant'
}

/**
 * True when InnoDB rewrote a table. Adding or dropping a partition is no rewrite. A partition that replaces another one contains its
 * rows.
 */
function isRewritten(then: InnodbNumbers['parts'], now: InnodbNumbers['parts']): boolean {
  const [gone, come] = [[...then.keys()].filter((part) => !now.has(part)), [...now.keys()].filter((part) => !then.has(part))]
  return (gone.length > 0 && come.length > 0) || [...then].some(([part, id]) => now.has(part) && now.get(part) !== id)
}
