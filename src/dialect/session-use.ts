/**
 * The session state (such as variables and temporary tables) that a statement leaves for later statements, and that it needs from earlier
 * statements.
 */
export interface SessionStateUse {
  readonly leaves: readonly SessionRemnant[]
  /** The keys of the session state that this statement removes. */
  readonly ends: readonly string[]
  /**
   * True when the statement can be sent again in a new session, after the earlier replayable statements. It then creates the same
   * session state there, and has no other effect.
   */
  readonly replayable: boolean
  /**
   * True when the session state of the statement survives a rollback. Sending the statement again would then give another result or an
   * error.
   */
  readonly survivesRollback: boolean
  /** The functions in the statement whose results depend on earlier statements, such as `LAST_INSERT_ID()`. */
  readonly asks: readonly string[]
  /** The words of the statement that can refer to session state. A variable to which the statement only assigns a value is left out. */
  readonly words: ReadonlySet<string>
}

/** A piece of session state: something that a statement created and that exists only in its session. */
export interface SessionRemnant {
  /** The name of the session state in messages and in `ends`: `@base`, `the temporary table picked`. */
  readonly key: string
  /**
   * The word with which a later statement refers to this session state, such as `@base`. Absent if every later statement depends on the
   * session state, as on a setting.
   */
  readonly word?: string
}

/** A routine or trigger of the schema. A statement that runs it has the effects of its text. */
export interface RoutineOrTriggerBody {
  /** The name with which a statement calls the routine. Absent for a trigger, which runs when rows are written. */
  readonly name?: string
  readonly text: string
}
