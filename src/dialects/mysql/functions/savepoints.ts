import { InterphaseError } from '../../../error.ts'
import type { FunctionTransactionTranslator } from '../../function-host.ts'

const BEGINS = /^\s*(?:START\s+TRANSACTION|BEGIN(?:\s+WORK)?)\b[^;]*;?\s*$/i
const COMMITS = /^\s*COMMIT(?:\s+WORK)?\s*;?\s*$/i
const ROLLS_BACK = /^\s*ROLLBACK(?:\s+WORK)?\s*;?\s*$/i
/**
 * Matches SET TRANSACTION, which sets the properties of the next transaction. The engine does not send the statement, because the
 * engine's transaction has already begun.
 */
const CHARACTERISTICS = /^\s*SET\s+TRANSACTION\b/i
const AUTOCOMMIT = /^\s*SET\s+(?:SESSION\s+|@@(?:session\.)?)?autocommit\b/i
const PREFIX = 'interphase_inner_'

/** Replaces the transaction statements of a function migration by savepoint statements, if the engine has begun a transaction. */
export class MysqlFunctionSavepointTranslator implements FunctionTransactionTranslator {
  readonly #file: string
  readonly #inTransaction: boolean
  #depth = 0

  constructor(file: string, inTransaction: boolean) {
    this.#file = file
    this.#inTransaction = inTransaction
  }

  async translate(text: string): Promise<readonly string[]> {
    if (!this.#inTransaction) return [text]
    if (BEGINS.test(text)) return [`SAVEPOINT ${PREFIX}${++this.#depth}`]
    if (COMMITS.test(text)) return [`RELEASE SAVEPOINT ${this.#end(text)}`]
    if (CHARACTERISTICS.test(text)) return []
    if (AUTOCOMMIT.test(text)) throw this.#refused(text)
    if (!ROLLS_BACK.test(text)) return [text]
    const name = this.#end(text)
    return [`ROLLBACK TO SAVEPOINT ${name}`, `RELEASE SAVEPOINT ${name}`]
  }

  close(): void {
    if (this.#depth > 0) throw this.#refused('BEGIN without its COMMIT')
  }

  /** Returns true for a SAVEPOINT, RELEASE or ROLLBACK statement that `translate` returned. */
  owns(text: string): boolean {
    return text.includes(PREFIX)
  }

  #end(text: string): string {
    if (this.#depth > 0) return `${PREFIX}${this.#depth--}`
    throw this.#refused(text)
  }

  #refused(text: string): InterphaseError {
    return new InterphaseError('migration.transaction-control', { file: this.#file, line: 1, statement: text.trim() })
  }
}
