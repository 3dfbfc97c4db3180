/**
 * An object that a failed statement needs and that the server does not have, such as a role, an extension, a tablespace or a
 * routine.
 */
export interface MissingPrerequisite {
  /** The kind and the name of the missing object, such as `the role "app"`. */
  readonly missing: string
  /**
   * Returns the remedies for a missing object, one line for each remedy. `setup` is the name of the file that prepares a shadow
   * server.
   */
  readonly remedies: (setup: string) => readonly string[]
}
