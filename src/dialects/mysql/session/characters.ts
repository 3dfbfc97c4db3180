/** The number under which the driver knows the character set `binary`. */
export const BINARY_CHARSET_NUMBER = 63

// The driver encodes these character sets without an error for other characters. It sends the low byte of their code instead.
const LARGEST_CODE: Readonly<Record<string, number>> = { latin1: 0xff, ascii: 0x7f }

/**
 * Returns why the server would receive other characters than the text contains. `charset` is the value of `character_set_client`.
 * Undefined if the characters arrive.
 */
export function findLostCharacter(charset: string, text: string): string | undefined {
  const largest = LARGEST_CODE[charset] ?? Number.POSITIVE_INFINITY
  const character = Array.from(text).find((one) => (one.codePointAt(0) ?? 0) > largest)
  if (character === undefined) return undefined
  return `The character set ${charset} is in force, and it does not contain the character ${character}. Write SET NAMES utf8mb4.`
}
