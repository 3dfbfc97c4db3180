import type { ServerVersion } from '../../../dialect/dialect.ts'
import { removeEngineComment } from '../../../dialect/excerpt.ts'

/** The statements at the beginning of a dump that switch off a limit, each with the first version of PostgreSQL that has this limit. */
const SWITCHES_OFF = [{ text: /^set\s+transaction_timeout\s*(?:=|to)\s*'?0'?\s*;?\s*$/i, since: 17 }]

/** True for a statement of a newer pg_dump that an older server refuses and does not need, because it has no such limit. */
export function isNeedlessStatement(statement: string, { major }: ServerVersion): boolean {
  return SWITCHES_OFF.some(({ text, since }) => major < since && text.test(removeEngineComment(statement)))
}
