/**
 * The session state that a statement creates for later statements and needs from earlier statements. Examples of session state
 * are variables and temporary tables.
 */
export interface SessionStateUse {
  readonly leaves: readonly SessionStateItem[]
  /** The session state (such as variables and temporary tables) that the statement removes, each item by its key. */
  readonly ends: readonly string[]
  /**
   * True when the engine can send the statement again in a new session, after the earlier replayable statements. The statement
   * then creates the same session state again, and has no other effect.
   */
  readonly replayable: boolean
  /**
   * True when a rollback does not remove the session state that the statement created. A second execution of the statement would
   * then have another result or fail.
   */
  readonly survivesRollback: boolean
  /** The functions in the statement whose results depend on earlier statements, such as `LAST_INSERT_ID()`. */
  readonly asks: readonly string[]
  /**
   * The words of the statement that can refer to session state. The set does not contain a variable to which the statement only
   * assigns a value.
   */
  readonly words: ReadonlySet<string>
}

/**
 * A piece of session state, such as a variable or a temporary table. A statement created it, and it exists only in the session of
 * the statement.
 */
export interface SessionStateItem {
  /**
   * The name of one item of session state, such as `@base` or `the temporary table picked`. Messages print the name. The list
   * `ends` of a statement contains the names of the items that the statement ends.
   */
  readonly key: string
  /**
   * The word with which a later statement refers to the session state, such as `@base`. The field is absent if every later
   * statement depends on the session state, as on a setting.
   */
  readonly word?: string
}

/**
 * A routine or trigger of the schema. A statement that runs the routine or trigger also creates the session state of the
 * statements in its body.
 */
export interface RoutineOrTriggerBody {
  /**
   * The name with which a statement calls the routine. The field is absent for a trigger, because a trigger runs when a statement
   * writes rows.
   */
  readonly name?: string
  readonly text: string
}
