import { type MysqlToken, tokenizeMysql } from './lexer.ts'

/** The text and the tokens inside a pair of parentheses. */
export interface ParenthesisContent {
  readonly text: string
  readonly tokens: readonly MysqlToken[]
}

/**
 * Reads the tokens of a printed definition one after the other. The marks of executable comments are skipped, because their content is
 * code.
 */
export class DefinitionTokenReader {
  readonly text: string
  readonly #tokens: readonly MysqlToken[]
  #at = 0

  constructor(text: string, tokens: readonly MysqlToken[] = tokenizeMysql(text)) {
    this.text = text
    this.#tokens = tokens.filter((token) => token.kind !== 'mark')
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** The position of the next token in the text of the definition. */
  get place(): number {
    return this.peek()?.start ?? this.text.length
  }

  peek(ahead = 0): MysqlToken | undefined {
    return this.#tokens[this.#at + ahead]
  }

  next(): MysqlToken | undefined {
    return this.#tokens[this.#at++]
  }

  /** True when these words or symbols come next in the definition. */
  sees(...values: readonly string[]): boolean {
    return values.every((value, index) => {
      const token = this.peek(index)
      return token !== undefined && token.kind !== 'name' && token.kind !== 'string' && token.value === value
    })
  }

  /** Skips these words or symbols if they come next. Returns true if they were skipped. */
  takes(...values: readonly string[]): boolean {
    if (!this.sees(...values)) return false
    this.#at += values.length
    return true
  }

  /** Reads the next token as a name: the name inside backticks, or an unquoted word as it is written. */
  name(): string {
    const token = this.next()
    if (!token) return ''
    return token.kind === 'name' ? token.value : this.text.slice(token.start, token.end)
  }

  /** Reads the next pair of parentheses and returns its content. */
  inside(): ParenthesisContent | undefined {
    if (!this.takes('(')) return undefined
    const from = this.#at
    this.#passTo((depth) => this.sees(')') && depth === 0)
    const tokens = this.#tokens.slice(from, this.#at)
    this.next()
    return { text: slice(this.text, tokens), tokens }
  }

  /** Reads the tokens up to the first of these words outside parentheses, or to the end. */
  until(...words: readonly string[]): ParenthesisContent {
    const from = this.#at
    this.#passTo((depth) => depth === 0 && (this.sees(')') || words.some((word) => this.sees(word))))
    const tokens = this.#tokens.slice(from, this.#at)
    return { text: slice(this.text, tokens), tokens }
  }

  #passTo(here: (depth: number) => boolean): void {
    for (let depth = 0; !this.done && !here(depth); this.#at++) {
      if (this.sees('(')) depth++
      else if (this.sees(')')) depth--
    }
  }
}

function slice(text: string, tokens: readonly MysqlToken[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  return first && last ? text.slice(first.start, last.end) : ''
}
