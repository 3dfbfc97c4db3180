import type { CatalogReading } from '../dialect/dialect.ts'
import type { RowWalkKeyValue } from '../dialect/ranges.ts'
import { errorMessageOf, InterphaseError, isError } from '../error.ts'
import { RANGE_WITHOUT_ROWS_WORDS } from '../errors/batch.ts'
import { compareTableRows, findNondeterministicColumns, removeColumnsFromRows } from '../proof/rows.ts'
import { tableGroupKey } from '../schema/object.ts'
import type { RowsOfTable } from '../state/trace.ts'
import {
  type BatchedDataStepWithKey,
  chooseKeyOfBatchedDataStep,
  performBatch,
  performBatchStatements,
  performDataStepAsOnePiece,
  type RowsOfBatchStatement,
} from '../work/batches/walk.ts'
import type { StatementExecutionContext } from '../work/statement-execution-context.ts'
import type { MigrationWork } from '../work/work.ts'
import { readAllTableRows } from './rows.ts'
import { makeStatementExecutionContextForShadow, type ShadowExecutionContext } from './watch.ts'

/**
 * Proves that a data step writes the same rows in batches as in one piece. The function executes the data step in one piece, in
 * batches of one row, and in batches of two rows. It then executes the data step as if a run were interrupted after every batch and
 * began again. After each execution, the function compares the rows and rolls them back. Throws `batch.depends` if the rows differ,
 * `batch.key` if no key can divide the rows, and `batch.statement` if a batch writes rows outside its range. Returns the number of
 * batches of one row, or 0 for an empty table and for a data step that fails in one piece.
 */
export async function proveBatchesOnShadow(executor: ShadowExecutionContext, work: MigrationWork, before: CatalogReading): Promise<number> {
  const walk = chooseKeyOfBatchedDataStep(work, before.state, executor.dialect.ranges)
  if (!walk) return 0
  const upTo = await walk.ranges.last(executor.session, walk.key)
  if (!upTo) return 0
  const proof = new BatchProof(executor, walk, before, upTo)
  return proof.prove()
}

// After every batch, the proof executes the data step again, like a run that begins again after an interruption. Up to this number
// of batches, it executes the data step again for all rows from the first row to the end of the batch. With more batches, it
// repeats only the batch, because the time would otherwise grow with the square of the number of batches.
const REPEATED_FROM_START = 20

// The largest number of batches of one row that the proof executes alone, in order to find two batches that each write all rows
// of the data step.
const TRIED_ALONE = 20

// The value of the field `how` of `batch.depends` if a second execution changes rows that have their new values.
const EXECUTED_AGAIN = 'when all rows already have their new values'

type ColumnsByTable = ReturnType<typeof findNondeterministicColumns>

class BatchProof {
  readonly #executor: ShadowExecutionContext
  /** An execution context that emits no events, because the proof executes the statements many times. */
  readonly #runner: StatementExecutionContext
  readonly #walk: BatchedDataStepWithKey
  readonly #before: CatalogReading
  readonly #upTo: RowWalkKeyValue

  constructor(executor: ShadowExecutionContext, walk: BatchedDataStepWithKey, before: CatalogReading, upTo: RowWalkKeyValue) {
    this.#executor = executor
    this.#runner = makeStatementExecutionContextForShadow(executor)
    this.#walk = walk
    this.#before = before
    this.#upTo = upTo
  }

