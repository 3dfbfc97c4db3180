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

export interface InnodbTableNumbers {
  readonly numbers: ReadonlyMap<string, TableNumber>
  readonly remarks: readonly string[]
}

/**
 * Reads InnoDB's identification numbers of these tables, or of all tables, by table name. Adds a remark when the user may not read the
 * numbers.
 */
export async function readInnodbTableNumbers(session: DatabaseSession, tables: readonly string[] | undefined): Promise<InnodbTableNumbers> {
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

/** Makes the SQL condition that selects the InnoDB names of all tables of the database, or of those with a prefix. */
export function innodbNamePrefixCondition(database: string, table = ''): SqlStatement {
  return sql`LIKE ${sqlValue(`${innodbName(database, table).replace(/[\\%_]/g, '\\$&')}%`)}`
}

/** Extracts the table's name from InnoDB's form `database/table`, also for a partition. */
export function tableNameFromInnodb(innodb: string): string {
  return plainName(innodb.slice(innodb.indexOf('/') + 1).replace(/#.*$/, ''))
}

/** Writes a name as InnoDB does: every character that is not a letter, digit or underscore becomes `@` and four hexadecimal digits. */
function innodbName(database: string, table: string): string {
  return [database, table].map((part) => part.replace(/[^\w]/g, (sign) => `@${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('/')
}

function plainName(encoded: string): string {
  return encoded.replace(/@([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/**
 * Computes identifiers for the objects of a table, with which renames are recognised. InnoDB's table number survives RENAME TABLE and
 * changes with every rebuild. The parts of a table are identified by the table's number and their own name. A column is also
 * identified by its position and definition, if the server version changes the number with every added or dropped column.
 */
export function computeTableIdentities(
  objects: readonly SchemaObject[],
  table: TableNumber,
  seesColumnRenames: boolean,
): Map<SchemaObjectId, string> {
  const found = new Map<SchemaObjectId, string>()
  let columns: readonly string[] = []
  for (const object of objects) {
    if (object.kind === 'table') {
      columns = object.columns
      found.set(objectIdOf(object), String(table.id))
    } else if (object.kind === 'column' && seesColumnRenames) {
      const definition = canonicalObjectLine({ ...object, name: '', table: '' })
      found.set(objectIdOf(object), `${table.version}:${columns.indexOf(object.name)}:${definition}`)
    } else {
      found.set(objectIdOf(object), `${String(table.id)}:${object.name}`)
    }
  }
  return found
}
