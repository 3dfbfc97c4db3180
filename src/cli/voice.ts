import type { Emit, Event } from '../event.ts'
import { openLog } from './log.ts'
import { printJsonLine } from './output.ts'
import { utterance } from './render/event.ts'
import type { ProjectOptions } from './verb.ts'

/** Tells of a run while it runs. */
export interface Voice {
  readonly emit: Emit
  /** The phases in which something was done so far, in order. */
  readonly ran: () => readonly Ran[]
  /** Takes a live line away. */
  readonly rest: () => void
}

export type Ran = Omit<Extract<Event, { type: 'phase-done' }>, 'type'>

/** With `--json` the events themselves go to stdout, one a line; otherwise each is a sentence of the log. */
export async function openVoice(options: ProjectOptions): Promise<Voice> {
  const log = await openLog(options)
  const live = liveLine(options)
  const ran: Ran[] = []
  const emit = (event: Event) => {
    live.clear()
    if (options.json) printJsonLine(event)
    const { level, says } = utterance(event)
    // Printed already, and read by a program: the log keeps to what is out of the ordinary.
    if (!options.json || options.logLevel !== undefined) log[level](event, says)
    if (event.type === 'phase-done' && event.migrations > 0) ran.push(ranOf(event))
    if (event.type === 'migration-started') live.show(`  … ${event.index + 1} of ${event.of}  ${event.migration}`)
  }
  return { emit, ran: () => ran, rest: live.clear }
}

function ranOf({ release, phase, migrations, elapsedMs }: Ran): Ran {
  return { release, phase, migrations, elapsedMs }
}

interface LiveLine {
  readonly show: (text: string) => void
  readonly clear: () => void
}

/** What is at work right now, on a terminal alone. */
function liveLine({ json, logFormat }: ProjectOptions): LiveLine {
  const { stderr } = process
  if (!stderr.isTTY || json || logFormat === 'json') return { show: () => undefined, clear: () => undefined }
  let shown = false
  return {
    show: (text) => {
      stderr.write(text.slice(0, Math.max(10, stderr.columns - 1)))
      shown = true
    },
    clear: () => {
      if (shown) stderr.write('\r\x1b[K')
      shown = false
    },
  }
}
