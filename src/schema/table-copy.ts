import { formatObjectName, type IndexObject, type SchemaObject } from './object.ts'
import { storageEngineWithoutRollback } from './rollback.ts'

/**
 * The reason why MySQL and MariaDB copy a whole table when a statement changes its columns. The reason is a FULLTEXT index, or a
 * storage engine such as MyISAM or Aria. When a statement adds an index, the server also copies a table with such a storage engine,
 * but not a table with a FULLTEXT index.
 */
export type TableCopyReason =
  | { readonly kind: 'fulltext'; readonly index: IndexObject }
  | { readonly kind: 'storage engine'; readonly table: string; readonly engine: string }

/**
 * Returns the reason why the server copies a table that has the given objects. Returns undefined if the server need not copy the
 * table.
 */
export function findTableCopyReason(objects: Iterable<SchemaObject>): TableCopyReason | undefined {
  let found: TableCopyReason | undefined
  for (const object of objects) {
    const engine = object.kind === 'table' ? storageEngineWithoutRollback(object) : undefined
    if (engine !== undefined) return { kind: 'storage engine', table: object.name, engine }
    if (object.kind === 'index' && object.method.startsWith('fulltext')) found = { kind: 'fulltext', index: object }
  }
  return found
}

/** Returns the reason as the beginning of a sentence, such as `the table t has the storage engine MyISAM`. */
export function describeTableCopyReason(reason: TableCopyReason): string {
  return reason.kind === 'fulltext'
    ? `the table ${reason.index.table} has a FULLTEXT index (${formatObjectName(reason.index)})`
    : `the table ${reason.table} has the storage engine ${reason.engine}`
}
