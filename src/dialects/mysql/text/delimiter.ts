import type { MysqlToken } from './lexer.ts'

const DELIMITER = /delimiter(?:[ \t]+([^\s]*))?[^\n]*/iy

/** A DELIMITER command of the clients `mysql` and `mariadb`. `end` is the position in the text after the line of the command. */
export interface DelimiterCommand {
  /** The new delimiter. The delimiter is empty if the command names none. */
  readonly delimiter: string
  readonly end: number
}

/**
 * Reads the client's DELIMITER command at position `at`, which must be the beginning of a statement. Like the client, the function
 * recognises the command only there. Returns undefined for every other text.
 */
export function readDelimiterCommand(text: string, at: number): DelimiterCommand | undefined {
  DELIMITER.lastIndex = at
  const found = DELIMITER.exec(text)
  if (!found || /^delimiter\S/i.test(found[0])) return undefined
  return { delimiter: (found[1] ?? '').replace(/^(['"`])(.*)\1$/, '$2'), end: at + found[0].length }
}

/**
 * Returns a token without the delimiter that directly follows its word, such as $$ in `END$$`. Returns every other token
 * unchanged.
 */
export function cutTokenAtDelimiter(text: string, token: MysqlToken, delimiter: string): MysqlToken {
  const { kind, value, start, end } = token
  const cut = kind === 'word' ? text.slice(start, end + delimiter.length - 1).indexOf(delimiter) : -1
  return cut > 0 ? { ...token, end: start + cut, value: value.slice(0, cut) } : token
}
