/** One statement of an author's file, as it was written, without its terminator. */
export interface Statement {
  readonly text: string
  /** Line of its first word in the file, from 1. */
  readonly line: number
  /**
   * 'atomic' runs in a transaction and is gone after its rollback. 'bare' commits by itself or refuses to run in a
   * transaction: every schema statement of MySQL and MariaDB, CREATE INDEX CONCURRENTLY, VACUUM. 'control' begins or ends
   * a transaction.
   */
  readonly manner: 'atomic' | 'bare' | 'control'
  /** May a bare statement that leaves no trace in the schema be sent twice (ANALYZE, GRANT, but not TRUNCATE)? */
  readonly repeatable: boolean
  /** It keeps no reader or writer waiting while it waits, and leaves something broken when it gives up: it waits without a limit. */
  readonly patient: boolean
  /** It is several statements of the file that nothing may come between, and a part of them may be done. */
  readonly several?: true
}

/** The statements of one file, and how they are run. */
export interface Script {
  readonly statements: readonly Statement[]
  /** 'together': all in one transaction with the ledger row. 'stepwise': one after the other, with a cursor. */
  readonly path: 'together' | 'stepwise'
}
