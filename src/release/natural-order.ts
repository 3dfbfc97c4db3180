/** Compares as people count: `2` before `10`. Total, the same on every machine, and zero for equal texts alone. */
export function compareNatural(a: string, b: string): number {
  const left = piecesOf(a)
  const right = piecesOf(b)
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = comparePieces(left[index] ?? '', right[index] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length || compareText(a, b)
}

/** Do two numbers as they stand in file names mean the same place (`10` and `010`)? */
export function sameNumber(a: string, b: string): boolean {
  return withoutZeros(a) === withoutZeros(b)
}

function piecesOf(text: string): readonly string[] {
  return text.match(/\d+|\D+/g) ?? []
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
