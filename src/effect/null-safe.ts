/**
 * Returns true if a check constraint accepts a row in which every column of the check is NULL. A check refuses a row only if its
 * condition is false, and comparisons and most functions return NULL for NULL. Returns false for an expression that can treat
 * NULL differently, for example with IS NULL, coalesce, CASE or an unknown function.
 */
export function doesCheckAcceptNullRow(expression: string): boolean {
  const words = expression.replaceAll(LITERAL, ' ').replaceAll(NAME, ' name ')
  if (ANSWERS_NULL.test(words)) return false
  return [...words.matchAll(CALL)].every(([, word = '']) => STRICT.has(word.toLowerCase()))
}

const LITERAL = /'(?:[^']|'')*'/g
const NAME = /`[^`]*`|"[^"]*"/g
const ANSWERS_NULL = /\b(?:is|case|coalesce|distinct|exists|select|true|false)\b|<=>|\b\d+\s*(?:=|<|>|!)\s*\d+/i
const CALL = /([a-z_][\w$]*)\s*\(/gi

// The words that can precede a parenthesis in a check that accepts NULL: keywords and types, which call no function, and functions
// that return NULL for NULL on every server.
const STRICT: ReadonlySet<string> = new Set(
  (
    'and or not in like between any all array numeric varying character decimal varchar ' +
    'length char_length character_length octet_length lower upper btrim trim ltrim rtrim abs mod round floor ceil ' +
    'json_valid json_typeof jsonb_typeof json_extract json_unquote json_value year month date substr substring left right ' +
    'to_tsvector to_tsquery date_trunc date_part extract timezone md5 replace cast signed unsigned char'
  ).split(' '),
)
