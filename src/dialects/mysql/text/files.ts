import type { SqlFileAnalyzer } from '../../../dialect/dialect.ts'
import { findMysqlFragileStatements } from './fragile-use.ts'
import { tokenizeMysql } from './lexer.ts'
import { doesMysqlStatementItselfWriteRows } from './manner.ts'
import { findMysqlSessionStateUses } from './session-use.ts'
import { refuseForbiddenMysqlStatement, splitMysqlFileIntoScript } from './split.ts'
import { whichStatementsWriteWithoutRollback } from './without-rollback.ts'

/**
 * Analyses SQL files by the rules of MySQL's client. The module does not load the driver, so commands that read only files start
 * faster.
 */
export const mysqlFileAnalyzer: SqlFileAnalyzer = makeFileAnalyzer('nothing')

/**
 * Analyses SQL files by the rules of MariaDB's client. Unlike MySQL, MariaDB has packages, so the name before a called routine can
 * be a package.
 */
export const mariadbFileAnalyzer: SqlFileAnalyzer = makeFileAnalyzer('packages')

function makeFileAnalyzer(except: 'packages' | 'nothing'): SqlFileAnalyzer {
  return {
    script: async (sql, transaction, purpose) => splitMysqlFileIntoScript(sql, transaction, purpose, except),
    judge: async ({ file, text }, line = 1) => refuseForbiddenMysqlStatement(text, { file, line }),
    writesRows: async (text) => doesMysqlStatementItselfWriteRows(tokenizeMysql(text)),
    fragileUses: async (sql) => findMysqlFragileStatements(sql),
    sessionUses: async (texts, bodies) => findMysqlSessionStateUses(texts, bodies),
    writesWithoutRollback: async (texts, before) => whichStatementsWriteWithoutRollback(texts, before),
  }
}
