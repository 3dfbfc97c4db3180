import { spawn } from 'node:child_process'
import { systemClock } from '../clock.ts'
import { InterphaseError, messageOf } from '../error.ts'

/** A command of the user's, and what it is given. */
export interface Command {
  readonly line: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** Its results go to our stderr, where our own stdout is for programs. */
  readonly isQuiet: boolean
  readonly timeoutSeconds?: number
  /** How long it has to end once it is asked to, before it is ended. */
  readonly graceMs?: number
  /** Where its shadow stands, for what is said of it. */
  readonly at: string
  readonly signal: AbortSignal
}

// A test suite that tears its servers down needs a moment.
const GRACE_MS = 10_000

/**
 * Runs a command in a process group of its own, with our terminal. Throws when it fails, when it takes too long, and when we
 * are to stop; then it is asked to end, and all that it started with it, before anything else happens.
 */
export async function runCommand(command: Command): Promise<void> {
  const { line, environment, isQuiet, signal } = command
  const [program = '', ...args] = line
  const child = spawn(program, args, { stdio: ['inherit', isQuiet ? 2 : 'inherit', 'inherit'], detached: true, env: environment })
  const group = new Group(child.pid)
  const over = new AbortController()
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(unstarted(program, error)))
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`))
  }).finally(() => over.abort())
  try {
    const cause = await Promise.race([ended.then(() => undefined), aborted(signal, over.signal), passed(command, over.signal)])
    if (cause === undefined) return succeeded(command, await ended)
    group.send(cause.sends)
    systemClock.wait(command.graceMs ?? GRACE_MS, over.signal).then(() => group.send('SIGKILL'), ignore)
    await ended
    group.send('SIGKILL')
    throw cause.says
  } finally {
    group.leave()
  }
}

interface Cause {
  readonly sends: NodeJS.Signals
  readonly says: InterphaseError
}

/** A command and what it started, which dies with us when we are ended at once. */
class Group {
  readonly #id: number | undefined
  readonly #die = () => this.send('SIGKILL')

  constructor(leader: number | undefined) {
    this.#id = leader
    process.once('exit', this.#die)
  }

  send(signal: NodeJS.Signals): void {
    if (this.#id === undefined) return
    try {
      process.kill(-this.#id, signal)
    } catch {
      // Nobody of the group is left.
    }
  }

  leave(): void {
    process.removeListener('exit', this.#die)
  }
}

function unstarted(program: string, error: NodeJS.ErrnoException): InterphaseError {
  // A directory of PATH that may not be read makes another error of a program that is nowhere.
  const isMissing = error.code === 'ENOENT' || (error.code === 'EACCES' && !program.includes('/'))
  const problem = isMissing ? 'there is no such program that may be run' : messageOf(error)
  return new InterphaseError('rehearse.no-command', { program, problem }, { cause: error })
}

function succeeded({ line, at }: Command, ended: string): void {
  if (ended !== 'exit code 0') throw new InterphaseError('rehearse.command', { command: line.join(' '), ended, at })
}

async function aborted(signal: AbortSignal, over: AbortSignal): Promise<Cause | undefined> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      for (const one of [signal, over]) one.addEventListener('abort', () => resolve(), { once: true })
    })
  }
  if (!signal.aborted) return undefined
  const sends = signal.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM'
  return { sends, says: new InterphaseError('rehearse.stopped', { signal: sends }) }
}

async function passed({ timeoutSeconds: seconds, line, at }: Command, over: AbortSignal): Promise<Cause | undefined> {
  try {
    await (seconds === undefined ? new Promise<never>(ignore) : systemClock.wait(seconds * 1000, over))
  } catch {
    return undefined
  }
  return { sends: 'SIGTERM', says: new InterphaseError('rehearse.timeout', { command: line.join(' '), seconds: seconds ?? 0, at }) }
}

function ignore(): void {}
