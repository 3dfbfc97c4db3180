import type { GroupKey } from '../schema/object.ts'

/** An object that a statement creates, changes or drops, with the name that the statement uses. */
export interface NamedObject {
  /**
   * 'referrers' are the tables with foreign keys to the table of this name. Their rows are changed or deleted together with its rows.
   */
  readonly kind: 'relation' | 'referrers' | 'routine' | 'type' | 'schema' | 'trigger' | 'event' | 'lone'
  /** Absent when the statement does not name a schema. */
  readonly schema?: string
  readonly name: string
  /** True when the statement creates the object. */
  readonly isMade: boolean
  /** The kind of an object of kind 'lone', for example `extension` or `collation`. */
  readonly what?: string
  /** For a routine: the number of its parameters, if the statement states it. */
  readonly parameters?: number
  /** For referrers: the columns that the statement may change, in upper case. Absent when the statement deletes rows. */
  readonly columns?: readonly string[]
}

/** An object of the live database that a name refers to. */
export interface FoundObject {
  /** The groups that can contain the object in a state. There are several if the kind of the object is unknown. */
  readonly groups: readonly GroupKey[]
  /** `table sessions` */
  readonly says: string
  readonly named: NamedObject
}

/** The texts that a statement executes and does not contain, such as the value of a variable or the body of a routine. */
export interface ExecutedTexts {
  readonly texts: readonly string[]
  /** True when the statement also executes text that is built at run time, which cannot be read before. */
  readonly isVeiled: boolean
}

/** An object of the live database that does not belong to the project. */
export interface Stranger {
  readonly identity: string
  readonly says: string
}
