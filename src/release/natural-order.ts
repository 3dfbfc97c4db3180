/** Sorts items in natural order, in which `2` comes before `10`. The result is the same on every machine. */
export function sortNaturally<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] {
  const keyed = items.map((item) => ({ item, key: keyOf(nameOf(item)) }))
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ item }) => item)
}

/**
 * Compares two texts in natural order. Returns a negative number, zero or a positive number. The result is zero only for equal
 * texts.
 */
export function compareTextsNaturally(a: string, b: string): number {
  return compareKeys(keyOf(a), keyOf(b))
}

/** Returns true if two numbers of file names have the same value, such as `10` and `010`. */
export function isSameFileNumber(a: string, b: string): boolean {
  return withoutZeros(a) === withoutZeros(b)
}

interface Key {
  readonly text: string
  readonly pieces: readonly string[]
}

function keyOf(text: string): Key {
  return { text, pieces: text.match(/\d+|\D+/g) ?? [] }
}

function compareKeys(a: Key, b: Key): number {
  for (let index = 0; index < Math.min(a.pieces.length, b.pieces.length); index += 1) {
    const order = comparePieces(a.pieces[index] ?? '', b.pieces[index] ?? '')
    if (order !== 0) return order
  }
  return a.pieces.length - b.pieces.length || compareText(a.text, b.text)
}

function comparePieces(a: string, b: string): number {
  if (!isNumber(a) || !isNumber(b)) return compareText(a, b)
  const [left, right] = [withoutZeros(a), withoutZeros(b)]
  return left.length - right.length || compareText(left, right)
}

function isNumber(piece: string): boolean {
  return /^\d/.test(piece)
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '')
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
