import { isNameDerivedFromExpression } from './derived-name.ts'
import {
  type BracketedDefinitionPart,
  isBracketedDefinitionPart,
  isPrintedWord as isWord,
  type PrintedDefinitionPart,
  parsePrintedDefinition,
} from './printed.ts'

/**
 * Converts a definition that PostgreSQL printed to its canonical form. If PostgreSQL reads a definition that it printed, for
 * example from a dump, and prints the definition again, the second text can differ from the first text. The meaning of both texts
 * is the same. The function converts the first text to the second text: without parentheses around an AND inside an AND, with casts
 * at the elements of an array, with a minus as part of a number, and with other white space. The function also omits derived column
 * names (`isNameDerivedFromExpression`).
 */
export function canonicalizePostgresDefinition(text: string): string {
  if (!MAY_DIFFER.test(text)) return text
  const edits: Edit[] = []
  visit(text, parsePrintedDefinition(text), edits)
  // When a cast has moved to the elements of an array, a second cast of the same array can also move to the elements. The
  // function therefore calls itself again after an edit.
  return edits.length === 0 ? text : canonicalizePostgresDefinition(applied(text, edits))
}

// Matches the parts of a definition that PostgreSQL prints in another form after it has read its own output. Most definitions
// contain none of these parts, and the function returns such a definition without parsing it.
const MAY_DIFFER = /\]\)::|\(- [(\d]|\(\s|\)\s(?:AND|OR)\b|\b(?:AND|OR)\s\(|(?:'|\bNULL)::.*\sAS\s|([\w"]+) AS \1(?!\w)/

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

function visit(text: string, items: readonly PrintedDefinitionPart[], edits: Edit[]): void {
  for (const [index, item] of items.entries()) {
    if (isWord(item, 'AS') && isNameDerivedFromExpression(text, items, index)) {
      edits.push(cut((items[index - 1] ?? item).end, (items[index + 1] ?? item).end))
    }
    if (!isBracketedDefinitionPart(item)) continue
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

/**
 * Returns `'-5'::integer` for `(- 5)`, and undefined for an expression other than a number with a minus. PostgreSQL can print the
 * same expression in both forms.
 */
function negated(block: BracketedDefinitionPart): string | undefined {
  const number = numberOf(block)
  if (number === undefined) return undefined
  const isZero = !/[1-9]/.test(number)
  if (isZero || !number.startsWith('-')) return number.replace('-', '')
  return `'${number}'::${number.includes('.') ? 'numeric' : 'integer'}`
}

function numberOf(item: PrintedDefinitionPart): string | undefined {
  if (!isBracketedDefinitionPart(item)) return /^\d+(?:\.\d+)?$/.test(item.text) ? item.text : undefined
  const [minus, operand] = item.items
  if (item.bracket !== '(' || item.items.length !== 2 || !isWord(minus, '-') || operand === undefined) return undefined
  const number = numberOf(operand)
  return number === undefined || number.startsWith('-') ? number?.slice(1) : `-${number}`
}

type Connective = 'AND' | 'OR'

/** Returns true for parentheses that contain an AND inside another AND, or an OR inside another OR. */
function isFolded(items: readonly PrintedDefinitionPart[], index: number): boolean {
  const own = connectiveOf(items[index])
  if (own === undefined) return false
  const [before, after] = [items[index - 1], items[index + 1]]
  const fits = (item: PrintedDefinitionPart | undefined) => item === undefined || isWord(item, own)
  return fits(before) && fits(after) && (before !== undefined || after !== undefined) && !items.some((item) => isWord(item, 'BETWEEN'))
}

/** Returns AND or OR if the operator connects all operands in a pair of parentheses. Otherwise returns undefined. */
function connectiveOf(item: PrintedDefinitionPart | undefined): Connective | undefined {
  if (item === undefined || !isBracketedDefinitionPart(item) || item.bracket !== '(') return undefined
  const has = (word: string) => item.items.some((one) => isWord(one, word))
  if (has('BETWEEN') || has('AND') === has('OR')) return undefined
  return has('AND') ? 'AND' : 'OR'
}

/**
 * Replaces `(ARRAY[a, b])::type[]` by `ARRAY[(a)::type, (b)::type]`, because PostgreSQL prints the second form after it has read
 * the first form.
 */
function pushCast(text: string, items: readonly PrintedDefinitionPart[], index: number, edits: Edit[]): void {
  const cast = castOf(text, items, index)
  if (!cast) return
  edits.push(cut(cast.start, cast.start + 1), cut(cast.block.end, cast.end))
  castElements(text, cast.block, cast.type, edits)
}

interface Cast {
  readonly start: number
  readonly end: number
  /** The brackets of the array constructor whose cast moves to the elements. */
  readonly block: BracketedDefinitionPart
  /** The type to which each element of the array is cast. */
  readonly type: string
}

function castOf(text: string, items: readonly PrintedDefinitionPart[], index: number): Cast | undefined {
  const [outer, colons, first] = items.slice(index, index + 3)
  if (outer === undefined || !isBracketedDefinitionPart(outer) || outer.bracket !== '(' || !isWord(colons, '::') || first === undefined)
    return undefined
  const block = arrayOf(outer.items)
  const bounds = items.slice(index + 2).find((item) => isBracketedDefinitionPart(item) && item.bracket === '[')
  if (!block || !bounds || !isBracketedDefinitionPart(bounds) || bounds.items.length > 0) return undefined
  return { start: outer.start, end: bounds.end, block, type: text.slice(first.start, bounds.start) }
}

/** Returns the brackets of an array constructor. Returns undefined for every other expression. */
function arrayOf(items: readonly PrintedDefinitionPart[]): BracketedDefinitionPart | undefined {
  const [word, block] = items
  return items.length === 2 && isWord(word, 'ARRAY') && block !== undefined && isBracketedDefinitionPart(block) && block.bracket === '['
    ? block
    : undefined
}

function castElements(text: string, block: BracketedDefinitionPart, type: string, edits: Edit[]): void {
  for (const element of elementsOf(block).map(belowCollation)) {
    const [first, last] = [element[0], element.at(-1)]
    const inner = arrayOf(element)
    if (inner) castElements(text, inner, type, edits)
    else if (first && last && !isCastTo(text, element, type)) {
      edits.push(insertion(first.start, '('), insertion(last.end, `)::${type}`))
    }
  }
}

/**
 * Returns an element of an array without its COLLATE clause. A cast of the element must be inside the COLLATE clause, because
 * PostgreSQL prints the element as `((a)::type COLLATE "C")`.
 */
function belowCollation(element: readonly PrintedDefinitionPart[]): readonly PrintedDefinitionPart[] {
  const [only] = element
  if (element.length !== 1 || only === undefined || !isBracketedDefinitionPart(only)) return element
  const at = only.items.findIndex((item) => isWord(item, 'COLLATE'))
  return at < 0 ? element : only.items.slice(0, at)
}

function elementsOf({ items }: BracketedDefinitionPart): readonly (readonly PrintedDefinitionPart[])[] {
  const elements: PrintedDefinitionPart[][] = [[]]
  for (const item of items) {
    if (isWord(item, ',')) elements.push([])
    else elements.at(-1)?.push(item)
  }
  return elements
}

/** Returns true when an element of an array already has a cast to the type. */
function isCastTo(text: string, [, colons, first, ...rest]: readonly PrintedDefinitionPart[], type: string): boolean {
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
