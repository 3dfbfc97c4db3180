import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { styleText } from 'node:util'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { wrapLines } from './layout/fit.ts'

/** A function that colours a text, or returns the text unchanged if the output has no colours. */
export type PaintText = (style: TextStyle, text: string) => string

export type TextStyle = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export const paintWithoutColour: PaintText = (_, text) => text

/** Returns the colouring function for an output stream. */
export function makePaintFor(stream: NodeJS.WriteStream): PaintText {
  return supportsColour(stream, process.env) ? (style, text) => styleText(style, text, { validateStream: false }) : paintWithoutColour
}

/**
 * True if output to this stream is coloured: on a terminal with colours, unless NO_COLOR is set. FORCE_COLOR overrides both for
 * every stream, as in Node.
 */
export function supportsColour(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): boolean {
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return canOverwriteLines(stream, environment) && (environment['NO_COLOR'] ?? '') === ''
}

/** True for a terminal on which a printed line can be overwritten. */
export function canOverwriteLines(
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return stream.isTTY && environment['TERM'] !== 'dumb'
}

/** Prints the result of a command on stdout. */
export function printResult(text: string): void {
  process.stdout.write(lineOf(text))
}

/**
 * Prints sentences and tables on stdout. On a terminal, long lines are wrapped between words. Lines for which `kept` returns true are
 * not wrapped.
 */
export function printWrapped(text: string, kept?: (line: string) => boolean): void {
  printResult(wrapToTerminal(text, process.stdout, kept))
}

/** Wraps a text to the width of the terminal. */
export function wrapToTerminal(text: string, stream: NodeJS.WriteStream, kept?: (line: string) => boolean): string {
  return wrapLines(text, stream.isTTY ? stream.columns : undefined, kept)
}

/** Writes a report to a file. Creates its directory if necessary. */
export function writeReportFile(file: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true })
    writeFileSync(file, lineOf(text))
  } catch (error) {
    throw new InterphaseError('file.unwritable', { file, problem: errorMessageOf(error) }, { cause: error })
  }
}

/** Prints the result of a command as one JSON document on stdout. */
export function printJsonDocument(value: unknown): void {
  printResult(formatJson(value))
}

export function formatJson(value: unknown): string {
  return JSON.stringify(value, plainNumbers, 2)
}

/** Prints one value as a line of JSON on stdout. */
export function printJsonLine(value: unknown): void {
  printResult(JSON.stringify(value, plainNumbers))
}

/** Prints a message on stderr. */
export function printToStderr(text: string): void {
  process.stderr.write(lineOf(text))
}

/** Lets the process end without an error if the reader of its output stops early, as in `interphase log | head`. */
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
