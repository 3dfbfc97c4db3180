import type { MysqlToken } from './lexer.ts'
import { leadingWordsOfStatement } from './manner.ts'

/**
 * Returns true if the SQL mode whose names `mentions` matches is active after the statement. `isActive` states whether this mode
 * was active before the statement. The keys of `saved` are the user variables in which the SQL file has stored the value of
 * `sql_mode`. The value of a key is true if the mode was active at that time.
 */
export function isSqlModeActiveAfterStatement(
  tokens: readonly MysqlToken[],
  mentions: RegExp,
  isActive: boolean,
  saved: Map<string, boolean>,
): boolean {
  if (leadingWordsOfStatement(tokens)[0] !== 'SET') return isActive
  let after = isActive
  for (const { target, value } of assignmentsIn(tokens)) {
    const [first] = value
    if (/^@[^@]/.test(target)) saved.set(target, value.length === 1 && isMode(first?.value) && after)
    else if (isMode(target)) after = activates(value, mentions, after, saved)
  }
  return after
}

function activates(value: readonly MysqlToken[], mentions: RegExp, isActive: boolean, saved: ReadonlyMap<string, boolean>): boolean {
  if (value.some((token) => mentions.test(token.value))) return true
  // `SET sql_mode = concat(@@sql_mode, ',…')` extends the current mode, so an active mode stays active.
  return value.some((token) => saved.get(token.value) ?? (isActive && isMode(token.value)))
}

function isMode(word: string | undefined): boolean {
  return word !== undefined && /^(?:@@)?SQL_MODE$/.test(word)
}

interface Assignment {
  readonly target: string
  readonly value: readonly MysqlToken[]
}

/**
 * Returns the assignments of a SET statement, such as `SESSION a = 1` and `@b := 2`. A comma in parentheses belongs to a value.
 */
function assignmentsIn(tokens: readonly MysqlToken[]): readonly Assignment[] {
  const found: { target: string; value: MysqlToken[] }[] = []
  let depth = 0
  let isStart = true
  tokens.forEach((token, index) => {
    if (token.kind === 'mark') return
    if (token.value === '(') depth++
    if (token.value === ')') depth--
    if (token.value === ',' && depth === 0) isStart = true
    else if (isStart && token.value === '=') {
      const before = tokens[index - 1]?.value === ':' ? index - 2 : index - 1
      found.push({ target: tokens[before]?.value.toUpperCase() ?? '', value: [] })
      isStart = false
    } else if (!isStart) found.at(-1)?.value.push(token)
  })
  return found
}
