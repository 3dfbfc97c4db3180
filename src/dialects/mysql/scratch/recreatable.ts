import type { ForeignKeyObject } from '../../../schema/object.ts'
import { quoteMysqlIdentifier } from '../text/notation.ts'
import type { IndexOnColumns } from './author-index.ts'

/**
 * Returns a CREATE TABLE statement that creates the table of the printed statement `created`. The printed statement contains
 * indexes and constraint names that the server generated for foreign keys. The function removes them, because the server would
 * otherwise store them as indexes and names from the author. The server generates them again. The function also removes the
 * indexes in `left`, which dropped foreign keys left, because a copy creates these indexes separately.
 */
export function makeRecreatableCreateTableSql(
  created: string,
  table: string,
  keys: readonly ForeignKeyObject[],
  left: readonly IndexOnColumns[],
): string {
  // If the server had generated the name of a foreign key, the index of the foreign key would have the name of a column. If the
  // index has the name of the foreign key, a person therefore chose the name, and the name must stay.
  const generated = keys.filter((key) => key.name.startsWith(`${table}_ibfk_`) && key.ownIndex !== key.name)
  const inOrder = generated.every((key) => numberOf(key) <= generated.length)
  const dropped = keys.filter((key) => key.ownIndex !== undefined && (key.ownIndex === key.name || (inOrder && generated.includes(key))))
  const names = [...dropped.map((key) => key.ownIndex ?? ''), ...left.map(({ name }) => name)]
  const own = new Set(names.map((name) => `KEY ${quoteMysqlIdentifier(name)} (`))
  const head = created.split('\n')
  const lines = head.filter((line) => ![...own].some((start) => line.trimStart().startsWith(start)))
  return closed(inOrder ? anonymous(lines, generated) : lines).join('\n')
}

function numberOf(key: ForeignKeyObject): number {
  return Number(key.name.slice(key.name.lastIndexOf('_') + 1))
}

/**
 * Returns the lines of a CREATE TABLE statement without the generated names of its foreign keys. The foreign keys are in the
 * order of the numbers in the removed names, so that the server gives them the same names again.
 */
function anonymous(lines: readonly string[], generated: readonly ForeignKeyObject[]): readonly string[] {
  const starts = generated.toSorted((a, b) => numberOf(a) - numberOf(b)).map((key) => `CONSTRAINT ${quoteMysqlIdentifier(key.name)} `)
  const places = lines.flatMap((line, index) => (starts.some((start) => line.trimStart().startsWith(start)) ? [index] : []))
  const result = [...lines]
  starts.forEach((start, index) => {
    const line = lines.find((one) => one.trimStart().startsWith(start)) ?? ''
    result[places[index] ?? 0] = line.replace(start, '')
  })
  return result
}

/**
 * Corrects the commas in the lines of a CREATE TABLE statement. Between the parentheses, every line except the last line must end
 * with a comma.
 */
function closed(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line, index) => index > 0 && line.startsWith(')'))
  return lines.map((line, index) => {
    if (index === 0 || index >= end) return line
    const bare = line.replace(/,$/, '')
    return index === end - 1 ? bare : `${bare},`
  })
}
