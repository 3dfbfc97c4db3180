/**
 * The answer to the question how the values of one column type fit another type. 'alike': every value fits and is read as the
 * same value. 'otherwise': every value fits, but drivers or printed text represent the value differently. 'no': some values do
 * not fit, or the engine cannot determine whether they fit.
 */
export type ColumnTypeFit = 'alike' | 'otherwise' | 'no'

/** Returns how the values of the column type `from` fit the column type `to`. Both types are given as the servers print them. */
export function compareColumnTypes(from: string, to: string): ColumnTypeFit {
  const [before, after] = [parse(from), parse(to)]
  if (before.labels && after.labels) return fitOfLabels(before, after)
  if (before.arrays !== after.arrays || before.zone !== after.zone) return 'no'
  if (before.zerofill || after.zerofill) return before.name === after.name && !narrows(before, after) ? 'otherwise' : 'no'
  return fitOfNumbers(before, after) ?? fitOfTexts(before, after) ?? fitOfConversions(before, after) ?? fitOfSizes(before, after)
}

interface Parsed {
  /**
   * The name of the type. The name of a built-in type is in lower case. A user-defined type has the name that the server prints.
   */
  readonly name: string
  readonly size: readonly number[]
  readonly unsigned: boolean
  readonly zerofill: boolean
  readonly zone: string
  readonly arrays: string
  /** The labels of an enum or set of MySQL, in the order of the type definition. */
  readonly labels?: readonly string[]
}

const TYPE = /^([a-z ]+?)(?:\(([\d, ]+)\))?( unsigned)?( zerofill)?( (?:with|without) time zone)?((?:\[\])*)$/

function parse(type: string): Parsed {
  const plain = { size: [], unsigned: false, zerofill: false, zone: '', arrays: '' }
  const [, kind, labels] = /^(enum|set)\((.*)\)$/is.exec(type) ?? []
  if (kind !== undefined) return { ...plain, name: kind.toLowerCase(), labels: labels?.match(/'(?:[^']|'')*'/g) ?? [] }
  const found = TYPE.exec(type)
  if (!found) return { ...plain, name: type }
  const [, name = type, size, unsigned, zerofill, zone = '', arrays = ''] = found
  return {
    name,
    size: size === undefined ? [] : size.split(',').map(Number),
    unsigned: unsigned !== undefined,
    zerofill: zerofill !== undefined,
    zone,
    arrays,
  }
}

/**
 * Returns how the values of an enum or set fit a new list of labels. MySQL stores a label as its position in the list, so the old
 * labels must be the beginning of the new list.
 */
function fitOfLabels(before: Parsed, after: Parsed): ColumnTypeFit {
  return before.name === after.name && before.labels?.every((label, index) => after.labels?.[index] === label) ? 'alike' : 'no'
}

