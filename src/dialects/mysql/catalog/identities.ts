import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { canonicalObjectLine } from '../../../schema/canonical.ts'
import { objectIdOf, type SchemaObject, type SchemaObjectId } from '../../../schema/object.ts'
import { mysqlFamilyServerOf } from '../session/flavour.ts'

interface TableNumber {
  readonly name: string
  readonly id: unknown
  readonly version: string
}

export interface InnodbTableIdReading {
  readonly numbers: ReadonlyMap<string, TableNumber>
  readonly remarks: readonly string[]
}

/**
 * Reads InnoDB's table ids of the tables in `tables`, or of all tables if `tables` is undefined. If the user lacks the privilege
 * to read the ids, the result contains no id and one remark.
 */
export async function readInnodbTableIds(session: DatabaseSession, tables: readonly string[] | undefined): Promise<InnodbTableIdReading> {
  const database = session.database
  const names = new Map(tables?.map((table) => [innodbName(database, table), table]))
  try {
    const rows = await session.query<TableNumber>(
      mysqlFamilyServerOf(session.dialect).tableIds(which(database, tables && [...names.keys()])),
    )
    const prefix = innodbName(database, '').length
    const known = rows.map((row): [string, TableNumber] => [names.get(row.name) ?? plainName(row.name.slice(prefix)), row])
    return { numbers: new Map(known), remarks: [] }
  } catch (error) {
    if (!isError(error, 'database.privilege')) throw error
    return { numbers: new Map(), remarks: ['a rename looks like a drop and an add, because the database user lacks the PROCESS privilege'] }
  }
}

function which(database: string, names: readonly string[] | undefined): SqlStatement {
  return names ? sql`IN ${sqlValue(names)}` : innodbNamePrefixCondition(database)
}

/**
 * Returns the SQL condition for the InnoDB names of tables in the given database. The condition selects the tables whose names
 * begin with `table`. If `table` is empty, the condition selects all tables of the database.
 */
export function innodbNamePrefixCondition(database: string, table = ''): SqlStatement {
  return sql`LIKE ${sqlValue(`${innodbName(database, table).replace(/[\\%_]/g, '\\$&')}%`)}`
}

/** Returns the name of a table from InnoDB's form `database/table`. For a partition, the result is the name of its table. */
export function tableNameFromInnodb(innodb: string): string {
  return plainName(innodb.slice(innodb.indexOf('/') + 1).replace(/#.*$/, ''))
}

/**
 * Returns the name of a table as InnoDB writes it. InnoDB writes every character that is not an ASCII letter, a digit or an
 * underscore as `@` and four hexadecimal digits.
 */
function innodbName(database: string, table: string): string {
  return [database, table].map((part) => part.replace(/[^\w]/g, (sign) => `@${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('/')
}

function plainName(encoded: string): string {
  return encoded.replace(/@([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/**
 * Computes identifiers for the objects of a table, by which the engine recognises a renamed object. The identifier of the table
 * is InnoDB's table id, which stays the same after RENAME TABLE, and changes with every rebuild. The identifier of a part of the
 * table consists of the table id and the name of the part. With `showsColumnRenames`, the identifier of a column stays the same
 * when the column is renamed, because it consists of the table's version, and of the position and the definition of the column.
 */
export function computeServerIdsOfTableObjects(
  objects: readonly SchemaObject[],
  table: TableNumber,
  showsColumnRenames: boolean,
): Map<SchemaObjectId, string> {
  const found = new Map<SchemaObjectId, string>()
  let columns: readonly string[] = []
  for (const object of objects) {
    if (object.kind === 'table') {
      columns = object.columns
      found.set(objectIdOf(object), String(table.id))
    } else if (object.kind === 'column' && showsColumnRenames) {
      const definition = canonicalObjectLine({ ...object, name: '', table: '' })
      found.set(objectIdOf(object), `${table.version}:${columns.indexOf(object.name)}:${definition}`)
    } else {
      found.set(objectIdOf(object), `${String(table.id)}:${object.name}`)
    }
  }
  return found
}
