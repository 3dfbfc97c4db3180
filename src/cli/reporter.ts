import { systemClock } from '../clock.ts'
import type { EmitEvent, Event } from '../event.ts'
import { openStderrLogger } from './log.ts'
import { canOverwriteLines, printJsonLine } from './output.ts'
import { type ProgressPrinterSettings, startProgressPrinter } from './progress.ts'
import { logSentenceOfEvent } from './render/event.ts'
import type { ProjectCommandOptions } from './verb.ts'

/** The progress output of a command. */
export interface ProgressReporter {
  readonly emit: EmitEvent
  /** Prints a warning of the command line itself. Such a warning is not an event of the engine. */
  readonly warn: (says: string) => void
  /** Returns the phases that the run has completed, in the order of the run. */
  readonly ran: () => readonly CompletedPhase[]
  /** Removes the line that shows the current work from the terminal. The line appears again at the next event. */
  readonly rest: () => void
}

/** A phase of a release that a run has completed. */
export type CompletedPhase = Omit<Extract<Event, { type: 'phase-done' }>, 'type'>

// The time in milliseconds between two lines of progress. The lines are needed because some CI systems kill a job that prints
// nothing for ten minutes.
const REMINDER_MS = 60_000
const REDRAW_MS = 1000

/**
 * Opens the progress output of a command. With `--json`, each event is printed on stdout as one line of JSON. Without `--json`,
 * or with `--log-level`, each event is logged on stderr as a sentence.
 */
export async function openProgressReporter(options: ProjectCommandOptions): Promise<ProgressReporter> {
  const log = await openStderrLogger(options)
  // With `--json`, a program reads the events from stdout, so the log contains only warnings and errors.
  const isLogged = !options.json || options.logLevel !== undefined
  const isLive = canOverwriteLines(process.stderr) && options.logFormat !== 'json' && !options.json && log.isLevelEnabled('info')
  const live = isLive ? liveLine() : NOTHING
  const pace: ProgressPrinterSettings = isLive
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

// The terminal codes that return to the beginning of the line and erase the line. The erased line can contain a `^C`, which the
// terminal printed.
const ERASE = '\r\x1b[K'

/** Returns a terminal line that shows the current work, and that later output overwrites. */
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
