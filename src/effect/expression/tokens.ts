const TOKEN =
  /\s+|(?<text>(?:[eEbBxXnN]|_[a-z]\w*)?\\?'(?:[^'\\]|''|\\.)*')|(?<quoted>"(?:[^"]|"")*"|`[^`]*`)|(?<number>\d[\d.]*(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<cast>::)|(?<bracket>[()[\],.])|(?<operator>[-+*/<>=~!@#%^&|?:]+)/gy

/** A token of an expression that a server printed. */
export interface ExpressionToken {
  readonly is: 'text' | 'quoted' | 'number' | 'word' | 'cast' | 'bracket' | 'operator'
  readonly text: string
  /** The position in the text of the expression after the last character of the token. */
  readonly end: number
}

/** Returns the tokens of an expression from the position `from` on, without white space. */
export function tokenizeExpression(text: string, from = 0): readonly ExpressionToken[] {
  const tokens: ExpressionToken[] = []
  TOKEN.lastIndex = from
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    const [is] = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined) ?? []
    if (is !== undefined) tokens.push({ is: is as ExpressionToken['is'], text: found[0], end: TOKEN.lastIndex })
    if (found[0] === '') break
  }
  return tokens
}
