import type { StatementExecutionContext } from './statement-execution-context.ts'
import { makeRunStopError } from './stop.ts'

// The time in milliseconds that a stopped run waits for a function migration that sends no statement.
const PATIENCE_MS = 5_000

/**
 * Returns a promise for the function of a migration. The promise rejects if the run must stop and the function sends no statement
 * for `PATIENCE_MS` milliseconds. `activity` returns true while a statement is running, and otherwise the number of statements that
 * the function has sent.
 */
export async function rejectWhenStoppedFunctionIsIdle(
  { clock, signal }: StatementExecutionContext,
  at: string,
  over: AbortSignal,
  activity: () => number | true,
): Promise<never> {
  await aborted(signal, over)
  for (let last: number | true = true; activity() === true || activity() !== last; ) {
    last = activity()
    await clock.wait(PATIENCE_MS, over)
  }
  throw makeRunStopError(signal, at)
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    over.addEventListener('abort', () => reject(over.reason), { once: true })
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over })
  })
}
