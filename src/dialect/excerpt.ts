/** The position of an error in a statement, as the server reported it. */
export interface ErrorPositionInStatement {
  /** The number of lines of the statement before the line with the error. */
  readonly down: number
  /** The column of the error in the line, counted from 1. */
  readonly column: number
  /** The excerpt for a message: the line of the statement with the error, and below it a mark at the column of the error. */
  readonly excerpt: string
}

// The length of the quoted line in characters. The line shows enough text around the error, and fits the width of a terminal.
const WIDTH = 120

/**
 * Converts the offset `at` of an error in a statement, counted from 0, to a line and a column. `line` is the line of the file where
 * the statement begins.
 */
export function locateErrorInStatement(statement: string, at: number, line: number): ErrorPositionInStatement {
  const before = statement.slice(0, at)
  const down = before.split('\n').length - 1
  const column = at - (before.lastIndexOf('\n') + 1) + 1
  const whole = (maskPasswords(statement).split('\n')[down] ?? '').trimEnd()
  const from = Math.max(0, Math.min(column - WIDTH / 2, whole.length - WIDTH))
  const gutter = `${String(line + down).padStart(5)} | `
  const indent = whole.slice(from, column - 1).replaceAll(/[^\t]/g, ' ')
  return { down, column, excerpt: `${gutter}${whole.slice(from, from + WIDTH)}\n${' '.repeat(gutter.length - 2)}| ${indent}^` }
}

// Matches the keywords before a password in a SQL statement, and the string literal with the password.
const SECRET =
  /((?:\bset\s+password\b[^=]*=|\b(?:password|passwd|secret|identified\s+(?:(?:with|via)\s+\S+\s+)?(?:by|as|using))\b)\s*(?:(?:\(|=>?|to|password\s*\()\s*)*(?:E|U&|x)?)('(?:[^'\\]|''|\\.)*'?|"(?:[^"\\]|""|\\.)*"?)/gi
const IN_STRING = /(\bpassword\s*=\s*)([^\s'"]+)/gi

/** Replaces the characters of every password in a SQL statement by asterisks. All other characters keep their positions. */
export function maskPasswords(text: string): string {
  const hide = (_: string, before: string, secret: string) => before + secret.replaceAll(/[^\n'"]/g, '*')
  return text.replaceAll(SECRET, hide).replaceAll(IN_STRING, hide)
}

/**
 * Removes the passwords of a statement from the server's error message about the statement. The message can contain a password
 * without the keywords before it, so the function searches for the passwords of the statement.
 */
export function maskPasswordsInMessage(statement: string, says: string): string {
  const secrets = [SECRET, IN_STRING].flatMap((pattern) => [...statement.matchAll(pattern)].map(([, , secret = '']) => secret))
  const bare = secrets.map((secret) => secret.replaceAll(/^['"]|['"]$/g, '')).filter((secret) => secret !== '')
  return bare.reduce((text, secret) => text.replaceAll(secret, '***'), maskPasswords(says))
}

/**
 * Removes the comment with which the engine marks its statements, so that messages do not show it. With the comment, other runs
 * recognise a running statement.
 */
export function removeEngineComment(text: string): string {
  return text.replace(/^\/\* interphase [^*]*\*\/ /, '')
}
