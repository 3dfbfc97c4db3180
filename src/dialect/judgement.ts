/**
 * The judgements of a kind of statement, which state whether a migration can contain the statement. 'state': the changes are
 * visible in the schema. 'observed': the observer detects the changes of rows or sequences while the statement runs on a shadow.
 * 'harmless': the statement makes no change that a comparison of two schemas must detect. 'refused': the engine cannot observe
 * the changes, or the statement changes objects outside the database.
 */
export const STATEMENT_KIND_JUDGEMENTS = ['state', 'observed', 'harmless', 'refused'] as const
export type StatementKindJudgement = (typeof STATEMENT_KIND_JUDGEMENTS)[number]

/**
 * The judgement of a kind of statement, which states whether a migration can contain the statement, with the reason for the
 * judgement.
 */
export interface StatementKindJudgementWithReason {
  readonly judged: StatementKindJudgement
  /**
   * The reason for the judgement, as one sentence. For a refused kind of statement, the sentence is the error message and states
   * an alternative.
   */
  readonly because: string
}

/** One row of the page docs/statements.md: a kind of statement and its judgement. */
export interface StatementsPageRow extends StatementKindJudgementWithReason {
  readonly statement: string
  /** True when `shadow.setup.sql`, the file that prepares a shadow server, can contain the statement. */
  readonly inSetup: boolean
}

/**
 * A statement that the engine refuses. The fields are the keywords of the statement, such as `DROP DATABASE`, and the reason for
 * the refusal.
 */
export interface StatementRefusal {
  readonly statement: string
  readonly because: string
}

/** The purpose of a SQL file. A set-up file prepares a shadow server, so a set-up file can create objects of the server. */
export type SqlFilePurpose = 'migration' | 'setup'
