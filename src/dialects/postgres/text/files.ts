import type { SqlFileReader } from '../../../dialect/dialect.ts'
import { findPostgresFragileUses } from './fragile-use.ts'
import { refuseForbiddenStatement, splitIntoScript, writesRowsItself } from './parser.ts'
import { findSessionStateUses } from './session-use.ts'

/**
 * Reads SQL files with the server's grammar. The module does not load the driver, so commands that read only files start faster.
 */
export const postgresFileReader: SqlFileReader = {
  script: splitIntoScript,
  judge: refuseForbiddenStatement,
  writesRows: writesRowsItself,
  fragileUses: findPostgresFragileUses,
  sessionUses: findSessionStateUses,
  // On PostgreSQL, a rollback restores the rows of every table, so no statement writes rows that a rollback keeps.
  writesWithoutRollback: async (texts) => texts.map(() => false),
}
