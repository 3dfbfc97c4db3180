import { type MysqlToken, tokenizeMysql } from './lexer.ts'

/** The text and the tokens inside a pair of parentheses. */
export interface MysqlParenthesisContent {
  readonly text: string
  readonly tokens: readonly MysqlToken[]
}

/**
 * Reads the tokens of a printed definition one after the other. The reader skips the marks of executable comments, because the
 * server executes the content of these comments.
 */
export class MysqlDefinitionTokenReader {
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

  /** Returns true when the given words or symbols are the next tokens of the definition. */
  isNext(...values: readonly string[]): boolean {
    return values.every((value, index) => {
      const token = this.peek(index)
      return token !== undefined && token.kind !== 'name' && token.kind !== 'string' && token.value === value
    })
  }

  /** Skips the given words or symbols if they are the next tokens of the definition. Returns true if the reader skipped them. */
  skip(...values: readonly string[]): boolean {
    if (!this.isNext(...values)) return false
    this.#at += values.length
    return true
  }

  /**
   * Reads the next token of the definition as a name. Returns the name inside backticks, or an unquoted word with its original
   * capital letters.
   */
  name(): string {
    const token = this.next()
    if (!token) return ''
    return token.kind === 'name' ? token.value : this.text.slice(token.start, token.end)
  }

  /**
   * Reads the next pair of parentheses of the definition, and returns the content. Returns undefined if the next token is no
   * parenthesis.
   */
  inside(): MysqlParenthesisContent | undefined {
    if (!this.skip('(')) return undefined
    const from = this.#at
    this.#passTo((depth) => this.isNext(')') && depth === 0)
    const tokens = this.#tokens.slice(from, this.#at)
    this.next()
    return { text: slice(this.text, tokens), tokens }
  }

  /**
   * Reads the tokens of the definition before the first of the given words or the first `)`, outside parentheses. If the
   * definition contains none of them, the method reads all remaining tokens.
   */
  until(...words: readonly string[]): MysqlParenthesisContent {
    const from = this.#at
    this.#passTo((depth) => depth === 0 && (this.isNext(')') || words.some((word) => this.isNext(word))))
    const tokens = this.#tokens.slice(from, this.#at)
    return { text: slice(this.text, tokens), tokens }
  }

  #passTo(here: (depth: number) => boolean): void {
    for (let depth = 0; !this.done && !here(depth); this.#at++) {
      if (this.isNext('(')) depth++
      else if (this.isNext(')')) depth--
    }
  }
}

function slice(text: string, tokens: readonly MysqlToken[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  return first && last ? text.slice(first.start, last.end) : ''
}