// The integer types in ascending order. Each type can store all values of the types before it.
const WHOLE_NUMBERS: readonly string[] = ['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'bigint']

/**
 * Returns how the values of an integer type fit another integer type. Returns undefined if one of the types is not an integer
 * type. The result is 'otherwise' if only one of the types is bigint or tinyint(1), because drivers then return another
 * JavaScript type.
 */
function fitOfNumbers(before: Parsed, after: Parsed): ColumnTypeFit | undefined {
  const [from, to] = [before, after].map(({ name }) => WHOLE_NUMBERS.indexOf(name))
  if (from === undefined || to === undefined || from < 0 || to < 0) return undefined
  if (to < from || (before.unsigned !== after.unsigned && (after.unsigned || to === from))) return 'no'
  const changesHands = (before.name === 'bigint') !== (after.name === 'bigint') || isBoolean(before) !== isBoolean(after)
  return changesHands ? 'otherwise' : 'alike'
}

function isBoolean({ name, size }: Parsed): boolean {
  return name === 'tinyint' && size[0] === 1
}

const TEXTS: readonly (readonly string[])[] = [
  ['tinytext', 'text', 'mediumtext', 'longtext'],
  ['tinyblob', 'blob', 'mediumblob', 'longblob'],
]

function fitOfTexts(before: Parsed, after: Parsed): ColumnTypeFit | undefined {
  // PostgreSQL stores `character varying` and `text` in the same way. Only `character varying` with a length can refuse a `text`
  // value.
  if (before.name === 'character varying' && after.name === 'text') return 'alike'
  if (before.name === 'text' && after.name === 'character varying') return after.size.length === 0 ? 'alike' : 'no'
  const ladder = TEXTS.find((names) => names.includes(before.name) && names.includes(after.name))
  if (ladder) return ladder.indexOf(before.name) <= ladder.indexOf(after.name) ? 'alike' : 'no'
  // The result is 'otherwise', because a `text` column of MySQL can store the longest varchar, but cannot have a literal default
  // or an index without a prefix length.
  if (before.name === 'varchar' && TEXTS[0]?.includes(after.name)) return after.name === 'tinytext' ? 'no' : 'otherwise'
  // The result is 'otherwise', because a stored floating-point number is the nearest binary fraction, and the longer type prints
  // more digits of the fraction.
  return (before.name === 'real' && after.name === 'double precision') || (before.name === 'float' && after.name === 'double')
    ? 'otherwise'
    : undefined
}

// The numbers of digits of the largest value of each integer type: signed and unsigned.
const DIGITS: Readonly<Record<string, readonly [signed: number, unsigned: number]>> = {
  tinyint: [3, 3],
  smallint: [5, 5],
  mediumint: [7, 8],
  int: [10, 10],
  integer: [10, 10],
  bigint: [19, 20],
}

/**
 * Returns 'otherwise' if the new type is a decimal or text type, and every value of the old type fits in printed form. The old type
 * can be an integer, enum, set, fixed-length text or UUID type. The printed values stay the same, but running code sorts and
 * compares them differently, and drivers return another JavaScript type. Returns undefined for every other change.
 */
function fitOfConversions(before: Parsed, after: Parsed): ColumnTypeFit | undefined {
  if (DECIMAL.has(after.name)) {
    const digits = digitsOf(before)
    return digits !== undefined && digits <= wholeDigitsOf(after) && (before.unsigned || !after.unsigned) ? 'otherwise' : undefined
  }
  const longest = longestPrintedValueOf(before)
  return longest !== undefined && longest <= capacityOf(after) ? 'otherwise' : undefined
}

function digitsOf({ name, unsigned }: Parsed): number | undefined {
  return DIGITS[name]?.[unsigned ? 1 : 0]
}

/** Returns the number of digits before the decimal point that a decimal type can store. A type without a size has no limit. */
function wholeDigitsOf({ size: [precision, scale = 0] }: Parsed): number {
  return precision === undefined ? Number.POSITIVE_INFINITY : precision - scale
}

/**
 * Returns the number of characters of the longest printed value of a type. Returns undefined for a type whose longest value the
 * function does not know.
 */
function longestPrintedValueOf(type: Parsed): number | undefined {
  const digits = digitsOf(type)
  if (digits !== undefined) return type.unsigned ? digits : digits + 1
  if (type.labels) {
    const lengths = type.labels.map((label) => Array.from(label.slice(1, -1).replaceAll("''", "'")).length)
    // The server prints a value of a set as its labels with commas between them.
    return type.name === 'set' ? lengths.reduce((sum, length) => sum + length + 1, -1) : Math.max(...lengths)
  }
  if (type.name === 'char' || type.name === 'character') return type.size[0]
  return type.name === 'uuid' ? UUID_LENGTH : undefined
}

const UUID_LENGTH = 36

// The number of characters that a `text` column of MySQL can store in every character set: 65,535 bytes, four for each character.
const TEXT_CHARACTERS = 16_383

/** Returns the number of characters that a text type of variable length can store. Returns 0 for every other type. */
function capacityOf({ name, size }: Parsed): number {
  if (name === 'text' || name === 'mediumtext' || name === 'longtext') return TEXT_CHARACTERS
  if (name !== 'varchar' && name !== 'character varying') return 0
  return size[0] ?? Number.POSITIVE_INFINITY
}

// The types whose size is only an upper limit for values. In other types the size is part of the value (char, binary, bit), or
// the meaning of the size is unknown.
const BOUNDED: ReadonlySet<string> = new Set(['character varying', 'varchar', 'bit varying', 'varbinary', 'timestamp', 'time', 'interval'])
const DECIMAL: ReadonlySet<string> = new Set(['numeric', 'decimal'])

function fitOfSizes(before: Parsed, after: Parsed): ColumnTypeFit {
  if (before.name !== after.name || (after.unsigned && !before.unsigned)) return 'no'
  if (before.size.join() === after.size.join()) return 'alike'
  if (DECIMAL.has(before.name)) return fitOfDecimals(before, after)
  // MySQL prints a time with as many fractional digits as the type declares, and with none for a type without a size. With more
  // digits, the server prints the same time differently. With fewer digits, the time loses a part.
  if (isMySqlTime(before)) return (before.size[0] ?? 0) < (after.size[0] ?? 0) ? 'otherwise' : 'no'
  return BOUNDED.has(before.name) && !narrows(before, after) ? 'alike' : 'no'
}

function isMySqlTime({ name, zone }: Parsed): boolean {
  return name === 'datetime' || ((name === 'timestamp' || name === 'time') && zone === '')
}

/**
 * Returns how the values of a decimal type fit another decimal type. More digits before the decimal point change no value. With
 * more digits after the decimal point, the server prints more digits, so the result is 'otherwise'. A numeric without a size
 * accepts every value.
 */
function fitOfDecimals({ size: before }: Parsed, { size: after }: Parsed): ColumnTypeFit {
  if (after.length === 0) return 'alike'
  if (before.length === 0) return 'no'
  const [from = 0, fromScale = 0] = before
  const [to = 0, toScale = 0] = after
  if (toScale < fromScale || to - toScale < from - fromScale) return 'no'
  return toScale === fromScale ? 'alike' : 'otherwise'
}

/** Returns true if the new size of a type is smaller than the old size. A type without a size counts as unlimited. */
function narrows({ size: before }: Parsed, { size: after }: Parsed): boolean {
  if (after.length === 0) return false
  return before.length === 0 || (after[0] ?? 0) < (before[0] ?? 0)
}
