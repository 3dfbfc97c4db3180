import { systemClock } from '../clock.ts'
import type { Emit, Event } from '../event.ts'
import { openLog } from './log.ts'
import { isScreen, printJsonLine } from './output.ts'
import { followProgress, type Pace } from './progress.ts'
import { utterance } from './render/event.ts'
import type { ProjectOptions } from './verb.ts'

/** Tells of a run while it runs. */
export interface Reporter {
  readonly emit: Emit
  /** Warns of what is no event of the engine's. */
  readonly warn: (says: string) => void
  /** The phases in which something was done so far, in order. */
  readonly ran: () => readonly Ran[]
  /** Takes a live line away, and tells no more of what was in hand. */
  readonly rest: () => void
}

export type Ran = Omit<Extract<Event, { type: 'phase-done' }>, 'type'>

// Some systems end a job that prints nothing for ten minutes.
const REMINDER_MS = 60_000
const REDRAW_MS = 1000

/** With `--json` the events themselves go to stdout, one a line; otherwise each is a sentence of the log. */
export async function openReporter(options: ProjectOptions): Promise<Reporter> {
  const log = await openLog(options)
  // Printed already, and read by a program: the log keeps to what is out of the ordinary.
  const isLogged = !options.json || options.logLevel !== undefined
  const isLive = isScreen(process.stderr) && options.logFormat !== 'json' && !options.json && log.isLevelEnabled('info')
  const live = isLive ? liveLine() : NOTHING
  const pace: Pace = isLive
    ? { everyMs: REDRAW_MS, atOnce: true, tell: live.show }
    : { everyMs: REMINDER_MS, atOnce: false, tell: (says) => (isLogged ? log.info(`  … ${says}`) : undefined) }
  const progress = followProgress(systemClock, pace)
  const ran: Ran[] = []
  const emit = (event: Event) => {
    live.clear()
    if (options.json) printJsonLine(event)
    const { level, says } = utterance(event)
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

function ranOf({ release, phase, migrations, elapsedMs }: Ran): Ran {
  return { release, phase, migrations, elapsedMs }
}

interface LiveLine {
  readonly show: (says: string) => void
  readonly clear: () => void
}

const NOTHING: LiveLine = { show: () => undefined, clear: () => undefined }

// To the beginning of the line, and away with it: also with the ^C that a terminal shows.
const ERASE = '\r\x1b[K'

/** What is at work right now, in a line that is written over. */
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
