import type { DatabaseSession } from '../../../dialect/dialect.ts'
import type { StatementWorkDuration } from '../../../effect/price.ts'
import { isError } from '../../../error.ts'
import { innodbNamePrefixCondition, tableNameFromInnodb } from '../catalog/identities.ts'
import { mysqlFamilyServerOf } from '../session/flavour.ts'

/** InnoDB's ids of a table and of its newest index. A rebuilt table has a new table id, and a new index has a higher index id. */
export interface InnodbIds {
  /** The table id of each partition, by the name of the partition. A table without partitions has one entry. */
  readonly parts: ReadonlyMap<string, number>
  readonly newestIndex: number
}

/** InnoDB's ids by table name. The value is undefined when the user does not have the privilege to read the ids. */
export type InnodbIdsByTable = ReadonlyMap<string, InnodbIds> | undefined

/** Reads InnoDB's ids of all tables of the database, or of the tables whose names begin with the given prefix. */
export async function readInnodbIds(session: DatabaseSession, beginning = ''): Promise<InnodbIdsByTable> {
  try {
    const rows = await session.query<{ name: string; id: unknown; newest: unknown }>(
      mysqlFamilyServerOf(session.dialect).newestIndexIds(innodbNamePrefixCondition(session.database, beginning)),
    )
    const found = new Map<string, InnodbIds>()
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
 * Compares two readings of InnoDB's ids, and returns the duration of a statement's work on the table. 'rewrite': the server
 * rebuilt the table. 'scan': the server read the whole table to add an index. 'instant': the ids are equal, or the statement only
 * added or only dropped partitions. If a reading does not contain the table, the result is 'rewrite'.
 */
export function workShownByInnodbIds(before: InnodbIdsByTable, after: InnodbIdsByTable, table: string): StatementWorkDuration {
  const [then, now] = [before?.get(table), after?.get(table)]
  if (!then || !now || isRewritten(then.parts, now.parts)) return 'rewrite'
  return now.newestIndex > then.newestIndex && now.parts.size === then.parts.size ? 'scan' : 'instant'
}

/**
 * Returns true when InnoDB rewrote a table. If a statement only added or only dropped partitions, the result is false. Replacing
 * partitions by other partitions is a rewrite, because the new partitions contain the rows of the old partitions.
 */
function isRewritten(then: InnodbIds['parts'], now: InnodbIds['parts']): boolean {
  const [gone, come] = [[...then.keys()].filter((part) => !now.has(part)), [...now.keys()].filter((part) => !then.has(part))]
  return (gone.length > 0 && come.length > 0) || [...then].some(([part, id]) => now.has(part) && now.get(part) !== id)
}
