import type { QueryInterface } from 'sequelize'

/**
 * The properties of a column in the server's catalog, each as text. A property that is not set is null. `ColumnProperties` is
 * undefined when the column does not exist.
 */
export type ColumnProperties = Readonly<Record<string, string | null>> | undefined

/** Reads the properties of a column. `table` is the name of the table, with or without its schema. */
export type ReadColumnProperties = (table: string, column: string) => Promise<ColumnProperties>

/** Receives a sentence about a call of a Sequelize method that did something else than its documentation states. */
export type ReportUnexpectedEffect = (says: string) => void

/**
 * Replaces Sequelize's `changeColumn` and `renameColumn` by methods that compare the properties of the column before and after
 * each call. The new methods report the properties that the call removed, and a `changeColumn` that changed nothing.
 * `changeColumn` can remove properties, because Sequelize writes a whole new column definition and knows only a part of the old
 * definition.
 */
export function watchColumnMethods(queryInterface: QueryInterface, read: ReadColumnProperties, tell: ReportUnexpectedEffect): void {
  watch(queryInterface, 'changeColumn', async (call, [table, column]) => {
    const name = tableName(table)
    const before = await read(name, String(column))
    await call()
    const after = await read(name, String(column))
    const lost = lostBetween(before, after)
    if (lost.length > 0)
      tell(`changeColumn of ${name}.${String(column)} removed properties that the call does not repeat: ${lost.join('; ')}`)
    else if (before && JSON.stringify(before) === JSON.stringify(after)) {
      tell(
        `changeColumn of ${name}.${String(column)} changed nothing${before['labels'] ? ': Sequelize does not change the labels of a type' : ''}`,
      )
    }
  })
  watch(queryInterface, 'renameColumn', async (call, [table, from, to]) => {
    const name = tableName(table)
    const before = await read(name, String(from))
    await call()
    const lost = lostBetween(before, await read(name, String(to)))
    if (lost.length > 0)
      tell(`renameColumn created ${name}.${String(to)} from ${name}.${String(from)} without these properties: ${lost.join('; ')}`)
  })
}

type Call = (call: () => Promise<unknown>, args: readonly unknown[]) => Promise<void>

function watch(queryInterface: QueryInterface, method: 'changeColumn' | 'renameColumn', step: Call): void {
  const original = Reflect.get(queryInterface, method)
  const by = async (...args: readonly unknown[]) => {
    let result: unknown
    await step(async () => {
      result = await Reflect.apply(original, queryInterface, args)
    }, args)
    return result
  }
  Object.defineProperty(queryInterface, method, { value: by, configurable: true, writable: true })
}

/** Lists the column properties that a call of a Sequelize method removed, such as `auto_increment` or `default 3`. */
function lostBetween(before: ColumnProperties, after: ColumnProperties): readonly string[] {
  if (!before || !after) return []
  return Object.entries(before).flatMap(([fact, was]) => (was !== null && (after[fact] ?? null) === null ? [`${fact} ${was}`] : []))
}

function tableName(table: unknown): string {
  if (typeof table === 'string') return table
  const { tableName: name, schema } = table as { readonly tableName?: string; readonly schema?: string }
  return schema === undefined ? String(name) : `${schema}.${String(name)}`
}
