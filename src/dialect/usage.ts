import type { SqlText } from '../release/migration.ts'
import type { DialectName, SchemaObject, SchemaObjectId } from '../schema/object.ts'
import type { LoadSignalQuerySession } from './signals.ts'

/** One entry of the server's statistics about the use of objects: a statement that names the objects, or a counter. */
export interface ObjectUsageEntry {
  /** The key of an entry of the statistics. Later readings have the same key for the same entry. */
  readonly key: string
  /**
   * The kind of an entry of the statistics:
   * - `statement`: a statement that uses the objects
   * - `other`: a statement of the engine or of a dump tool, or a counter that includes the reads of the engine. Such an entry
   *   does not count as use.
   * - `reads`: a counter of uses that also counts the reads of the engine and of dump tools
   * - `writes`: a counter that counts only uses
   * - `unclear`: an entry that can mean the use of any of its objects
   */
  readonly kind: 'statement' | 'other' | 'reads' | 'writes' | 'unclear'
  readonly objects: readonly SchemaObjectId[]
  readonly count: number
  /** The statement, or a text that describes the counter, such as `scans of the table`. */
  readonly what: string
  /** The time of the last use of the objects in ISO 8601, if the server stores the time. */
  readonly lastAt?: string
}

/** The reason why the server's statistics do not show the use of an object, and the action that makes the use visible. */
export interface ReasonObjectUsageUnseen {
  readonly unseen: string
  readonly remedy: string
}

/** The uses of objects since the server started its statistics. */
export interface ObjectUsageReading {
  /**
   * The identifier of the period of the statistics. If a later reading has another identifier, the server reset its statistics
   * between the two readings.
   */
  readonly period: string
  /** The number of entries that the server has dropped because its statistics were full. */
  readonly dropped: number
  readonly usages: readonly ObjectUsageEntry[]
  /** The objects whose use the statistics do not show. */
  readonly hidden: readonly (ReasonObjectUsageUnseen & { readonly objects: readonly SchemaObjectId[] })[]
}

/** The part of a database session that reads the statistics about the use of objects. */
export interface ObjectUsageQuerySession extends LoadSignalQuerySession {
  readonly dialect: DialectName
  readonly version: { readonly major: number }
  readonly database: string
  readonly hidesReads: boolean
}

/** Reads the statistics of a server about the use of tables, columns, views, routines and indexes. */
export interface ObjectUsageReader {
  /**
   * Reads the use of the given objects. `own` contains the queries of the project that the engine itself sends. These queries do
   * not count as use. After `hideReads`, the reads of the engine's session do not count as use either.
   */
  read(
    session: ObjectUsageQuerySession,
    objects: readonly SchemaObject[],
    own: readonly SqlText[],
  ): Promise<ObjectUsageReading | ReasonObjectUsageUnseen>
  /** Returns the objects that a query uses, according to the names in its text, by the same rules as `read`. */
  objectsNamedIn(session: ObjectUsageQuerySession, query: SqlText, objects: readonly SchemaObject[]): Promise<readonly SchemaObjectId[]>
}

/**
 * The alias of the result column in every query with which the engine counts rows of the project. The server's statistics store
 * the text of a statement with the alias, so the engine recognises its own counts.
 */
export const ENGINE_COUNT_COLUMN_ALIAS = 'interphase_found'
