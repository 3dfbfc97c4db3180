import type { SqlFileReader } from '../../../dialect/dialect.ts'
import { findMysqlFragileUses } from './fragile-use.ts'
import { tokenizeMysql } from './lexer.ts'
import { doesMysqlStatementItselfWriteRows } from './manner.ts'
import { findMysqlSessionStateUses } from './session-use.ts'
import { refuseForbiddenMysqlStatement, splitMysqlFileIntoScript } from './split.ts'
import { whichStatementsWriteWithoutRollback } from './without-rollback.ts'

/**
 * Reads SQL files by the rules of MySQL's client. The module does not load the driver, so commands that read only files start
 * faster.
 */
export const mysqlFileReader: SqlFileReader = makeFileReader('nothing')

/**
 * Reads SQL files by the rules of MariaDB's client. Unlike MySQL, MariaDB has packages, so the name before a called routine can
 * be a package.
 */
export const mariadbFileReader: SqlFileReader = makeFileReader('packages')

function makeFileReader(except: 'packages' | 'nothing'): SqlFileReader {
  return {
    script: async (sql, transaction, purpose) => splitMysqlFileIntoScript(sql, transaction, purpose, except),
    judge: async ({ file, text }, line = 1) => refuseForbiddenMysqlStatement(text, { file, line }),
    writesRows: async (text) => doesMysqlStatementItselfWriteRows(tokenizeMysql(text)),
    fragileUses: async (sql) => findMysqlFragileUses(sql),
    sessionUses: async (texts, bodies) => findMysqlSessionStateUses(texts, bodies),
    writesWithoutRollback: async (texts, before) => whichStatementsWriteWithoutRollback(texts, before),
  }
}
