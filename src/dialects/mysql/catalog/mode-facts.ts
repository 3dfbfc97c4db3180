import { BACKSLASH_SUBSTITUTE, replaceBackslashes } from '../text/backslash.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'

/**
 * The facts about the SQL mode in which a session created a routine, a trigger or an event. The server runs the object in the
 * same SQL mode.
 */
export interface MysqlCreationSqlMode {
  /**
   * The SQL modes that change how the server reads the text of a routine, trigger or event, joined with commas. The field is
   * absent if there is no such mode.
   */
  readonly syntax?: string
  /**
   * The whole SQL mode of a routine, trigger or event, without NO_AUTO_CREATE_USER. The field is present only if the mode can
   * change the result of the object: if `syntax` is present, if the mode is not strict or contains NO_AUTO_VALUE_ON_ZERO, or if
   * the text groups rows in a mode without ONLY_FULL_GROUP_BY.
   */
  readonly sqlMode?: string
}

/** Returns the facts about the SQL mode of a routine, trigger or event, from its text and its mode. */
export function makeMysqlCreationSqlMode(text: string, mode: string): MysqlCreationSqlMode {
  const modes = mode.split(',').filter((one) => one !== '')
  const tokens = tokenizeMysql(replaceBackslashes(text, mode))
  const syntax = modes.filter((one) => CHANGES[one]?.(tokens) ?? false).sort()
  const isNonStrict = !modes.some((one) => /^STRICT_(?:TRANS|ALL)_TABLES$/.test(one))
  const groupsFreely = !modes.includes('ONLY_FULL_GROUP_BY') && tokens.some(({ kind, value }) => kind === 'word' && value === 'GROUP')
  const otherwise = syntax.length > 0 || isNonStrict || groupsFreely || modes.includes('NO_AUTO_VALUE_ON_ZERO')
  return {
    ...(syntax.length > 0 && { syntax: syntax.join(',') }),
    // The code removes NO_AUTO_CREATE_USER, because this mode does not change the meaning of a text, and MySQL 8 refuses it.
    ...(otherwise && { sqlMode: modes.filter((one) => one !== 'NO_AUTO_CREATE_USER').join(',') }),
  }
}

const hasWord = (word: string) => (tokens: readonly MysqlToken[]) => tokens.some(({ kind, value }) => kind === 'word' && value === word)
const hasSymbol = (symbol: string) => (tokens: readonly MysqlToken[]) =>
  tokens.some(({ kind, value }) => kind === 'symbol' && value === symbol)
const always = () => true

/**
 * The SQL modes that change how the server reads a text, each with a function. The function returns true if the mode changes the
 * meaning of the given tokens. The table does not contain modes that only combine other modes, such as ANSI.
 */
const CHANGES: { readonly [mode: string]: (tokens: readonly MysqlToken[]) => boolean } = {
  ANSI_QUOTES: (tokens) => tokens.some(({ kind, value }) => kind === 'string' && value.startsWith('"')),
  EMPTY_STRING_IS_NULL: (tokens) => tokens.some(({ kind, value }) => kind === 'string' && value.length === 2),
  HIGH_NOT_PRECEDENCE: hasWord('NOT'),
  IGNORE_SPACE: (tokens) => tokens.some((token, index) => takesNoSpace(token, tokens[index + 1])),
  NO_BACKSLASH_ESCAPES: (tokens) => tokens.some(({ value }) => value.includes(BACKSLASH_SUBSTITUTE)),
  NO_UNSIGNED_SUBTRACTION: hasSymbol('-'),
  ORACLE: always,
  PIPES_AS_CONCAT: (tokens) => tokens.some((token, index) => token.value === '|' && tokens[index + 1]?.value === '|'),
  REAL_AS_FLOAT: hasWord('REAL'),
  SIMULTANEOUS_ASSIGNMENT: hasWord('UPDATE'),
}

// The functions that the server recognises only if the parenthesis follows the name without a space. With the SQL mode
// IGNORE_SPACE, the server also accepts a space.
const BOUND =
  /^(?:ADDDATE|BIT_AND|BIT_OR|BIT_XOR|CAST|COUNT|CURDATE|CURTIME|DATE_ADD|DATE_SUB|EXTRACT|GROUP_CONCAT|MAX|MID|MIN|NOW|POSITION|SESSION_USER|STD|STDDEV|STDDEV_POP|STDDEV_SAMP|SUBDATE|SUBSTR|SUBSTRING|SUM|SYSDATE|SYSTEM_USER|TRIM|VARIANCE|VAR_POP|VAR_SAMP)$/

function takesNoSpace({ kind, value, end }: MysqlToken, next: MysqlToken | undefined): boolean {
  return kind === 'word' && BOUND.test(value) && next?.value === '(' && next.start > end
}
