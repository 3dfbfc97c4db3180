import type { Logger } from 'pino'
import { makePaintForStream, type PaintText, wrapToTerminalWidth } from './output.ts'
import type { LogLevel, ProjectCommandOptions } from './verb.ts'

type LogOptions = Pick<ProjectCommandOptions, 'json' | 'logLevel' | 'logFormat'>

/**
 * Returns a logger that writes to stderr, as sentences or as JSON lines. Each line is written synchronously, so no line is lost
 * when the process ends.
 */
export async function openStderrLogger(options: LogOptions): Promise<Logger> {
  const { pino } = await import('pino')
  const level: LogLevel = options.logLevel ?? (options.json ? 'warn' : 'info')
  const format = options.logFormat ?? (options.json ? 'json' : 'text')
  if (format === 'json') {
    return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }, pino.destination({ dest: 2, sync: true }))
  }
  const paint = makePaintForStream(process.stderr)
  const out = pino.destination({ dest: 2, sync: true })
  return pino({ level, base: null, timestamp: false }, { write: (line) => out.write(`${sentence(line, paint)}\n`) })
}

function sentence(line: string, paint: PaintText): string {
  const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg: string }
  return coloured(wrapToTerminalWidth(msg, process.stderr), level, paint)
}

const formatters = { level: (label: string) => ({ level: label }) }

// The numbers of the log levels in the library pino.
const WARN = 40
const INFO = 30

function coloured(says: string, level: number, paint: PaintText): string {
  if (level >= WARN) return paint('yellow', says)
  return level < INFO ? paint('dim', says) : says
}
