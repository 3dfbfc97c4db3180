/** Where in a statement the server found the error. */
export interface Spot {
  /** Lines before it in the statement. */
  readonly down: number
  /** In its line, from 1. */
  readonly column: number
  /** The line, and under it a mark at the column. */
  readonly excerpt: string
}

// Enough to see where one is, and short enough for a terminal.
const WIDTH = 120

/** The place of a character of the statement; `line` is where the statement begins in its file. */
export function spotIn(statement: string, at: number, line: number): Spot {
  const before = statement.slice(0, at)
  const down = before.split('\n').length - 1
  const column = at - (before.lastIndexOf('\n') + 1) + 1
  const whole = (withoutSecrets(statement).split('\n')[down] ?? '').trimEnd()
  const from = Math.max(0, Math.min(column - WIDTH / 2, whole.length - WIDTH))
  const gutter = `${String(line + down).padStart(5)} | `
  const indent = whole.slice(from, column - 1).replaceAll(/[^\t]/g, ' ')
  return { down, column, excerpt: `${gutter}${whole.slice(from, from + WIDTH)}\n${' '.repeat(gutter.length - 2)}| ${indent}^` }
}

// What stands before a password, and its string.
const SECRET =
  /((?:\bset\s+password\b[^=]*=|\b(?:password|passwd|secret|identified\s+(?:(?:with|via)\s+\S+\s+)?(?:by|as|using))\b)\s*(?:(?:\(|=>?|to|password\s*\()\s*)*(?:E|U&|x)?)('(?:[^'\\]|''|\\.)*'?|"(?:[^"\\]|""|\\.)*"?)/gi
const IN_STRING = /(\bpassword\s*=\s*)([^\s'"]+)/gi

/** The text with every password in it hidden; everything else stays in its place. */
export function withoutSecrets(text: string): string {
  const hide = (_: string, before: string, secret: string) => before + secret.replaceAll(/[^\n'"]/g, '*')
  return text.replaceAll(SECRET, hide).replaceAll(IN_STRING, hide)
}

/** What a server says of a statement, without the passwords of that: it may repeat them without the words before them. */
export function saidOf(statement: string, says: string): string {
  const secrets = [SECRET, IN_STRING].flatMap((pattern) => [...statement.matchAll(pattern)].map(([, , secret = '']) => secret))
  const bare = secrets.map((secret) => secret.replaceAll(/^['"]|['"]$/g, '')).filter((secret) => secret !== '')
  return bare.reduce((text, secret) => text.replaceAll(secret, '***'), withoutSecrets(says))
}

/** The comment by which another run finds a statement at work is none of the author's. */
export function withoutTag(text: string): string {
  return text.replace(/^\/\* interphase [^*]*\*\/ /, '')
}
