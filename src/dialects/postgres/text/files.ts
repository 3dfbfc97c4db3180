import type { SqlFileReader } from '../../../dialect/dialect.ts'
import { findPostgresFragileUses } from './fragile-use.ts'
import { refuseForbiddenStatement, splitIntoScript, writesRowsItself } from './parser.ts'
import { sessionStateLeftByStatements } from './session-use.ts'

/**
 * Reads SQL files with the server's grammar. The module does not load the driver, so commands that only read files start faster.
 */
export const postgresFileReader: SqlFileReader = {
  script: splitIntoScript,
  judge: refuseForbiddenStatement,
  writesRows: writesRowsItself,
  fragileUses: findPostgresFragileUses,
  sessionUses: sessionStateLeftByStatements,
  // Every table takes part in transactions.
  writesWithoutRollback: async (texts) => texts.map(() => false),
}
