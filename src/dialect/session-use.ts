/** The session state that a statement leaves for later statements, and the state that it needs from earlier ones. */
export interface SessionUse {
  readonly leaves: readonly Remnant[]
  /** The keys of the remnants that this statement removes. */
  readonly ends: readonly string[]
  /**
   * True when the statement can be sent again in a new session, after the earlier replayable statements. It then creates the same
   * remnants there, and has no other effect.
   */
  readonly replayable: boolean
  /** True when its remnants survive a rollback, and sending it again then gives another result or an error. */
  readonly survivesRollback: boolean
  /** The session functions that it calls and that depend on earlier statements, such as `LAST_INSERT_ID()`. */
  readonly asks: readonly string[]
  /** The words of the statement that can refer to a remnant. A word that is only assigned a new value is not included. */
  readonly words: ReadonlySet<string>
}

/** Something that exists only in one session. */
export interface Remnant {
  /** The name of the remnant in messages and in `ends`: `@base`, `the temporary table picked`. */
  readonly key: string
  /** The word, written as in `words`, with which a later statement refers to it. Absent: every later statement depends on it. */
  readonly word?: string
}

/** A routine or trigger of the schema. A statement that runs it has the effects of its text. */
export interface RoutineBody {
  /** The name with which a statement calls it. Absent for a trigger, which runs when rows are written. */
  readonly name?: string
  readonly text: string
}
