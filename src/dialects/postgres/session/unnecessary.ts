import type { ServerVersion } from '../../../dialect/dialect.ts'
import { removeEngineComment } from '../../../dialect/excerpt.ts'

/**
 * The statements at the beginning of a dump that switch a time limit off, each with the first version of PostgreSQL that has this
 * limit.
 */
const SWITCHES_OFF = [{ text: /^set\s+transaction_timeout\s*(?:=|to)\s*'?0'?\s*;?\s*$/i, since: 17 }]

/**
 * Returns true for a statement with which a newer pg_dump switches off a time limit that the server does not have. Such a
 * statement is unnecessary, and an older server would refuse the statement.
 */
export function isUnnecessaryDumpStatement(statement: string, { major }: ServerVersion): boolean {
  return SWITCHES_OFF.some(({ text, since }) => major < since && text.test(removeEngineComment(statement)))
}
