import type { SendSqlOfBatchCode } from '../../dialect/dialect.ts'
import { findLineInCallStack } from '../../dialect/function-scope.ts'
import type { StatementLimitedToRange } from '../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../dialect/sql.ts'
import { InterphaseError } from '../../error.ts'
import type { BatchContext, BatchRow, BatchValue } from '../../release/authoring.ts'
import { type FragmentPiece, isSqlFragment, piecesOfFragment, type SqlFragment, stackOfCaller } from '../../release/fragment.ts'
import type { BatchedCodeWorkBody } from '../body.ts'
import { rejectWhenStoppedFunctionIsIdle } from '../patience.ts'
import type { CheckStatementBeforeSending, StatementExecutionContext } from '../statement-execution-context.ts'
import { runWithStatementCancellation } from '../stop.ts'
import type { MigrationWork } from '../work.ts'

/**
 * The functions that the engine calls before it sends a statement of the author's code. `approve` checks the statement.
 * `onStatement` reports the statement.
 */
export interface BatchCodeChecks {
  readonly approve: CheckStatementBeforeSending
  readonly onStatement: (text: string) => void
}

/**
 * Reads and locks the rows of one batch in the open transaction, and calls the author's function with these rows. Returns the
 * number of rows written. The function does not call the author's function for a batch without rows.
 */
export function performBatchCode(
  runner: StatementExecutionContext,
  work: MigrationWork,
  body: BatchedCodeWorkBody,
  { text, values }: StatementLimitedToRange,
  { approve, onStatement }: BatchCodeChecks,
): Promise<number> {
  const { migration } = work
  const path = migration.body.kind === 'function' ? migration.body.path : migration.file
  const over = new AbortController()
  const approveOnce = approveEachTextOnce(runner, approve)
  const refuse = (problem: string) => {
    const line = findLineInCallStack(stackOfCaller(), path) ?? body.declared.line
    return new InterphaseError('migration.threw', { file: migration.file, line, problem })
  }
  let statements = 0
  const call = {
    file: migration.file,
    path,
    signal: runner.signal,
    onStatement: async (sent: string, at: { readonly file: string; readonly line: number }) => {
      statements += 1
      await approveOnce(sent, at)
      onStatement(sent)
    },
    abandoned: (isBusy: () => boolean) => rejectWhenStoppedFunctionIsIdle(runner, migration.id, over.signal, () => isBusy() || statements),
  }
  return runWithStatementCancellation(runner.session, runner.signal, migration.id, async () => {
    onStatement(text)
    const { rows } = await runner.session.execute(text, { file: migration.file, line: body.declared.line }, values)
    const [first, last] = [rows[0], rows.at(-1)]
    if (!first || !last) return 0
    const ends = { from: keyOfRow(first, body.key), to: keyOfRow(last, body.key) }
    try {
      return await runner.functions.runBatchCode(runner.session, {
        ...call,
        body: async (send) => body.run({ rows, query: queryTag(send, refuse), ...ends, signal: runner.signal }),
      })
    } finally {
      over.abort(OVER)
    }
  })
}

// The abort reason that ends the wait for the author's function. An abort without a reason would create an error with a stack
// trace, which takes time in each batch.
const OVER = 'the batch is over'

/**
 * Returns a function that approves each SQL text only once. Most statements of a batch have the same text with other values, so
 * this saves time.
 */
function approveEachTextOnce(runner: StatementExecutionContext, approve: CheckStatementBeforeSending) {
  const approved = new Set<string>()
  return async (text: string, at: { readonly file: string; readonly line: number }) => {
    if (approved.has(text)) return
    await approve(text, at, runner.known?.(0), true)
    approved.add(text)
  }
}

function keyOfRow(row: BatchRow, key: readonly string[]): BatchRow {
  return Object.fromEntries(key.map((name) => [name, row[name]]))
}

/** A function that makes the error for an incorrect call of `query`, with the line of the call. */
type RefuseQuery = (problem: string) => InterphaseError

function queryTag(send: SendSqlOfBatchCode, refuse: RefuseQuery): BatchContext['query'] {
  return (texts, ...values) => {
    if (!Array.isArray(texts) || !Array.isArray(texts.raw)) throw refuse(NO_TEMPLATE)
    return send(
      joinSql(
        texts.flatMap((text, index) => [sqlVerbatim(text), ...pieceOf(values, index, refuse)]),
        sql``,
      ),
    )
  }
}

// The message for a call `query('…')` without a template literal. The engine refuses such a call, because a concatenated text can
// contain a value that the server would execute as SQL.
const NO_TEMPLATE = 'write query`…` without parentheses; a value between ${ and } is sent as a parameter'

function pieceOf(values: readonly (BatchValue | SqlFragment)[], index: number, refuse: RefuseQuery): readonly SqlStatement[] {
  const value = values[index]
  if (index >= values.length) return []
  if (isSqlFragment(value)) return piecesOfFragment(value).map((piece) => statementOfPiece(piece, refuse))
  if (!isValue(value)) throw refuse(`query takes no ${value === undefined ? 'undefined' : typeof value} as the value number ${index + 1}`)
  return [sqlValue(value)]
}

function statementOfPiece(piece: FragmentPiece, refuse: RefuseQuery): SqlStatement {
  if (piece.kind === 'invalid') throw refuse(piece.problem)
  if (piece.kind === 'name') return sqlName(...piece.path)
  return piece.kind === 'text' ? sqlVerbatim(piece.text) : sqlValue(piece.value)
}

function isValue(value: unknown): value is BatchValue {
  if (value === null || value instanceof Date || Buffer.isBuffer(value)) return true
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string')
  if (typeof value === 'number') return Number.isFinite(value)
  return ['string', 'bigint', 'boolean'].includes(typeof value)
}
