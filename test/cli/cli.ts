import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { ROOT } from '../structure/source.ts'
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

/** A command for the process in `resident.ts`. */
export interface Call {
  readonly directory: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The text that ends the output of the command on stdout and on stderr. */
  readonly mark: string
}

/** The end of a command in the process in `resident.ts`. */
export interface Result {
  readonly code: number
  /** The resources that the command left open. */
  readonly left: readonly string[]
}

/**
 * Runs a command as `start` does, in a process that has run other commands before. Such a command costs a fifth of a command in a
 * new process. Throws an error if the command leaves a resource open, because a process of its own would not end.
 */
export async function interphase(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const resident = idle.pop() ?? openResident()
  const ended = await resident.run(directory, args, { ...inherited(), ...environment } as Record<string, string>)
  if (resident.mayRunMore()) idle.push(resident)
  return ended
}

// A command that runs a function leaves a second thread. A process of its own ends with its threads.
const COMMANDS_PER_PROCESS = 40

interface Resident {
  /** Returns false if the process has run enough commands. The process then ends. */
  mayRunMore(): boolean
  run(directory: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended>
}

/** The processes that run no command. */
const idle: Resident[] = []

function openResident(): Resident {
  const child = fork(join(import.meta.dirname, 'resident.ts'), {
    cwd: ROOT,
    execArgv: ['--import', 'tsx/esm'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('the process has no pipes')
  const gone = once(child, 'exit').then(([code, signal]) =>
    Promise.reject(new Error(`the process of the command ended: ${code ?? signal}`)),
  )
  gone.catch(() => undefined)
  // An idle process does not keep mocha from ending.
  const handles = [child, child.channel, stdout, stderr] as readonly { ref?(): void; unref?(): void }[]
  let calls = 0
  return {
    mayRunMore: () => {
      if (calls < COMMANDS_PER_PROCESS) return true
      child.kill()
      return false
    },
    run: async (directory, args, environment) => {
      for (const handle of handles) handle.ref?.()
      calls += 1
      const mark = `\0${calls}\0`
      const texts = [untilMark(stdout, mark), untilMark(stderr, mark)] as const
      const result = once(child, 'message') as Promise<[Result]>
      child.send({ directory, args, environment, mark } satisfies Call)
      const [[{ code, left }], out, err] = await Promise.race([Promise.all([result, ...texts]), gone])
      for (const handle of handles) handle.unref?.()
      if (left.length > 0) {
        child.kill()
        throw new Error(`interphase ${args.join(' ')} left open: ${left.join(', ')}`)
      }
      return { code, out, err }
    },
  }
}

/** Reads a stream up to the mark, which ends the output of a command. */
function untilMark(stream: Readable, mark: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const listen = (more: string) => {
      text += more
      if (!text.endsWith(mark)) return
      stream.removeListener('data', listen)
      resolve(text.slice(0, -mark.length))
    }
    stream.setEncoding('utf8').on('data', listen)
  })
}
