/** An object outside the database that a statement needs and the server does not have: a role or an extension. */
export interface MissingPrerequisite {
  /** The kind and the name of the missing object. Example: `the role "app"`. */
  readonly missing: string
  /** Returns the possible remedies, one line for each remedy. `setup` is the name of the file that prepares a shadow server. */
  readonly remedies: (setup: string) => readonly string[]
}
