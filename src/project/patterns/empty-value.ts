/**
 * Returns a value of a column type of MySQL or MariaDB, as SQL text. The value is for the rows of a column that no code reads any
 * more. Returns undefined for a type of which the engine knows no value.
 */
export function emptyMysqlValueOfColumnType(type: string): string | undefined {
  const [, label] = /^enum\(('(?:[^']|'')*')/i.exec(type) ?? []
  return label ?? VALUES.find(([types]) => types.test(type))?.[1]
}

const VALUES: readonly (readonly [RegExp, string])[] = [
  [/^(?:var)?(?:char|binary)\b|^(?:tiny|medium|long)?(?:text|blob)\b|^set\(/i, "''"],
  [/^(?:tiny|small|medium|big)?int\b|^(?:decimal|numeric|float|double|bit)\b/i, '0'],
  [/^json\b/i, "'null'"],
  [/^date\b/i, "'1970-01-01'"],
  [/^(?:datetime|timestamp)\b/i, "'1970-01-02 00:00:00'"],
  [/^time\b/i, "'00:00:00'"],
  [/^year\b/i, "'2000'"],
]
