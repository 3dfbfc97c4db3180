import type { SqlText } from '../release/migration.ts'
import type { DialectName, SchemaObject, SchemaObjectId } from '../schema/object.ts'
import type { SignalSession } from './signals.ts'

/** One entry of the server's statistics about the use of objects: a statement that names them, or a counter. */
export interface ObjectUsage {
  /** Identifies the entry. Later readings have the same key for the same entry. */
  readonly key: string
  /**
   * The kind of the entry. `other`: a statement of the engine or of a dump tool, or a counter of their reads, which is no use. `reads`: a counter that
   * also counts such statements. `writes`: a counter that counts only uses. `unclear`: an entry that can stand for the use of any of its
   * objects.
   */
  readonly kind: 'statement' | 'other' | 'reads' | 'writes' | 'unclear'
  readonly objects: readonly SchemaObjectId[]
  readonly count: number
  /** The statement, or the words for the counter: `rows of table item were written`. */
  readonly what: string
  /** The time of the last use in ISO 8601, if the server stores it. */
  readonly lastAt?: string
}

/** The reason why the use of an object cannot be seen, and the action that makes it visible. */
export interface ReasonUsageUnseen {
  readonly unseen: string
  readonly remedy: string
}

/** The use of objects since the statistics began. */
export interface UsageReading {
  /** Another value later means that statistics were reset meanwhile. */
  readonly period: string
  /** The number of entries that the server has dropped because its statistics were full. */
  readonly dropped: number
  readonly usages: readonly ObjectUsage[]
  /** The objects whose use these statistics cannot show. */
  readonly hidden: readonly (ReasonUsageUnseen & { readonly objects: readonly SchemaObjectId[] })[]
}

/** The part of a database session that reads the statistics about the use of objects. */
export interface UsageSession extends SignalSession {
  readonly dialect: DialectName
  readonly version: { readonly major: number }
  readonly database: string
  readonly hidesReads: boolean
}

/** Reads the statistics of a server about the use of tables, columns, views, routines and indexes. */
export interface UsageReader {
  /**
   * Reads the use of these objects. `own` are the queries of the project that the engine itself sends. They do not count as use, and
   * neither do the reads of a session after `hideReads`.
   */
  read(session: UsageSession, objects: readonly SchemaObject[], own: readonly SqlText[]): Promise<UsageReading | ReasonUsageUnseen>
  /** Returns the objects that a query uses, judged by the names in its text, by the rules of `read`. */
  objectsNamedIn(session: UsageSession, query: SqlText, objects: readonly SchemaObject[]): Promise<readonly SchemaObjectId[]>
}

/** The alias of every count that the engine makes of rows of the project. Statistics of statements keep it, so the count is recognised. */
export const ENGINE_COUNT_ALIAS = 'interphase_found'
