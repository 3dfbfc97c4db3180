import type { SqlFileAnalyzer } from '../../../dialect/dialect.ts'
import { findPostgresFragileStatements } from './fragile-use.ts'
import { doesPostgresStatementItselfWriteRows, refuseForbiddenPostgresStatement, splitPostgresFileIntoScript } from './parser.ts'
import { findPostgresSessionStateUses } from './session-use.ts'

/**
 * Analyses SQL files with the server's grammar. The module does not load the driver, so commands that read only files start faster.
 */
export const postgresFileAnalyzer: SqlFileAnalyzer = {
  script: splitPostgresFileIntoScript,
  judge: refuseForbiddenPostgresStatement,
  writesRows: doesPostgresStatementItselfWriteRows,
  fragileUses: findPostgresFragileStatements,
  sessionUses: findPostgresSessionStateUses,
  // On PostgreSQL, a rollback restores the rows of every table, so no statement writes rows that a rollback keeps.
  writesWithoutRollback: async (texts) => texts.map(() => false),
}
