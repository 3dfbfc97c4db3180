/**
 * The judgement of a kind of statement. 'state': its effects are visible in the schema. 'observed': its effects on rows or sequences
 * are observed while it runs on a shadow. 'harmless': it has no effect after the end of the file. 'refused': its effects cannot be
 * observed, or it changes objects outside the database.
 */
export const JUDGEMENTS = ['state', 'observed', 'harmless', 'refused'] as const
export type Judgement = (typeof JUDGEMENTS)[number]

export interface StatementJudgement {
  readonly judged: Judgement
  /** The reason, as one sentence. For a refused kind it is the error message, and states an alternative. */
  readonly because: string
}

/** One kind of statement on the page `docs/statements.md`. */
export interface StatementRow extends StatementJudgement {
  readonly statement: string
  /** True when it is allowed in `shadow.setup.sql`, the file that prepares the server of a shadow. */
  readonly inSetup: boolean
}

/** A refused statement, named by its keywords (`DROP DATABASE`), and the reason. */
export interface StatementRefusal {
  readonly statement: string
  readonly because: string
}

/** The purpose of a file. A set-up file prepares the server of a shadow, so it may create objects of the server. */
export type FilePurpose = 'migration' | 'setup'
