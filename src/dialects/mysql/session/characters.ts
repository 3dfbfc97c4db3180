/**
 * The largest code point that arrives unchanged at the server under each `character_set_client`. Under utf8mb3, the server
 * replaces larger characters by question marks. Under latin1 and ascii, the driver sends only the low byte of a larger code
 * point. Under `binary`, the engine sends UTF-8, so every character arrives unchanged. Under swe7, the server reads even some
 * ASCII characters, such as the backtick, as other characters.
 */
const LARGEST_CODE: Readonly<Record<string, number>> = {
  utf8mb4: 0x10ffff,
  binary: 0x10ffff,
  utf8: 0xffff,
  utf8mb3: 0xffff,
  latin1: 0xff,
  ascii: 0x7f,
  swe7: 0x3f,
}

// The largest code point that arrives unchanged under a character set which LARGEST_CODE does not contain. For these character
// sets, the driver and the server have different conversion tables, or the driver has no table.
const LARGEST_CODE_OF_OTHERS = 0x7f

// Matches the character sets in which the second byte of a character can be the byte of a backslash.
const HIDES_QUOTES = /^(?:big5|cp932|gb18030|gbk|sjis)$/

const PREPARES_TEXT = /^(?:\s|\/\*[^]*?\*\/)*(?:PREPARE|EXECUTE)\b/i

const ENCODED_BY_DRIVER: readonly string[] = ['utf8mb4', 'utf8', 'utf8mb3', 'latin1', 'ascii']

/**
 * Returns true if the driver must encode a text in the given character set. For every other character set, the text contains only
 * ASCII characters, or the server reads the bytes of the text without a conversion.
 */
export function mustMysqlDriverEncodeText(charset: string): boolean {
  return ENCODED_BY_DRIVER.includes(charset)
}

/**
 * Returns the reason if the engine and the server could read the text of a PREPARE or EXECUTE statement differently. They can
 * read it differently if a character of the character set can contain the byte of a backslash. Otherwise returns undefined. The
 * text can come from a variable, so it is not sufficient to check the characters of the statement itself.
 */
export function reasonAgainstPreparedText(charset: string, text: string): string | undefined {
  if (!HIDES_QUOTES.test(charset) || !PREPARES_TEXT.test(text)) return undefined
  return `The character set ${charset} is in force, in which the server reads text in another way than the engine. Write SET NAMES utf8mb4.`
}

/**
 * Returns the reason if a character of the SQL text can arrive at the server as another character. Returns undefined if every
 * character arrives unchanged. `charset` is the value of `character_set_client`.
 */
export function reasonAgainstChangedCharacters(charset: string, text: string): string | undefined {
  const largest = LARGEST_CODE[charset] ?? LARGEST_CODE_OF_OTHERS
  const character = Array.from(text).find((one) => (one.codePointAt(0) ?? 0) > largest)
  if (character === undefined) return undefined
  return `The character set ${charset} is in force, and the character ${character} may not reach the server under it. Write SET NAMES utf8mb4.`
}
