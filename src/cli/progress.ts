import type { Clock } from '../clock.ts'
import type { Event } from '../event.ts'
import { formatWorkInProgress, type WorkInProgress, workInProgressAfterEvent } from './render/work-in-progress.ts'

/** The settings of a progress printer: its interval, and the function that prints a line. */
export interface ProgressPrinterSettings {
  readonly everyMs: number
  /** True if the printer prints every change immediately, and not only at each interval. */
  readonly atOnce: boolean
  readonly tell: (says: string) => void
}

/** The progress output of a run. It prints the current work and its duration between two events. */
export interface ProgressPrinter {
  readonly see: (event: Event) => void
  /** Stops the progress output until the next event of the engine. */
  readonly rest: () => void
}

/** Starts the progress output of a run. The first output follows the first event that begins long work. */
export function startProgressPrinter(clock: Clock, { everyMs, atOnce, tell }: ProgressPrinterSettings): ProgressPrinter {
  let inHand: WorkInProgress | undefined
  let over = new AbortController()

  const keepTelling = async (signal: AbortSignal) => {
    for (;;) {
      try {
        await clock.wait(everyMs, signal)
      } catch {
        return
      }
      if (inHand) tell(formatWorkInProgress(inHand, clock.elapsedMs()))
    }
  }
  const rest = () => {
    inHand = undefined
    over.abort()
  }
  const see = (event: Event) => {
    const now = clock.elapsedMs()
    const before = inHand
    inHand = workInProgressAfterEvent(event, before, now)
    if (!inHand) return rest()
    if (atOnce) tell(formatWorkInProgress(inHand, now))
    if (inHand.since === before?.since) return
    over.abort()
    over = new AbortController()
    void keepTelling(over.signal)
  }
  return { see, rest }
}
