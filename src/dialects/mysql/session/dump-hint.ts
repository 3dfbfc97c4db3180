import type { InterphaseError } from '../../../error.ts'
import { serverErrorNumberOf } from './errors.ts'

const DUMP_HEADER = /^-- (?:MySQL|MariaDB) dump /m
const NO_SUCH_TABLE = 1146
const SYNTAX_ERROR = 1064
const NO_REFERENCED_TABLE = 1824
// MariaDB's error number for a table that cannot be created. MariaDB also reports a missing referenced table in this way.
const CANNOT_CREATE_TABLE = 1005

/** Returns a sentence with the option of mysqldump or mariadb-dump because of which a file fails. Undefined for every other error. */
export function findDumpHint(error: InterphaseError, text: string): string | undefined {
  const errno = serverErrorNumberOf(error)
  const isUnreferenced = errno === NO_REFERENCED_TABLE || (errno === CANNOT_CREATE_TABLE && /errno: 150\b/.test(error.message))
  if (isUnreferenced && !/foreign_key_checks/i.test(text))
    return 'Create the referenced table first. A dump contains SET FOREIGN_KEY_CHECKS=0 for this: dump without --compact.'
  if (!DUMP_HEADER.test(text)) return undefined
  if (errno === NO_SUCH_TABLE && !/\bcreate\s+table\b/i.test(text)) return 'The dump contains no tables: dump without --no-create-info.'
  // A dump in ANSI form contains triggers and routines in ANSI form, but their SQL modes without ANSI.
  if (errno === SYNTAX_ERROR && /\bANSI\b/.test(text)) return 'The dump tool wrote ANSI quotes: dump without --compatible=ansi.'
  return undefined
}