  async prove(): Promise<number> {
    const whole = await this.#rowsAfter(() => this.#performWhole()).catch((error: unknown) => {
      // A data step that fails in one piece fails again later, when the engine executes it with the observer. The engine then
      // reports the error, so the proof ignores the error.
      if (isError(error, 'statement.failed') || isError(error, 'migration.threw')) return undefined
      throw error
    })
    if (!whole) return 0
    let changing: ColumnsByTable = new Map()
    const expect = async (how: string, expected: readonly RowsOfTable[], perform: () => Promise<void>) => {
      const rows = await this.#rowsAfter(perform).catch((error: unknown) => this.#refuse(how, [errorMessageOf(error)]))
      const names = { first: 'as one piece', second: how }
      if (compareTableRows(expected, rows, names).length === 0) return
      // A column with random or time-dependent values is not compared. To find such columns, the data step runs a second time
      // without batches, and the rows of both executions are compared. The second execution follows the batches, so that the
      // clock has moved on by then.
      changing = findNondeterministicColumns(whole, await this.#rowsAfter(() => this.#performWhole()))
      const found = compareTableRows(removeColumnsFromRows(expected, changing), removeColumnsFromRows(rows, changing), names)
      if (found.length > 0)
        this.#refuse(
          how,
          found.map(({ says }) => says),
        )
    }
    const nothing = await this.#rowsAfter(() => Promise.resolve())
    let found: readonly number[] = []
    await expect(RANGE_WITHOUT_ROWS_WORDS, nothing, async () => {
      found = await this.#found(this.#upTo, this.#upTo)
    })
    const unlimited = found.reduce((sum, rows) => sum + rows, 0)
    if (unlimited > 0) this.#refuseUnlimited(`For a range without rows it writes ${formatRows(unlimited)}`)
    await this.#refuseWritingAllRows()
    let batches = 0
    await expect('in batches of one row', whole, async () => {
      batches = await this.#walkBy(1, () => Promise.resolve())
    })
    await expect('in batches of two rows', whole, async () => void (await this.#walkBy(2, () => Promise.resolve())))
    await expect('when it is interrupted after every batch and begins again', whole, async () => {
      const from = (after: RowWalkKeyValue | undefined) => (batches > REPEATED_FROM_START ? after : undefined)
      await this.#walkBy(1, async (after, end) => void (await this.#perform(from(after), end)))
    })
    if (changing.size > 0) await this.#refuseChangingValuesAgain(changing)
    return batches
  }

  /**
   * Throws an error for a data step that writes random values or times again into rows that it has already written. `changing`
   * contains the columns with such values. The comparisons with the rows in one piece ignore these columns. If a table has a
   * trigger, the trigger can write the time into a column although the values of the data step stay the same, so the function
   * ignores this table.
   */
  async #refuseChangingValuesAgain(changing: ColumnsByTable): Promise<void> {
    const without = (tables: readonly RowsOfTable[]) => tables.filter(({ table }) => !this.#hasTrigger(table))
    let first: readonly RowsOfTable[] = []
    let statements: readonly RowsOfBatchStatement[] = []
    const second = await this.#rowsAfter(async () => {
      await this.#performWhole()
      first = await readAllTableRows(this.#executor, this.#before)
      statements = await performBatchStatements(this.#runner, this.#walk, { upTo: this.#upTo })
    })
    const names = { first: 'after the first execution', second: 'after the second execution' }
    const differences = compareTableRows(without(first), without(second), names).map(({ says }) => says)
    if (differences.length > 0) this.#refuse(EXECUTED_AGAIN, differences)
    // In one transaction of PostgreSQL, now() is always the same time, so both executions write equal rows, although a later
    // execution would write another time. If the second execution writes rows of a table with random or time-dependent values, the
    // proof therefore also refuses the data step. This check needs a data step with one statement, because the numbers of rows of
    // several statements do not show which columns each statement wrote.
    const written = statements.length === 1 ? (statements[0]?.written ?? 0) : 0
    const { table } = this.#walk.key
    const columns = this.#hasTrigger(table) ? undefined : changing.get(table)
    if (written > 0 && columns)
      this.#refuse(EXECUTED_AGAIN, [
        `table ${table}: the second execution writes ${formatRows(written)} again, and each execution writes other values into ${columns.join(', ')}`,
      ])
  }

  #hasTrigger(table: string): boolean {
    return [...(this.#before.state.groups.get(tableGroupKey(table))?.values() ?? [])].some(({ kind }) => kind === 'trigger')
  }

  #rowsAfter(perform: () => Promise<void>): Promise<readonly RowsOfTable[]> {
    return this.#rolledBack(async () => {
      await perform()
      if (!(await this.#executor.session.intact())) {
        const { migration } = this.#walk.work
        throw new InterphaseError('migration.committed', { migration: migration.id, file: migration.file })
      }
      return readAllTableRows(this.#executor, this.#before)
    })
  }

  async #rolledBack<Result>(perform: () => Promise<Result>): Promise<Result> {
    const { session } = this.#executor
    await session.begin()
    try {
      return await perform()
    } finally {
      await session.rollback()
      await session.reset()
    }
  }

  /**
   * Throws an error for a statement that writes all its rows in two different batches of one row. The placeholder `:batch` then
   * stands in a subquery and limits only the rows that the subquery reads.
   */
  async #refuseWritingAllRows(): Promise<void> {
    const all = await this.#countOf(undefined, this.#upTo)
    const completeBatches = all.map(() => 0)
    let after: RowWalkKeyValue | undefined
    for (let batch = 0; batch < TRIED_ALONE && JSON.stringify(after) !== JSON.stringify(this.#upTo); batch += 1) {
      const end = await this.#endOf(after, 1)
      const written = await this.#countOf(after, end)
      for (const [statement, rows] of written.entries()) {
        if (rows < 2 || rows !== all[statement]) continue
        completeBatches[statement] = (completeBatches[statement] ?? 0) + 1
        if ((completeBatches[statement] ?? 0) > 1)
          this.#refuseUnlimited(`A batch of one row writes ${formatRows(rows)}, which are all rows of the step`)
      }
      after = end
    }
  }

  /** Executes one batch of a data step and rolls it back. Returns the number of rows that each statement found. */
  #countOf(after: RowWalkKeyValue | undefined, upTo: RowWalkKeyValue): Promise<readonly number[]> {
    return this.#rolledBack(() => this.#found(after, upTo))
  }

  /**
   * Executes one batch of a data step. Returns the number of rows that each statement found: the written rows, and the rows of an
   * UPDATE that stayed the same.
   */
  async #found(after: RowWalkKeyValue | undefined, upTo: RowWalkKeyValue): Promise<readonly number[]> {
    const statements = await performBatchStatements(this.#runner, this.#walk, { ...(after && { after }), upTo })
    return statements.map(({ found }) => found)
  }

  #endOf(after: RowWalkKeyValue | undefined, size: number): Promise<RowWalkKeyValue> {
    const { key, ranges } = this.#walk
    return ranges.endOf(this.#executor.session, key, { ...(after && { after }), upTo: this.#upTo }, size)
  }

  async #performWhole(): Promise<void> {
    await performDataStepAsOnePiece(this.#runner, this.#walk)
  }

  /** Runs one batch of a data step on the shadow. Returns the number of rows written. */
  #perform(after: RowWalkKeyValue | undefined, upTo: RowWalkKeyValue): Promise<number> {
    return performBatch(this.#runner, this.#walk, { ...(after && { after }), upTo })
  }

  /**
   * Executes batches of `size` rows up to the last key of the table, and calls the function `then` after each batch. Returns the
   * number of batches.
   */
  async #walkBy(size: number, then: (after: RowWalkKeyValue | undefined, end: RowWalkKeyValue) => Promise<void>): Promise<number> {
    let after: RowWalkKeyValue | undefined
    let batches = 0
    while (JSON.stringify(after) !== JSON.stringify(this.#upTo)) {
      const end = await this.#endOf(after, size)
      await this.#perform(after, end)
      await then(after, end)
      after = end
      batches += 1
    }
    return batches
  }

  /**
   * Throws an error for statements that write rows outside the range of a batch, even if the values of these rows stay the same.
   * Each batch would lock these rows, so the batches together would lock the whole table many times.
   */
  #refuseUnlimited(found: string): never {
    const { body, work } = this.#walk
    const { migration } = work
    const { line } = body.declared
    const subject = body.kind === 'batch-code' ? 'the code of the batch' : ':batch'
    const problem = `${subject} does not limit the rows that it writes. ${found}`
    throw new InterphaseError('batch.statement', { file: migration.file, line, statement: 'the data step', problem })
  }

  #refuse(how: string, differences: readonly string[]): never {
    const { migration } = this.#walk.work
    const { line } = this.#walk.body.declared
    throw new InterphaseError('batch.depends', { migration: migration.id, file: migration.file, line, how, differences })
  }
}

function formatRows(rows: number): string {
  return rows === 1 ? 'one row' : `${rows} rows`
}
