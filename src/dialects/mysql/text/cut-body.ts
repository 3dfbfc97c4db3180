import type { MysqlToken } from './lexer.ts'
import { definesStoredProgram } from './statements/starts.ts'

/**
 * Returns true if a `;` after the given tokens does not end the statement, because the tokens end inside the body of a routine,
 * trigger, event or block.
 */
export function endsInsideBody(tokens: readonly MysqlToken[]): boolean {
  return (definesStoredProgram(tokens) || isBlock(tokens)) && openBlocks(tokens) > 0
}

/** Returns true for BEGIN NOT ATOMIC, the anonymous block of MariaDB. A BEGIN without NOT ATOMIC begins a transaction. */
function isBlock(tokens: readonly MysqlToken[]): boolean {
  return tokens[0]?.value === 'BEGIN' && tokens[1]?.value === 'NOT' && tokens[2]?.value === 'ATOMIC'
}

// The words of blocks that `openBlocks` does not count, such as IF and its END IF. IF and REPEAT are also names of functions, so
// these words do not show where a block begins.
const NOT_COUNTED: ReadonlySet<string> = new Set(['IF', 'LOOP', 'WHILE', 'REPEAT', 'FOR'])

/**
 * Returns the number of blocks in the tokens that have no END yet. A body such as IF … THEN, which contains neither BEGIN nor
 * END, counts as one block.
 */
function openBlocks(tokens: readonly MysqlToken[]): number {
  let open = 0
  let hasEnd = false
  let hasThen = false
  tokens.forEach(({ value }, index) => {
    if (!isKeyword(tokens, index)) return
    open += blockDepthChange(tokens, index)
    if (value === 'END') hasEnd = true
    else if (/^(?:THEN|LOOP|WHILE)$/.test(value)) hasThen = true
  })
  return hasThen && !hasEnd ? 1 : open
}

/** Returns 1 if the token begins a block of BEGIN or CASE, -1 if the token ends a block of BEGIN or CASE, and otherwise 0. */
export function blockDepthChange(tokens: readonly MysqlToken[], index: number): number {
  if (!isKeyword(tokens, index)) return 0
  const value = tokens[index]?.value
  if (value === 'END') return NOT_COUNTED.has(tokens[index + 1]?.value ?? '') ? 0 : -1
  return (value === 'BEGIN' || value === 'CASE') && tokens[index - 1]?.value !== 'END' ? 1 : 0
}

/**
 * Returns true if the word is a keyword. A word that names a column, as in `NEW.end`, or a label, as in `begin: LOOP`, is no
 * keyword.
 */
function isKeyword(tokens: readonly MysqlToken[], index: number): boolean {
  return tokens[index]?.kind === 'word' && tokens[index - 1]?.value !== '.' && tokens[index + 1]?.value !== ':'
}
