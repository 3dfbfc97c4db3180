import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { styleText } from 'node:util'
import { InterphaseError, messageOf } from '../error.ts'
import { fit } from './render/fit.ts'

/** Colours a piece of text, or leaves it as it is where nobody looks. */
export type Paint = (style: Style, text: string) => string

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export const PLAIN: Paint = (_, text) => text

/** For what goes to this stream. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return isColourful(stream, process.env) ? (style, text) => styleText(style, text, { validateStream: false }) : PLAIN
}

/** Colour on a terminal that knows it, and not against NO_COLOR; FORCE_COLOR decides it for every stream, as in Node itself. */
export function isColourful(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): boolean {
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isScreen(stream, environment) && (environment['NO_COLOR'] ?? '') === ''
}

/** True for a terminal on which a line can be written over. */
export function isScreen(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return stream.isTTY && environment['TERM'] !== 'dumb'
}

/** A result, for whoever reads stdout. */
export function print(text: string): void {
  process.stdout.write(lineOf(text))
}

/** A result in sentences and tables: on a terminal its long lines are broken between words, but for those that are `kept`. */
export function printFitted(text: string, kept?: (line: string) => boolean): void {
  print(fitted(text, process.stdout, kept))
}

/** The text as wide as the terminal that it goes to. */
export function fitted(text: string, stream: NodeJS.WriteStream, kept?: (line: string) => boolean): string {
  return fit(text, stream.isTTY ? stream.columns : undefined, kept)
}

/** A result for whoever looks for it in a file, whose directory is made where it is missing. */
export function writeReport(file: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true })
    writeFileSync(file, lineOf(text))
  } catch (error) {
    throw new InterphaseError('file.unwritable', { file, problem: messageOf(error) }, { cause: error })
  }
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
  process.stderr.write(lineOf(text))
}

/** A reader that leaves early (`| head`) is no failure of ours: what it does not want is not written. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

function lineOf(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

function plainNumbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
