/**
 * What the engine knows of a kind of statement. 'state': what it does is seen in the schema before and after it.
 * 'observed': what it does to rows or sequences is observed while it runs on a shadow. 'harmless': it leaves nothing behind
 * that outlives the file. 'refused': nobody would see what it does, or it reaches beyond the database.
 */
export const JUDGEMENTS = ['state', 'observed', 'harmless', 'refused'] as const
export type Judgement = (typeof JUDGEMENTS)[number]

export interface Judged {
  readonly judged: Judgement
  /** One sentence for people. For a refused kind it is the message, and says what to do instead. */
  readonly because: string
}

/** A row of the page that lists every kind of statement. */
export interface StatementRow extends Judged {
  readonly statement: string
  /** Allowed in `shadow.setup.sql`, which prepares a shadow's server. */
  readonly inSetup: boolean
}

/** Why a statement is refused, with the words that name it: `DROP DATABASE`. */
export interface Refusal {
  readonly statement: string
  readonly because: string
}

/** The file that a statement is from: a set-up file prepares the server of a shadow, and may make what belongs to it. */
export type FilePurpose = 'migration' | 'setup'
