import { styleText } from 'node:util'

/** Colours a piece of text, or leaves it as it is where nobody looks. */
export type Paint = (style: Style, text: string) => string

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export const PLAIN: Paint = (_, text) => text

/** For what goes to this stream: colour on a terminal alone, and not against NO_COLOR. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const colourful = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
  return colourful ? (style, text) => styleText(style, text, { validateStream: false }) : PLAIN
}

/** A result, for whoever reads stdout. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** A result as one JSON document. */
export function printJson(value: unknown): void {
  print(toJson(value))
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, plainNumbers, 2)
}

/** One line of a stream of JSON. */
export function printJsonLine(value: unknown): void {
  print(JSON.stringify(value, plainNumbers))
}

export function complain(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** A reader that leaves early (`| head`) is no failure of ours: what it does not want is not written. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

function plainNumbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
