import type { GroupKey } from '../schema/object.ts'

/** An object as a statement names it, where the statement makes, changes or drops it. */
export interface NamedObject {
  /** 'referrers' are the tables whose foreign keys delete or change rows together with those of the table of this name. */
  readonly kind: 'relation' | 'referrers' | 'routine' | 'type' | 'schema' | 'trigger' | 'event' | 'lone'
  /** Absent where the statement does not say it. */
  readonly schema?: string
  readonly name: string
  /** The statement gives the name to something new. */
  readonly isMade: boolean
  /** Of one that is told by its kind alone: `extension`, `collation`. */
  readonly what?: string
  /** Of a routine, where the statement says it. */
  readonly parameters?: number
  /** Of referrers: the columns that the statement may change, in upper case; absent where it deletes rows. */
  readonly columns?: readonly string[]
}

/** An object of the live database that a name means. */
export interface FoundObject {
  /** The groups that would hold it in a state: one of them, as far as the kind of the object is known. */
  readonly groups: readonly GroupKey[]
  /** `table sessions` */
  readonly says: string
  readonly named: NamedObject
}

/** Texts that a statement executes and that do not stand in it: of a variable, of a routine. */
export interface Executed {
  readonly texts: readonly string[]
  /** What else it executes is put together while it runs, and nobody can read it before. */
  readonly isVeiled: boolean
}

/** An object of the live database that is none of the project's. */
export interface Stranger {
  readonly identity: string
  readonly says: string
}
