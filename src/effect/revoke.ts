/** The privileges on an object that a statement takes away. */
export interface RevokedPrivileges {
  /** The group of the object, or `EVERY_OBJECT`. */
  readonly object: string
  /** The statement, on one line and at most 120 characters. */
  readonly says: string
}

/** The object of a statement that revokes privileges on all objects of a schema, or whose objects are unknown. */
export const EVERY_OBJECT = '*'
