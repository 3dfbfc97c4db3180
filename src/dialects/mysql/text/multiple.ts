import { blockDepthChange } from './cut-body.ts'
import type { MysqlToken } from './lexer.ts'
import { definesStoredProgram } from './statements/starts.ts'

/**
 * Splits the tokens before a delimiter such as `//` into statements, as in `DROP PROCEDURE p; CREATE PROCEDURE p() … //`. The
 * clients `mysql` and `mariadb` send these tokens to the server as one text, and the server executes the statements one after the
 * other. A `;` ends a statement, except in the body of a routine.
 */
export function splitMultipleStatements(tokens: readonly MysqlToken[]): readonly (readonly MysqlToken[])[] {
  const found: (readonly MysqlToken[])[] = []
  for (let rest = tokens; rest.length > 0; ) {
    const end = endOfFirst(rest)
    found.push(rest.slice(0, end))
    rest = rest.slice(end + 1)
  }
  return found
}

/** Returns the index of the `;` that ends the first statement, or the number of tokens if no further statement follows. */
function endOfFirst(tokens: readonly MysqlToken[]): number {
  const end = isAnonymousBlock(tokens) || definesStoredProgram(tokens) ? endOfBody(tokens) : tokens.findIndex(isSemicolon)
  const follows = tokens.slice(end + 1).some(({ kind }) => kind !== 'mark')
  return end >= 0 && follows ? end : tokens.length
}

// Matches the first words of the blocks that MariaDB executes outside a routine, except BEGIN.
const BEGINS_BLOCK = /^(?:DECLARE|IF|CASE|LOOP|WHILE|REPEAT|FOR)$/

/**
 * Returns true for a block that MariaDB executes outside a routine: BEGIN NOT ATOMIC, a branch, a loop, a block with a label, and
 * BEGIN or DECLARE in the SQL mode ORACLE.
 */
function isAnonymousBlock([first, second]: readonly MysqlToken[]): boolean {
  if (first?.kind === 'word' && (BEGINS_BLOCK.test(first.value) || second?.value === ':')) return true
  return first?.value === 'BEGIN' && second !== undefined && !isSemicolon(second) && second.value !== 'WORK'
}

// Matches the words that begin or continue a block without BEGIN, such as LOOP. If such a word comes before the first BEGIN of a
// routine, an END is not always the end of the routine's body.
const OTHER_BLOCK = /^(?:THEN|LOOP|WHILE|REPEAT|CASE)$/
// Matches the first words of the statements that scripts usually write after the body of a routine.
const AFTER_BODY = /^(?:ALTER|CALL|CREATE|DROP|GRANT|INSERT|SELECT|SET)$/

/**
 * Returns the index of the `;` after the END of a routine's body, if a word in `AFTER_BODY` follows. Otherwise returns -1, because
 * the engine cannot be certain where the body ends. The result is also -1 if the body is not a BEGIN block or belongs to a package.
 */
function endOfBody(tokens: readonly MysqlToken[]): number {
  const begin = tokens.findIndex(({ kind, value }) => kind === 'word' && (value === 'BEGIN' || OTHER_BLOCK.test(value)))
  const isPackage = tokens.slice(0, begin).some(({ value }) => value === 'PACKAGE')
  if (tokens[begin]?.value !== 'BEGIN' || isPackage) return -1
  let open = 0
  return tokens.findIndex((token, index) => {
    if (index < begin) return false
    open += blockDepthChange(tokens, index)
    return open === 0 && isSemicolon(token) && AFTER_BODY.test(tokens[index + 1]?.value ?? '')
  })
}

function isSemicolon({ kind, value }: MysqlToken): boolean {
  return kind === 'symbol' && value === ';'
}
