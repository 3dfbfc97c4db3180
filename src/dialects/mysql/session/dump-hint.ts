import type { InterphaseError } from '../../../error.ts'
import { mysqlErrorNumberOf } from './errors.ts'

// Matches a date whose month or day is 0. A server with the SQL mode NO_ZERO_DATE or NO_ZERO_IN_DATE can refuse such a date.
const ZERO_DATE = /'\d{4}-(?:00-\d\d|\d\d-00)/
const DUMP_HEADER = /^-- (?:MySQL|MariaDB) dump /m
const NO_SUCH_TABLE = 1146
const SYNTAX_ERROR = 1064
const NO_REFERENCED_TABLE = 1824
const INVALID_DEFAULT = 1067
const WRONG_VALUE = 1292
// MariaDB's error number for a table that cannot be created. MariaDB also reports a missing table of a foreign key with this
// number.
const CANNOT_CREATE_TABLE = 1005

// The server's error numbers for an ALTER TABLE with an ALGORITHM or a LOCK that the server does not support for the table and
// the change. The server has one number for the error with a reason, and one for the error without a reason.
const ALTER_NOT_SUPPORTED: ReadonlySet<number | undefined> = new Set([1845, 1846])

const NAMES_ANOTHER_REASON = /\bReason: (?!.*fulltext)/i

/**
 * Returns a sentence that tells how to correct a dump file that failed: with another option of mysqldump or mariadb-dump, with a
 * `sql_mode`, or without ALGORITHM and LOCK. Returns undefined for every other error.
 */
export function findMysqlDumpHint(error: InterphaseError, text: string): string | undefined {
  const errno = mysqlErrorNumberOf(error)
  const isUnreferenced = errno === NO_REFERENCED_TABLE || (errno === CANNOT_CREATE_TABLE && /errno: 150\b/.test(error.message))
  if (isUnreferenced && !/foreign_key_checks/i.test(text))
    return 'Create the referenced table first. A dump contains SET FOREIGN_KEY_CHECKS=0 for this: dump without --compact.'
  if (ALTER_NOT_SUPPORTED.has(errno) && !NAMES_ANOTHER_REASON.test(error.message))
    return 'If the table has a FULLTEXT index or another storage engine than InnoDB (SHOW CREATE TABLE): the server copies such a table for each new, changed or removed column, and blocks writes. If the table is small, write the statement without ALGORITHM and LOCK, and add the line -- interphase: despite rewrite because …. Otherwise drop the FULLTEXT index first, or put the new column into a new table with the same key.'
  // Old tables can contain zero dates. The server can then refuse every ALTER TABLE, because it checks all defaults and values of
  // the table.
  if ((errno === INVALID_DEFAULT && ZERO_DATE.test(error.message)) || (errno === WRONG_VALUE && ZERO_DATE.test(error.message)))
    return "If the table has zero dates that must stay: write SET sql_mode = 'STRICT_TRANS_TABLES'; above the statement. The mode ends with the file."
  if (!DUMP_HEADER.test(text)) return undefined
  if (errno === NO_SUCH_TABLE && !/\bcreate\s+table\b/i.test(text)) return 'The dump contains no tables: dump without --no-create-info.'
  // With --compatible=ansi, the dump tool writes names in triggers and routines in ANSI quotes. The server cannot read these
  // names, because the dump also sets SQL modes without ANSI for triggers and routines.
  if (errno === SYNTAX_ERROR && /\bANSI\b/.test(text)) return 'The dump tool wrote ANSI quotes: dump without --compatible=ansi.'
  return undefined
}
