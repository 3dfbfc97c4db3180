/** What a statement leaves in its session for the statements after it, and what it needs from those before it. */
export interface SessionUse {
  readonly leaves: readonly Remnant[]
  /** Keys of remnants that end with this statement. */
  readonly ends: readonly string[]
  /**
   * Sent again in a new session, after the other replayable statements before it, it leaves there what it left here, and
   * changes nothing else.
   */
  readonly replayable: boolean
  /** What it leaves stays when its transaction is rolled back, and sending it again there gives another result or an error. */
  readonly survivesRollback: boolean
  /** What it asks the session about statements before it, such as `LAST_INSERT_ID()`. */
  readonly asks: readonly string[]
  /** The words in it by which it can use a remnant; not those that it merely gives a new value. */
  readonly words: ReadonlySet<string>
}

/** Something that exists only in one session. */
export interface Remnant {
  /** What people read, and what `ends` names: `@base`, `the temporary table picked`. */
  readonly key: string
  /** A later statement uses it by this word, written as in `words`. Absent: every later statement depends on it. */
  readonly word?: string
}

/** A routine or trigger of the schema: a statement that runs it does what its text says. */
export interface Body {
  /** The name by which a statement calls it; absent for a trigger, which runs when rows are written. */
  readonly name?: string
  readonly text: string
}
