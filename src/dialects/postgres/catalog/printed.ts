/** A token of a definition that PostgreSQL printed: a word, a literal, a quoted name or a symbol. */
export interface PrintedToken {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A pair of parentheses or brackets in a printed definition, with the content between them. */
export interface BracketedDefinitionPart {
  readonly bracket: '(' | '['
  readonly start: number
  readonly end: number
  readonly items: readonly PrintedDefinitionPart[]
}

export type PrintedDefinitionPart = PrintedToken | BracketedDefinitionPart

export function isBracketedDefinitionPart(item: PrintedDefinitionPart): item is BracketedDefinitionPart {
  return 'items' in item
}

export function isPrintedWord(item: PrintedDefinitionPart | undefined, word: string): boolean {
  return item !== undefined && !isBracketedDefinitionPart(item) && item.text === word
}

/**
 * Parses a definition that PostgreSQL printed into tokens and nested parentheses. PostgreSQL prints every operation in
 * parentheses, and prints no comments and no escapes in strings.
 */
export function parsePrintedDefinition(text: string): readonly PrintedDefinitionPart[] {
  const open: { readonly bracket: '(' | '['; readonly start: number; readonly items: PrintedDefinitionPart[] }[] = []
  const top: PrintedDefinitionPart[] = []
  const here = () => open.at(-1)?.items ?? top
  for (const token of tokensOf(text)) {
    if (token.text === '(' || token.text === '[') open.push({ bracket: token.text, start: token.start, items: [] })
    else if (token.text === ')' || token.text === ']') {
      const block = open.pop()
      if (block) here().push({ ...block, end: token.end })
    } else here().push(token)
  }
  return top
}

// Matches one token of a printed definition: a quoted name, a string, the body of a function, a cast, a word or number, or any
// other symbol.
const TOKEN = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\w*)\$[^]*?\$\1\$|::|[\w\u0080-\uFFFF.]+|\S/g

function* tokensOf(text: string): Generator<PrintedToken> {
  for (const match of text.matchAll(TOKEN)) yield { text: match[0], start: match.index, end: match.index + match[0].length }
}
