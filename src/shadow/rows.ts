import type { CatalogReading } from '../dialect/dialect.ts'
import { objectsOfState } from '../schema/state.ts'
import type { RowsOfTable } from '../state/trace.ts'
import type { ShadowExecutionContext } from './watch.ts'

/** Returns the rows of every table, for a comparison with the rows of another execution. */
export async function readAllTableRows(executor: ShadowExecutionContext, reading: CatalogReading): Promise<readonly RowsOfTable[]> {
  const found: RowsOfTable[] = []
  for (const object of objectsOfState(reading.state)) {
    if (object.kind !== 'table') continue
    const columns = [...object.columns].sort()
    found.push({ table: object.name, columns, rows: await executor.dialect.catalog.rows(executor.session, object, columns) })
  }
  return found
}
