/**
 * Does every value of the type `from` fit the type `to` unchanged, and read the same? Types are as the servers print them.
 * What is not known to be a widening is none.
 */
export function widens(from: string, to: string): boolean {
  const [before, after] = [parse(from), parse(to)]
  if (before.enumerated && after.enumerated) return before.enumerated.every((label, index) => after.enumerated?.[index] === label)
  if (before.rest !== after.rest) return false
  const ladder = LADDERS.find((names) => names.includes(before.name) && names.includes(after.name))
  if (ladder && ladder.indexOf(before.name) < ladder.indexOf(after.name)) return after.size.length === 0 || before.size.length > 0
  if (before.name !== after.name) return false
  return sizeGrows(before.name, before.size, after.size)
}

// Each holds the values of those before it.
const LADDERS: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint'],
  ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'],
  ['real', 'double precision'],
  ['float', 'double'],
  ['tinytext', 'text', 'mediumtext', 'longtext'],
  ['tinyblob', 'blob', 'mediumblob', 'longblob'],
  ['character varying', 'text'],
]

interface Parsed {
  readonly name: string
  readonly size: readonly number[]
  /** What stands behind the size: `unsigned`, `without time zone`, `[]`. */
  readonly rest: string
  readonly enumerated?: readonly string[]
}

function parse(type: string): Parsed {
  const labels = /^enum\((.*)\)$/i.exec(type)?.[1]
  if (labels !== undefined) return { name: 'enum', size: [], rest: '', enumerated: labels.match(/'(?:[^']|'')*'/g) ?? [] }
  const [, name = type, size = '', rest = ''] =
    /^([a-z ]+?)(?:\(([\d, ]+)\))?((?: (?:unsigned|zerofill|with|without).*)?(?:\[\])*)$/i.exec(type) ?? []
  return { name: name.toLowerCase(), size: size === '' ? [] : size.split(',').map(Number), rest: rest.toLowerCase() }
}

/** A type without a size is without a bound; the scale of a decimal is part of its values. */
function sizeGrows(name: string, before: readonly number[], after: readonly number[]): boolean {
  if (after.length === 0) return name !== 'character' && name !== 'char'
  if (before.length === 0) return false
  if (name === 'character' || name === 'char') return false
  const [from = 0, fromScale = 0] = before
  const [to = 0, toScale = 0] = after
  return fromScale === toScale && to >= from
}
