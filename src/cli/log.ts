import type { Logger } from 'pino'
import { fitted, type Paint, paintFor } from './output.ts'
import type { Level, ProjectOptions } from './verb.ts'

type LogOptions = Pick<ProjectOptions, 'json' | 'logLevel' | 'logFormat'>

/** The log, on stderr: sentences for people, or JSON lines. Written at once, so that nothing is lost when the process ends. */
export async function openLog(options: LogOptions): Promise<Logger> {
  const { pino } = await import('pino')
  const level: Level = options.logLevel ?? (options.json ? 'warn' : 'info')
  const format = options.logFormat ?? (options.json ? 'json' : 'text')
  if (format === 'json') {
    return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }, pino.destination({ dest: 2, sync: true }))
  }
  const { PinoPretty } = await import('pino-pretty')
  const paint = paintFor(process.stderr)
  const pretty = PinoPretty({
    destination: 2,
    sync: true,
    // It would paint every sentence; only what is out of the ordinary has a colour.
    colorize: false,
    ignore: 'pid,hostname,time,level',
    hideObject: true,
    messageFormat: (log, key) => coloured(fitted(String(log[key]), process.stderr), Number(log['level']), paint),
  })
  return pino({ level }, pretty)
}

const formatters = { level: (label: string) => ({ level: label }) }

// The numbers of pino's levels.
const WARN = 40
const INFO = 30

function coloured(says: string, level: number, paint: Paint): string {
  if (level >= WARN) return paint('yellow', says)
  return level < INFO ? paint('dim', says) : says
}
