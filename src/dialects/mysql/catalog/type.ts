const WHOLE_NUMBER = /^(tinyint|smallint|mediumint|int|bigint)\((\d+)\)/

/**
 * Returns a column type in a normal form: without the display width that older versions print, and without MariaDB's comment
 * about the storage of times. Types with ZEROFILL and the type `tinyint(1)`, which drivers treat as a boolean, keep their width.
 */
export function normalizeMysqlColumnType(printed: string): string {
  const type = printed.replace(/ \/\* mariadb-5\.3 \*\/$/, '').replace(/^[a-z ]+/i, (word) => word.toLowerCase())
  if (/zerofill/i.test(type)) return type.toLowerCase()
  if (/^tinyint\(1\)$/.test(type)) return type
  return type.replace(WHOLE_NUMBER, '$1').replace(/^year\(4\)$/, 'year')
}

/** Returns true for a column type with numeric default values. MySQL prints numeric default values in quotes. */
export function isMysqlNumericType(type: string): boolean {
  return /^(?:tinyint|smallint|mediumint|int|bigint|decimal|numeric|float|double|year)\b/.test(type)
}
