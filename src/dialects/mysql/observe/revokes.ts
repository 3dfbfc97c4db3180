import { EVERY_OBJECT_REVOKED, type PrivilegeRevocation } from '../../../effect/revoke.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import type { MysqlObjectNames } from '../text/names.ts'
import { isNameToken } from '../text/statements/name-chain.ts'
import { definesStoredProgram, splitBodyStatements } from '../text/statements/starts.ts'

/**
 * Returns the objects on which the statements revoke privileges, if the objects existed before the statements. The function reads
 * the texts of the statements, because a schema state contains no privileges. `statements` also contains the texts that routines
 * and prepared statements executed.
 */
export function findMysqlRevokedPrivileges(statements: readonly string[], known: MysqlObjectNames): readonly PrivilegeRevocation[] {
  const suspects = statements.filter((text) => /\brevoke\b/i.test(text) && !definesStoredProgram(tokenizeMysql(text)))
  return [...new Set(suspects.flatMap(splitBodyStatements))].flatMap((text) => {
    const tokens = tokenizeMysql(text).filter(({ kind }) => kind !== 'mark')
    const revoke = tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'REVOKE')
    const on = tokens.findIndex(({ kind, value }, index) => index > revoke && kind === 'word' && value === 'ON')
    if (revoke < 0 || on < 0) return []
    const from = tokens.findIndex(({ kind, value }, index) => index > on && kind === 'word' && value === 'FROM')
    const says = text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST)
    return objectsNamed(tokens.slice(on + 1, from < 0 ? undefined : from), known).map((object) => ({ object, says }))
  })
}

// The maximum length of a REVOKE statement that a message quotes, in characters.
const LONGEST = 120

/**
 * Returns the groups of the object in a REVOKE statement, such as `item`, `TABLE shop.item` or `PROCEDURE tidy`. Returns
 * EVERY_OBJECT_REVOKED for `*` and `shop.*`.
 */
function objectsNamed(tokens: readonly MysqlToken[], { groups, byWord }: MysqlObjectNames): readonly string[] {
  const last = tokens.at(-1)
  if (!last || last.value === '*') return [EVERY_OBJECT_REVOKED]
  if (!isNameToken(last)) return []
  const isRoutine = tokens.length > 1 && /^(?:PROCEDURE|FUNCTION|PACKAGE)$/.test(tokens[0]?.value ?? '')
  const name = byWord.get(last.value.toUpperCase()) ?? last.value
  return [...(groups.get(name) ?? [])].filter((key) => isRoutine !== /^(?:table|view|sequence):/.test(key))
}
