import { InterphaseError } from '../../../error.ts'
import type { FunctionTransactionTranslator } from '../../function-host.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from '../text/parser.ts'

// Matches the words with which a statement begins or ends a transaction. To save time, the engine does not parse a text without
// these words.
const CONTROL = /\b(begin|start|commit|end|rollback|abort|prepare)\b/i

/** Replaces the transaction statements of a function migration by savepoint statements, if the engine has begun a transaction. */
export class PostgresFunctionSavepointTranslator implements FunctionTransactionTranslator {
  readonly #file: string
  readonly #inTransaction: boolean
  readonly #open: string[] = []
  #count = 0

  constructor(file: string, inTransaction: boolean) {
    this.#file = file
    this.#inTransaction = inTransaction
  }

  /**
   * Returns the statements that the engine sends instead of a statement of a function migration. Throws
   * `migration.transaction-control` for a COMMIT or ROLLBACK without an earlier BEGIN, and for a statement that has no form with
   * savepoints, such as PREPARE TRANSACTION.
   */
  async translate(text: string): Promise<readonly string[]> {
    if (!this.#inTransaction || !CONTROL.test(text)) return [text]
    // If the parser rejects a text, the engine sends the text unchanged, so that the server reports the error.
    const statements = await parsePostgresStatements({ file: this.#file, text }).catch((): readonly ParsedPostgresStatement[] => [])
    if (!statements.some(({ kind }) => kind === 'TransactionStmt')) return [text]
    return statements.flatMap((statement) => this.#savepoint(statement))
  }

  /** Throws `migration.transaction-control` if the function migration has not ended a transaction that it began. */
  close(): void {
    if (this.#open.length > 0) throw this.#refused({ text: 'BEGIN without its COMMIT', line: 1, kind: '', tree: {} })
  }

  #savepoint(statement: ParsedPostgresStatement): readonly string[] {
    if (statement.kind !== 'TransactionStmt') return [statement.text]
    switch (statement.tree['kind']) {
      case 'TRANS_STMT_BEGIN':
      case 'TRANS_STMT_START':
        this.#count += 1
        this.#open.push(`interphase_${this.#count}`)
        return [`SAVEPOINT interphase_${this.#count}`]
      case 'TRANS_STMT_COMMIT':
        return [`RELEASE SAVEPOINT ${this.#close(statement)}`]
      case 'TRANS_STMT_ROLLBACK': {
        const savepoint = this.#close(statement)
        return [`ROLLBACK TO SAVEPOINT ${savepoint}`, `RELEASE SAVEPOINT ${savepoint}`]
      }
      case 'TRANS_STMT_SAVEPOINT':
      case 'TRANS_STMT_RELEASE':
      case 'TRANS_STMT_ROLLBACK_TO':
        return [statement.text]
      default:
        throw this.#refused(statement)
    }
  }

  #close(statement: ParsedPostgresStatement): string {
    const savepoint = this.#open.pop()
    if (savepoint === undefined) throw this.#refused(statement)
    return savepoint
  }

  #refused({ text, line }: ParsedPostgresStatement): InterphaseError {
    return new InterphaseError('migration.transaction-control', { file: this.#file, line, statement: text })
  }
}
