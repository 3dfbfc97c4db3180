/**
 * Does a check hold for a row that has NULL in every column it names? A condition of comparisons and functions that give
 * NULL for NULL is then neither true nor false, and a check refuses only what is false. What may answer otherwise for NULL
 * (`IS NULL`, `coalesce`, CASE, a function that is not known) counts as if it did not hold.
 */
export function holdsForNull(expression: string): boolean {
  const words = expression.replaceAll(LITERAL, ' ').replaceAll(NAME, ' name ')
  if (ANSWERS_NULL.test(words)) return false
  return [...words.matchAll(CALL)].every(([, word = '']) => STRICT.has(word.toLowerCase()))
}

const LITERAL = /'(?:[^']|'')*'/g
const NAME = /`[^`]*`|"[^"]*"/g
const ANSWERS_NULL = /\b(?:is|case|coalesce|distinct|exists|select|true|false)\b|<=>|\b\d+\s*(?:=|<|>|!)\s*\d+/i
const CALL = /([a-z_][\w$]*)\s*\(/gi

// Words that stand before a parenthesis and are no call, and functions that give NULL for NULL on every server.
const STRICT: ReadonlySet<string> = new Set(
  (
    'and or not in like between any all array numeric varying character decimal varchar ' +
    'length char_length character_length octet_length lower upper btrim trim ltrim rtrim abs mod round floor ceil ' +
    'json_valid json_typeof jsonb_typeof year month date substr substring left right'
  ).split(' '),
)
