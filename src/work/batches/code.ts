import type { SendSql } from '../../dialect/dialect.ts'
import type { StatementLimitedToRange } from '../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../dialect/sql.ts'
import type { BatchContext, BatchRow, BatchValue } from '../../release/authoring.ts'
import { isSqlFragment, piecesOfFragment, type SqlFragment } from '../../release/fragment.ts'
import type { BatchedCodeBody } from '../body.ts'
import { makeStatementApproval } from '../border.ts'
import { endsAbandonedWait } from '../patience.ts'
import type { StatementRunner } from '../statement-runner.ts'
import { runCancellable } from '../stop.ts'
import type { MigrationWork } from '../work.ts'

/**
 * Reads and locks the rows of a batch, and calls the function of the author with them, in the open transaction. The function is not
 * called without rows. `onStatement` is called before each statement is sent. Returns the number of rows written.
 */
export function performBatchCode(
  runner: StatementRunner,
  work: MigrationWork,
  body: BatchedCodeBody,
  { text, values }: StatementLimitedToRange,
  onStatement: (text: string) => void,
): Promise<number> {
  const { migration } = work
  const over = new AbortController()
  const approve = approveEachTextOnce(runner, work)
  let statements = 0
  const call = {
    file: migration.file,
    path: migration.body.kind === 'function' ? migration.body.path : migration.file,
    signal: runner.signal,
    onStatement: async (sent: string, at: { readonly file: string; readonly line: number }) => {
      statements += 1
      await approve(sent, at)
      onStatement(sent)
    },
    abandoned: (isBusy: () => boolean) => endsAbandonedWait(runner, migration.id, over.signal, () => isBusy() || statements),
  }
  return runCancellable(runner.session, runner.signal, migration.id, async () => {
    onStatement(text)
    const { rows } = await runner.session.execute(text, { file: migration.file, line: body.declared.line }, values)
    const [first, last] = [rows[0], rows.at(-1)]
    if (!first || !last) return 0
    const ends = { from: keyOfRow(first, body.key), to: keyOfRow(last, body.key) }
    try {
      return await runner.functions.runBatchCode(runner.session, {
        ...call,
        body: async (send) => body.run({ rows, query: queryTag(send), ...ends, signal: runner.signal }),
      })
    } finally {
      over.abort(OVER)
    }
  })
}

// The reason for ending the wait. Without an explicit reason, each abort would create an error with a stack.
const OVER = 'the batch is over'

/** Most statements of a batch have the same text and other values, so each text is checked once. */
function approveEachTextOnce(runner: StatementRunner, work: MigrationWork) {
  const approve = makeStatementApproval(runner, work)
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

function queryTag(send: SendSql): BatchContext['query'] {
  return (texts, ...values) => {
    if (!Array.isArray(texts) || !Array.isArray(texts.raw)) throw new TypeError(NO_TEMPLATE)
    return send(
      joinSql(
        texts.flatMap((text, index) => [sqlVerbatim(text), ...pieceOf(values, index)]),
        sql``,
      ),
    )
  }
}

// The message for a call of `query` as a function. A text that is put together could contain a value as SQL.
const NO_TEMPLATE = 'write query`…` without parentheses; a value between ${ and } is sent as a parameter'

function pieceOf(values: readonly (BatchValue | SqlFragment)[], index: number): readonly SqlStatement[] {
  const value = values[index]
  if (index >= values.length) return []
  if (isSqlFragment(value)) return piecesOfFragment(value).map(statementOfPiece)
  if (!isValue(value))
    throw new TypeError(`query takes no ${value === undefined ? 'undefined' : typeof value} as the value number ${index + 1}`)
  return [sqlValue(value)]
}

function statementOfPiece(piece: ReturnType<typeof piecesOfFragment>[number]): SqlStatement {
  if (piece.kind === 'invalid') throw new TypeError(piece.problem)
  if (piece.kind === 'name') return sqlName(...piece.path)
  return piece.kind === 'text' ? sqlVerbatim(piece.text) : sqlValue(piece.value)
}

function isValue(value: unknown): value is BatchValue {
  if (value === null || value instanceof Date || Buffer.isBuffer(value)) return true
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string')
  if (typeof value === 'number') return Number.isFinite(value)
  return ['string', 'bigint', 'boolean'].includes(typeof value)
}
