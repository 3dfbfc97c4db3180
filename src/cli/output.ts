import { Console } from 'node:console'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { styleText } from 'node:util'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { wrapLongLines } from './layout/fit.ts'

/** A function that returns a text in a style. If the output has no colours, the function returns the text unchanged. */
export type PaintText = (style: TextStyle, text: string) => string

/** The style of a text on a terminal. */
export type TextStyle = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Returns a text without colours. */
export const paintWithoutColour: PaintText = (_, text) => text

/** Returns the colouring function for an output stream such as stdout. */
export function makePaintForStream(stream: NodeJS.WriteStream): PaintText {
  return doesStreamSupportColour(stream, process.env)
    ? (style, text) => styleText(style, text, { validateStream: false })
    : paintWithoutColour
}

/**
 * Returns true if interphase prints colours to the stream. This is so if the stream is a terminal with colours and NO_COLOR is
 * not set. FORCE_COLOR overrides this rule for every stream, as in Node.
 */
export function doesStreamSupportColour(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): boolean {
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return canOverwriteLines(stream, environment) && (environment['NO_COLOR'] ?? '') === ''
}

/** Returns true if the stream is a terminal on which interphase can overwrite a printed line. */
export function canOverwriteLines(
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return stream.isTTY && environment['TERM'] !== 'dumb'
}

/** Prints the result of a command on stdout. */
export function printCommandResult(text: string): void {
  process.stdout.write(lineOf(text))
}

/**
 * Prints sentences and tables on stdout. On a terminal, the function wraps long lines between words, except lines for which
 * `kept` returns true.
 */
export function printWrappedText(text: string, kept?: (line: string) => boolean): void {
  printCommandResult(wrapToTerminalWidth(text, process.stdout, kept))
}

/**
 * Returns a text with its lines wrapped at the width of the terminal. If the stream is no terminal, returns the text unchanged.
 */
export function wrapToTerminalWidth(text: string, stream: NodeJS.WriteStream, kept?: (line: string) => boolean): string {
  return wrapLongLines(text, stream.isTTY ? stream.columns : undefined, kept)
}

/**
 * Writes a report to a file, and creates the directory of the file if necessary. Throws `file.unwritable` if the file cannot be
 * written.
 */
export function writeReportFile(file: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true })
    writeFileSync(file, lineOf(text))
  } catch (error) {
    throw new InterphaseError('file.unwritable', { file, problem: errorMessageOf(error) }, { cause: error })
  }
}

/** Prints the result of a command on stdout as one JSON document. */
export function printJsonDocument(value: unknown): void {
  printCommandResult(formatJson(value))
}

/** Returns a value as an indented JSON text. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, plainNumbers, 2)
}

/** Prints a value on stdout as one line of JSON. */
export function printJsonLine(value: unknown): void {
  printCommandResult(JSON.stringify(value, plainNumbers))
}

/** Prints a message on stderr. */
export function printToStderr(text: string): void {
  process.stderr.write(lineOf(text))
}

/**
 * Makes the process ignore errors of a closed pipe. The process then ends without an error if the program that reads its output
 * stops early, as in `interphase log | head`.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

/**
 * Sends everything that code of the project prints with `console` to stderr. The configuration, migrations and models can print,
 * and Sequelize prints its statements with `console.log`. stdout contains only the result of the command, which can be JSON.
 */
export function sendConsoleToStderr(): void {
  Object.assign(console, new Console(process.stderr))
}

function lineOf(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

function plainNumbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
