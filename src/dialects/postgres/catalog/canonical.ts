import { type Block, blocksOf, type Item, isBlock } from './printed.ts'

/**
 * The one form of a definition that the server printed: the one that it prints after it has read its own printing. When it
 * reads, it folds an AND within an AND, casts the elements of an array in place of the array, and takes the minus before a
 * number for a part of it. It prints white space behind some parentheses, depending on what was printed before. None of this changes what the definition means.
 */
export function canonical(text: string): string {
  if (!MAY_DIFFER.test(text)) return text
  const edits: Edit[] = []
  visit(text, blocksOf(text), edits)
  // A cast that has moved to the elements can leave a cast of the array behind that moves next.
  return edits.length === 0 ? text : canonical(applied(text, edits))
}

// Most texts have nothing of all this, and are not taken apart.
const MAY_DIFFER = /\]\)::|\(- [(\d]|\(\s|\)\s(?:AND|OR)\b|\b(?:AND|OR)\s\(/

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

function visit(text: string, items: readonly Item[], edits: Edit[]): void {
  for (const [index, item] of items.entries()) {
    if (!isBlock(item)) continue
    const [first] = item.items
    if (first && first.start > item.start + 1) edits.push(cut(item.start + 1, first.start))
    const constant = negated(item)
    if (constant !== undefined) {
      edits.push({ start: item.start, end: item.end, text: constant })
      continue
    }
    if (isFolded(items, index)) edits.push(cut(item.start, item.start + 1), cut(item.end - 1, item.end))
    else pushCast(text, items, index, edits)
    visit(text, item.items, edits)
  }
}

/** `(- 5)` is read as a constant, and printed as one. */
function negated(block: Block): string | undefined {
  const number = numberOf(block)
  if (number === undefined) return undefined
  const isZero = !/[1-9]/.test(number)
  if (isZero || !number.startsWith('-')) return number.replace('-', '')
  return `'${number}'::${number.includes('.') ? 'numeric' : 'integer'}`
}

function numberOf(item: Item): string | undefined {
  if (!isBlock(item)) return /^\d+(?:\.\d+)?$/.test(item.text) ? item.text : undefined
  const [minus, operand] = item.items
  if (item.bracket !== '(' || item.items.length !== 2 || !isWord(minus, '-') || operand === undefined) return undefined
  const number = numberOf(operand)
  return number === undefined || number.startsWith('-') ? number?.slice(1) : `-${number}`
}

type Connective = 'AND' | 'OR'

/** Are these the parentheses of an AND that is an operand of another AND, or of an OR in an OR? */
function isFolded(items: readonly Item[], index: number): boolean {
  const own = connectiveOf(items[index])
  if (own === undefined) return false
  const [before, after] = [items[index - 1], items[index + 1]]
  const fits = (item: Item | undefined) => item === undefined || isWord(item, own)
  return fits(before) && fits(after) && (before !== undefined || after !== undefined) && !items.some((item) => isWord(item, 'BETWEEN'))
}

/** What the parenthesised operands are joined with, where it is one word. */
function connectiveOf(item: Item | undefined): Connective | undefined {
  if (item === undefined || !isBlock(item) || item.bracket !== '(') return undefined
  const has = (word: string) => item.items.some((one) => isWord(one, word))
  if (has('BETWEEN') || has('AND') === has('OR')) return undefined
  return has('AND') ? 'AND' : 'OR'
}

function isWord(item: Item | undefined, word: string): boolean {
  return item !== undefined && !isBlock(item) && item.text === word
}

/** `(ARRAY[a, b])::type[]` becomes `ARRAY[(a)::type, (b)::type]`. */
function pushCast(text: string, items: readonly Item[], index: number, edits: Edit[]): void {
  const cast = castOf(text, items, index)
  if (!cast) return
  edits.push(cut(cast.start, cast.start + 1), cut(cast.block.end, cast.end))
  castElements(text, cast.block, cast.type, edits)
}

interface Cast {
  readonly start: number
  readonly end: number
  /** The brackets of the array. */
  readonly block: Block
  /** What its elements are cast to. */
  readonly type: string
}

function castOf(text: string, items: readonly Item[], index: number): Cast | undefined {
  const [outer, colons, first] = items.slice(index, index + 3)
  if (outer === undefined || !isBlock(outer) || outer.bracket !== '(' || !isWord(colons, '::') || first === undefined) return undefined
  const block = arrayOf(outer.items)
  const bounds = items.slice(index + 2).find((item) => isBlock(item) && item.bracket === '[')
  if (!block || !bounds || !isBlock(bounds) || bounds.items.length > 0) return undefined
  return { start: outer.start, end: bounds.end, block, type: text.slice(first.start, bounds.start) }
}

/** The brackets of what is an array constructor and nothing else. */
function arrayOf(items: readonly Item[]): Block | undefined {
  const [word, block] = items
  return items.length === 2 && isWord(word, 'ARRAY') && block !== undefined && isBlock(block) && block.bracket === '[' ? block : undefined
}

function castElements(text: string, block: Block, type: string, edits: Edit[]): void {
  for (const element of elementsOf(block).map(belowCollation)) {
    const [first, last] = [element[0], element.at(-1)]
    const inner = arrayOf(element)
    if (inner) castElements(text, inner, type, edits)
    else if (first && last && !isCastTo(text, element, type)) {
      edits.push(insertion(first.start, '('), insertion(last.end, `)::${type}`))
    }
  }
}

/** The server casts below a COLLATE: `((a)::type COLLATE "C")`. */
function belowCollation(element: readonly Item[]): readonly Item[] {
  const [only] = element
  if (element.length !== 1 || only === undefined || !isBlock(only)) return element
  const at = only.items.findIndex((item) => isWord(item, 'COLLATE'))
  return at < 0 ? element : only.items.slice(0, at)
}

function elementsOf({ items }: Block): readonly (readonly Item[])[] {
  const elements: Item[][] = [[]]
  for (const item of items) {
    if (isWord(item, ',')) elements.push([])
    else elements.at(-1)?.push(item)
  }
  return elements
}

/** What has this type by a cast is not cast to it again. */
function isCastTo(text: string, [, colons, first, ...rest]: readonly Item[], type: string): boolean {
  return isWord(colons, '::') && first !== undefined && text.slice(first.start, (rest.at(-1) ?? first).end) === type
}

function cut(start: number, end: number): Edit {
  return { start, end, text: '' }
}

function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text }
}

function applied(text: string, edits: readonly Edit[]): string {
  let from = 0
  const parts = edits
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .flatMap((edit) => {
      const before = text.slice(from, edit.start)
      from = edit.end
      return [before, edit.text]
    })
  return [...parts, text.slice(from)].join('')
}
