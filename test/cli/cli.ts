import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { LOADER, moduleFile } from '../support/built.ts'

/** The built command line, or the source where that is newer. */
const PROGRAM = [...LOADER, moduleFile('cli/main')]

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  /** Resolves once stdout and stderr together hold this; rejects when the process ends without. */
  says(text: string | RegExp): Promise<void>
  /** What stdout has held so far. */
  heard(): string
  readonly ended: Promise<Ended>
}

/** Starts the command line as a user does, off a terminal, with nothing of this environment that names a database. */
export function start(directory: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: directory,
    env: { ...inherited(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return listenTo(child)
}

/** How a shell calls the command line. */
export function shellWords(args: readonly string[]): string {
  return [process.execPath, ...PROGRAM, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
}

/** This environment without what names a database or decides about colours. */
export function inherited(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, INTERPHASE_DATABASE_URL: __, FORCE_COLOR: ___, NO_COLOR: ____, ...rest } = process.env
  return rest
}

/** Follows what a process says until it ends. */
export function listenTo(child: ChildProcessByStdio<Writable | null, Readable, Readable>): Started {
  const heard = { out: '', err: '' }
  const listeners = new Set<() => void>()
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text
      for (const listen of listeners) listen()
    })
  }
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...heard })))
  const says = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const all = `${heard.out}${heard.err}`
        if (typeof text === 'string' ? all.includes(text) : text.test(all)) resolve()
      }
      listeners.add(look)
      look()
      void ended.then(({ out, err }) => reject(new Error(`ended without "${String(text)}": ${out}${err}`)))
    })
  return { child, says, heard: () => heard.out, ended }
}

export function interphase(directory: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return start(directory, args, environment).ended
}
