import { describeObject } from '../../schema/describe.ts'
import { fingerprintOfState } from '../../schema/fingerprint.ts'
import type { SchemaObject } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'

/** Returns the text that `interphase state` prints: a paragraph for each table, and a line for each schema object. */
export function formatSchemaState(at: string, state: SchemaState): string {
  const groups = [...state.groups].sort(([a], [b]) => (a < b ? -1 : 1))
  const texts = groups.map(([, group]) => groupText([...group.values()]))
  return [`${at}  ${fingerprintOfState(state)}`, ...(texts.length > 0 ? texts : ['(empty)'])].join('\n\n')
}

/** Returns the JSON document that `interphase state --json` prints. */
export function makeSchemaStateDocument(at: string, state: SchemaState) {
  return { format: 1, at, fingerprint: fingerprintOfState(state), objects: [...objectsOfState(state)] }
}

/**
 * Returns the lines of one table: first the table, then its columns in their order, then its other objects in alphabetical order.
 */
function groupText(objects: readonly SchemaObject[]): string {
  const table = objects.find((object) => object.kind === 'table' || object.kind === 'partition')
  const columns = table?.kind === 'table' ? table.columns : []
  const place = (object: SchemaObject) => (object.kind === 'column' ? columns.indexOf(object.name) : columns.length)
  const rest = objects.filter((object) => object !== table)
  const lines = rest
    .toSorted((a, b) => place(a) - place(b) || (describeObject(a) < describeObject(b) ? -1 : 1))
    .map((object) => `  ${describeObject(object)}`)
  return table ? [describeObject(table), ...lines].join('\n') : lines.map((line) => line.trim()).join('\n')
}
