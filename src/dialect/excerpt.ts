/** The position in a statement at which the server found an error. */
export interface ErrorPosition {
  /** The number of lines before it in the statement. */
  readonly down: number
  /** The column in its line, counted from 1. */
  readonly column: number
  /** The text of the line, and below it a mark at the column. */
  readonly excerpt: string
}

// Wide enough to recognise the position, and narrow enough for a terminal.
const WIDTH = 120

/** Locates a character of a statement. `at` is its offset, and `line` is the line in the file at which the statement begins. */
export function locateError(statement: string, at: number, line: number): ErrorPosition {
  const before = statement.slice(0, at)
  const down = before.split('\n').length - 1
  const column = at - (before.lastIndexOf('\n') + 1) + 1
  const whole = (withoutSecrets(statement).split('\n')[down] ?? '').trimEnd()
  const from = Math.max(0, Math.min(column - WIDTH / 2, whole.length - WIDTH))
  const gutter = `${String(line + down).padStart(5)} | `
  const indent = whole.slice(from, column - 1).replaceAll(/[^\t]/g, ' ')
  return { down, column, excerpt: `${gutter}${whole.slice(from, from + WIDTH)}\n${' '.repeat(gutter.length - 2)}| ${indent}^` }
}

// A password as a string literal, and the words before it.
const SECRET =
  /((?:\bset\s+password\b[^=]*=|\b(?:password|passwd|secret|identified\s+(?:(?:with|via)\s+\S+\s+)?(?:by|as|using))\b)\s*(?:(?:\(|=>?|to|password\s*\()\s*)*(?:E|U&|x)?)('(?:[^'\\]|''|\\.)*'?|"(?:[^"\\]|""|\\.)*"?)/gi
const IN_STRING = /(\bpassword\s*=\s*)([^\s'"]+)/gi

/** Replaces the characters of every password by asterisks. All other characters keep their positions. */
export function withoutSecrets(text: string): string {
  const hide = (_: string, before: string, secret: string) => before + secret.replaceAll(/[^\n'"]/g, '*')
  return text.replaceAll(SECRET, hide).replaceAll(IN_STRING, hide)
}

/**
 * Removes the passwords of a statement from the server's message about it. The message can contain a password without the words that
 * mark it in the statement.
 */
export function messageWithoutSecrets(statement: string, says: string): string {
  const secrets = [SECRET, IN_STRING].flatMap((pattern) => [...statement.matchAll(pattern)].map(([, , secret = '']) => secret))
  const bare = secrets.map((secret) => secret.replaceAll(/^['"]|['"]$/g, '')).filter((secret) => secret !== '')
  return bare.reduce((text, secret) => text.replaceAll(secret, '***'), withoutSecrets(says))
}

/** Removes the comment that marks the engine's statements for other runs. */
export function withoutTag(text: string): string {
  return text.replace(/^\/\* interphase [^*]*\*\/ /, '')
}
