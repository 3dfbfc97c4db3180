/**
 * Returns the column of a key of an index, such as `name`, `name(20)`, `name DESC` or `"Name" COLLATE "C"`. For an expression,
 * the result is undefined or a text that is no name of a column.
 */
export function columnOfIndexKey(key: string): string | undefined {
  if (key.startsWith('(')) return undefined
  const [, quoted] = /^"((?:[^"]|"")*)"(?: |$)/.exec(key) ?? []
  if (quoted !== undefined) return quoted.replaceAll('""', '"')
  const [, plain] = /^(.*?)(?:\(\d+\))?(?: (?:ASC|DESC|COLLATE|NULLS|[a-z_]+_ops)\b.*)?$/s.exec(key) ?? []
  return plain
}
