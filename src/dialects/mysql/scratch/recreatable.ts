import type { ForeignKeyObject } from '../../../schema/object.ts'
import { quoteIdentifier } from '../text/notation.ts'

/**
 * Converts the printed CREATE TABLE to a statement that creates the same table. Two things are removed because the server makes them
 * again: the index of a foreign key, which would become a separate index, and a generated constraint name, which would become a chosen
 * one.
 */
export function makeRecreatableCreateTable(created: string, table: string, keys: readonly ForeignKeyObject[]): string {
  // An index with the name of its foreign key shows that a person chose the name.
  const generated = keys.filter((key) => key.name.startsWith(`${table}_ibfk_`) && key.ownIndex !== key.name)
  const inOrder = generated.every((key) => numberOf(key) <= generated.length)
  const dropped = keys.filter((key) => key.ownIndex !== undefined && (key.ownIndex === key.name || (inOrder && generated.includes(key))))
  const own = new Set(dropped.map((key) => `KEY ${quoteIdentifier(key.ownIndex ?? '')} (`))
  const head = created.split('\n')
  const lines = head.filter((line) => ![...own].some((start) => line.trimStart().startsWith(start)))
  return closed(inOrder ? anonymous(lines, generated) : lines).join('\n')
}

function numberOf(key: ForeignKeyObject): number {
  return Number(key.name.slice(key.name.lastIndexOf('_') + 1))
}

/** Returns the lines of the keys with generated names, without the names and in the order of their numbers. */
function anonymous(lines: readonly string[], generated: readonly ForeignKeyObject[]): readonly string[] {
  const starts = generated.toSorted((a, b) => numberOf(a) - numberOf(b)).map((key) => `CONSTRAINT ${quoteIdentifier(key.name)} `)
  const places = lines.flatMap((line, index) => (starts.some((start) => line.trimStart().startsWith(start)) ? [index] : []))
  const result = [...lines]
  starts.forEach((start, index) => {
    const line = lines.find((one) => one.trimStart().startsWith(start)) ?? ''
    result[places[index] ?? 0] = line.replace(start, '')
  })
  return result
}

/** Adds a comma to every line of the table's body except the last. */
function closed(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line, index) => index > 0 && line.startsWith(')'))
  return lines.map((line, index) => {
    if (index === 0 || index >= end) return line
    const bare = line.replace(/,$/, '')
    return index === end - 1 ? bare : `${bare},`
  })
}
