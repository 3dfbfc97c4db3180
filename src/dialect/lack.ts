/** What a statement needs and a server lacks, outside of the database: a role, an extension. */
export interface Lack {
  /** `the role "app"` */
  readonly needs: string
  /** What to do about it, one line each, given the name of the set-up file of shadows. */
  readonly ways: (setup: string) => readonly string[]
}
