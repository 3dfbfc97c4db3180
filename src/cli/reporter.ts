import { systemClock } from '../clock.ts'
import type { EmitEvent, Event } from '../event.ts'
import { openLogger } from './log.ts'
import { canOverwriteLines, printJsonLine } from './output.ts'
import { type ProgressInterval, startProgressPrinter } from './progress.ts'
import { logSentenceOfEvent } from './render/event.ts'
import type { ProjectCommandOptions } from './verb.ts'

/** Prints the progress of a command that changes a database. */
export interface ProgressReporter {
  readonly emit: EmitEvent
  /** Prints a warning of the command line itself, which is not an event of the engine. */
  readonly warn: (says: string) => void
  /** The phases that this run has completed so far, in order. */
  readonly ran: () => readonly CompletedPhase[]
  /** Removes the live line from the terminal until the next event. */
  readonly rest: () => void
}

export type CompletedPhase = Omit<Extract<Event, { type: 'phase-done' }>, 'type'>

// A reminder is printed every minute, because some CI systems kill a job that prints nothing for ten minutes.
const REMINDER_MS = 60_000
const REDRAW_MS = 1000

/**
 * Opens the progress output of a command. With `--json`, prints each event as one JSON line on stdout. Otherwise writes each event as
 * a sentence to the log.
 */
export async function openProgressReporter(options: ProjectCommandOptions): Promise<ProgressReporter> {
  const log = await openLogger(options)
  // With `--json`, a program reads the events, so only warnings and errors are logged.
  const isLogged = !options.json || options.logLevel !== undefined
  const isLive = canOverwriteLines(process.stderr) && options.logFormat !== 'json' && !options.json && log.isLevelEnabled('info')
  const live = isLive ? liveLine() : NOTHING
  const pace: ProgressInterval = isLive
    ? { everyMs: REDRAW_MS, atOnce: true, tell: live.show }
    : { everyMs: REMINDER_MS, atOnce: false, tell: (says) => (isLogged ? log.info(`  … ${says}`) : undefined) }
  const progress = startProgressPrinter(systemClock, pace)
  const ran: CompletedPhase[] = []
  const emit = (event: Event) => {
    live.clear()
    if (options.json) printJsonLine(event)
    const { level, says } = logSentenceOfEvent(event)
    if (isLogged) log[level](event, says)
    if (event.type === 'phase-done' && event.migrations > 0) ran.push(ranOf(event))
    progress.see(event)
  }
  const warn = (says: string) => {
    live.clear()
    log.warn(says)
  }
  const rest = () => {
    progress.rest()
    live.clear()
  }
  return { emit, warn, ran: () => ran, rest }
}

function ranOf({ release, phase, migrations, elapsedMs }: CompletedPhase): CompletedPhase {
  return { release, phase, migrations, elapsedMs }
}

interface LiveLine {
  readonly show: (says: string) => void
  readonly clear: () => void
}

const NOTHING: LiveLine = { show: () => undefined, clear: () => undefined }

// The terminal codes that return to the beginning of the line and erase the line, including a `^C` that the terminal printed.
const ERASE = '\r\x1b[K'

/** A terminal line that shows the current work and is overwritten. */
function liveLine(): LiveLine {
  const { stderr } = process
  let shown = false
  const show = (says: string) => {
    stderr.write(`${ERASE}${`  … ${says}`.slice(0, Math.max(10, (stderr.columns || 80) - 1))}`)
    shown = true
  }
  const clear = () => {
    if (shown) stderr.write(ERASE)
    shown = false
  }
  return { show, clear }
}
