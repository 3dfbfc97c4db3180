/** An object outside the database that a statement needs and the server does not have: a role or an extension. */
export interface MissingPrerequisite {
  /** The name of the missing object in words: `the role "app"`. */
  readonly needs: string
  /** The possible remedies, one line each. `setup` is the name of the file that prepares a shadow server. */
  readonly ways: (setup: string) => readonly string[]
}
