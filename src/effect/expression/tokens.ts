const TOKEN =
  /\s+|(?<text>(?:[eEbBxXnN]|_[a-z]\w*)?\\?'(?:[^'\\]|''|\\.)*')|(?<quoted>"(?:[^"]|"")*"|`[^`]*`)|(?<number>\d[\d.]*(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<cast>::)|(?<bracket>[()[\],.])|(?<operator>[-+*/<>=~!@#%^&|?:]+)/gy

/** A token of an expression as a server prints it. */
export interface ExpressionToken {
  readonly is: 'text' | 'quoted' | 'number' | 'word' | 'cast' | 'bracket' | 'operator'
  readonly text: string
  /** The position after the token. */
  readonly end: number
}

/** Splits an expression into its tokens, from a position on. White space is left out. */
export function splitExpression(text: string, from = 0): readonly ExpressionToken[] {
  const tokens: ExpressionToken[] = []
  TOKEN.lastIndex = from
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    const [is] = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined) ?? []
    if (is !== undefined) tokens.push({ is: is as ExpressionToken['is'], text: found[0], end: TOKEN.lastIndex })
    if (found[0] === '') break
  }
  return tokens
}
