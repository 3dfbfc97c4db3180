import { type Token, tokensOf } from './lexer.ts'

/** The inside of a pair of parentheses. */
export interface Inside {
  readonly text: string
  readonly tokens: readonly Token[]
}

/** Walks over what a server printed. Marks of executable comments are passed over: what they hold is code. */
export class Cursor {
  readonly text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string, tokens: readonly Token[] = tokensOf(text)) {
    this.text = text
    this.#tokens = tokens.filter((token) => token.kind !== 'mark')
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** Place in the text of what comes next. */
  get place(): number {
    return this.peek()?.start ?? this.text.length
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead]
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++]
  }

  /** The words or symbols are next? */
  sees(...values: readonly string[]): boolean {
    return values.every((value, index) => {
      const token = this.peek(index)
      return token !== undefined && token.kind !== 'name' && token.kind !== 'string' && token.value === value
    })
  }

  /** Passes over these words or symbols where they are next. */
  takes(...values: readonly string[]): boolean {
    if (!this.sees(...values)) return false
    this.#at += values.length
    return true
  }

  /** A name in backticks, or a bare word as it is written. */
  name(): string {
    const token = this.next()
    if (!token) return ''
    return token.kind === 'name' ? token.value : this.text.slice(token.start, token.end)
  }

  /** The parenthesis that comes next, without its own signs. */
  inside(): Inside | undefined {
    if (!this.takes('(')) return undefined
    const from = this.#at
    this.#passTo((depth) => this.sees(')') && depth === 0)
    const tokens = this.#tokens.slice(from, this.#at)
    this.next()
    return { text: slice(this.text, tokens), tokens }
  }

  /** The tokens up to the first of these words outside of parentheses, or to the end. */
  until(...words: readonly string[]): Inside {
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

function slice(text: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  return first && last ? text.slice(first.start, last.end) : ''
}
