import type { FileStatement } from '../../../dialect/statement.ts'
import { tokenizeMysql } from './lexer.ts'

/** The statements of a SQL file, without the statements that begin and commit the transactions of the file. */
export interface StatementsWithoutTransactionPairs {
  readonly statements: readonly FileStatement[]
  /** The number of transactions that the statements of the file commit. */
  readonly transactions: number
}

/**
 * Removes the pairs of START TRANSACTION and COMMIT from the statements of a dump. These statements are not needed, because the
 * engine runs the dump in its own transaction, or runs the statements one by one and stores a cursor in the ledger. If the dump
 * contains a ROLLBACK or an incomplete pair, the function returns all statements, and the engine refuses the dump later.
 */
export function removeMysqlTransactionPairs(statements: readonly FileStatement[]): StatementsWithoutTransactionPairs {
  let isOpen = false
  let mustCommit = false
  let transactions = 0
  for (const { text } of statements.filter(isControl)) {
    const half = halfOf(text)
    if (half === undefined || (half === 'begins' && isOpen) || (half === 'commits' && !isOpen && !mustCommit)) return whole(statements)
    if (half === 'commits') transactions += 1
    isOpen = half === 'begins'
    mustCommit = half === 'autocommit off' || (mustCommit && half !== 'autocommit on')
  }
  // If a SQL file does not commit its changes, a client such as `mysql` discards the changes. The function then returns all
  // statements of the file, so that the engine does not commit the changes either.
  if (isOpen || (mustCommit && transactions === 0)) return whole(statements)
  return { statements: statements.filter((statement) => !isControl(statement)), transactions }
}

function isControl({ manner }: FileStatement): boolean {
  return manner === 'control'
}

function whole(statements: readonly FileStatement[]): StatementsWithoutTransactionPairs {
  return { statements, transactions: 0 }
}

type Half = 'begins' | 'commits' | 'autocommit off' | 'autocommit on'

const HALVES: readonly (readonly [Half, RegExp])[] = [
  ['begins', /^(?:START TRANSACTION|BEGIN(?: WORK)?)$/],
  ['commits', /^COMMIT(?: WORK)?$/],
  // Matches the statement with which mariadb-dump switches autocommit off and saves the previous value in a variable.
  ['autocommit off', /^SET (?:@\w+ = @@AUTOCOMMIT , )?(?:SESSION |@@SESSION \. )?(?:@@)?AUTOCOMMIT (?:: )?= (?:0|OFF)$/],
  ['autocommit on', /^SET (?:SESSION |@@SESSION \. )?(?:@@)?AUTOCOMMIT (?:: )?= (?:1|ON|@\w+)$/],
]

function halfOf(text: string): Half | undefined {
  const words = tokenizeMysql(text)
    .filter(({ kind }) => kind !== 'mark')
    .map(({ value }) => value)
    .join(' ')
  return HALVES.find(([, pattern]) => pattern.test(words))?.[0]
}
