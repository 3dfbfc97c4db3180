/** A statement that revokes privileges on an object. */
export interface PrivilegeRevocation {
  /** The key of the group of the object whose privileges are revoked, or `EVERY_OBJECT_REVOKED`. */
  readonly object: string
  /** The text of the REVOKE statement on one line, cut at 120 characters. */
  readonly says: string
}

/**
 * The value of `object` for a statement that revokes privileges on all objects of a schema or on objects that the engine cannot
 * determine.
 */
export const EVERY_OBJECT_REVOKED = '*'
