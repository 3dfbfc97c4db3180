import type { SqlFileReader } from '../../../dialect/dialect.ts'
import { findMysqlFragileUses } from './fragile-use.ts'
import { tokenizeMysql } from './lexer.ts'
import { writesRowsItself } from './manner.ts'
import { findSessionStateUses } from './session-use.ts'
import { refuseForbiddenStatement, splitIntoScript } from './split.ts'
import { findWritesWithoutRollback } from './without-rollback.ts'

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
    script: async (sql, transaction, purpose) => splitIntoScript(sql, transaction, purpose, except),
    judge: async ({ file, text }, line = 1) => refuseForbiddenStatement(text, { file, line }),
    writesRows: async (text) => writesRowsItself(tokenizeMysql(text)),
    fragileUses: async (sql) => findMysqlFragileUses(sql),
    sessionUses: async (texts, bodies) => findSessionStateUses(texts, bodies),
    writesWithoutRollback: async (texts, before) => findWritesWithoutRollback(texts, before),
  }
}
