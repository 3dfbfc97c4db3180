import type { MysqlToken } from './lexer.ts'
import { createsRoutineOrTrigger } from './statements/starts.ts'

/** True if a statement that ends at `;` is only the beginning of a routine, trigger, event or block: its body is not complete. */
export function isCutInsideBody(tokens: readonly MysqlToken[]): boolean {
  return (createsRoutineOrTrigger(tokens) || isBlock(tokens)) && openBlocks(tokens) > 0
}

/** True for BEGIN NOT ATOMIC, the anonymous block of MariaDB. A BEGIN without these words begins a transaction. */
function isBlock(tokens: readonly MysqlToken[]): boolean {
  return tokens[0]?.value === 'BEGIN' && tokens[1]?.value === 'NOT' && tokens[2]?.value === 'ATOMIC'
}

// The words after END whose blocks are not counted, because IF and REPEAT are also functions.
const NOT_COUNTED: ReadonlySet<string> = new Set(['IF', 'LOOP', 'WHILE', 'REPEAT', 'FOR'])

/** Counts the blocks without their END. A body without BEGIN or CASE, such as IF … THEN, has no END at all if it is cut. */
function openBlocks(tokens: readonly MysqlToken[]): number {
  let open = 0
  let hasEnd = false
  let hasThen = false
  tokens.forEach((token, index) => {
    if (!isKeyword(tokens, index)) return
    const isAfterEnd = tokens[index - 1]?.value === 'END'
    if (token.value === 'END') {
      hasEnd = true
      if (!NOT_COUNTED.has(tokens[index + 1]?.value ?? '')) open--
    } else if ((token.value === 'BEGIN' || token.value === 'CASE') && !isAfterEnd) open++
    else if (/^(?:THEN|LOOP|WHILE)$/.test(token.value)) hasThen = true
  })
  return hasThen && !hasEnd ? 1 : open
}

/** True for a keyword: a word that is neither a column, as in NEW.end, nor a label, as in `begin: LOOP`. */
function isKeyword(tokens: readonly MysqlToken[], index: number): boolean {
  return tokens[index]?.kind === 'word' && tokens[index - 1]?.value !== '.' && tokens[index + 1]?.value !== ':'
}
