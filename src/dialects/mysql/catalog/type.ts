const WHOLE_NUMBER = /^(tinyint|smallint|mediumint|int|bigint)\((\d+)\)/

/**
 * Brings a column type into one form: without the display width that older versions print, and without MariaDB's comment on the
 * storage of times. `tinyint(1)` is kept, because drivers treat it as a boolean.
 */
export function normalizeColumnType(printed: string): string {
  const type = printed.replace(/ \/\* mariadb-5\.3 \*\/$/, '').replace(/^[a-z ]+/i, (word) => word.toLowerCase())
  if (/zerofill/i.test(type)) return type.toLowerCase()
  if (/^tinyint\(1\)$/.test(type)) return type
  return type.replace(WHOLE_NUMBER, '$1').replace(/^year\(4\)$/, 'year')
}

/** True for a column type with numeric default values, which MySQL prints in quotes. */
export function isNumericType(type: string): boolean {
  return /^(?:tinyint|smallint|mediumint|int|bigint|decimal|numeric|float|double|year)\b/.test(type)
}
