import { spawn } from 'node:child_process'
import { systemClock } from '../clock.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'

/** The command after `--` in `interphase rehearse --at … -- <command>`, with its environment. */
export interface RehearsalUserCommand {
  readonly line: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** True if the output of the command is written to stderr, because another program reads the stdout of interphase. */
  readonly isQuiet: boolean
  readonly timeoutSeconds?: number
  /** The time in milliseconds between the signal that asks the user's command to stop and the signal that kills it. */
  readonly graceMs?: number
  /** The point of the release at which the command runs, for messages. */
  readonly at: string
  readonly signal: AbortSignal
}

// The default time in milliseconds before the user's command is killed. Ten seconds let a test suite stop its own servers.
const GRACE_MS = 10_000

/**
 * Runs the user's command in a separate process group, on the terminal of interphase. Throws an error if the command fails or
 * exceeds its time limit, or if the signal aborts. After the time limit or the signal, the function stops all processes of the
 * group before it throws the error.
 */
export async function runRehearsalUserCommand(command: RehearsalUserCommand): Promise<void> {
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

/** The process group of the user's command. When the process of interphase ends, the process group is killed too. */
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
      // An error of sending the signal is ignored, because it means that the process group of the user's command has already
      // ended.
    }
  }

  leave(): void {
    process.removeListener('exit', this.#die)
  }
}

function unstarted(program: string, error: NodeJS.ErrnoException): InterphaseError {
  // Usually, Node reports ENOENT for a missing program. If Node cannot read a directory in PATH, it reports EACCES instead.
  const isMissing = error.code === 'ENOENT' || (error.code === 'EACCES' && !program.includes('/'))
  const problem = isMissing ? 'the program does not exist or is not executable' : errorMessageOf(error)
  return new InterphaseError('rehearse.no-command', { program, problem }, { cause: error })
}

function succeeded({ line, at }: RehearsalUserCommand, ended: string): void {
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

async function passed({ timeoutSeconds: seconds, line, at }: RehearsalUserCommand, over: AbortSignal): Promise<Cause | undefined> {
  try {
    await (seconds === undefined ? new Promise<never>(ignore) : systemClock.wait(seconds * 1000, over))
  } catch {
    return undefined
  }
  return { sends: 'SIGTERM', says: new InterphaseError('rehearse.timeout', { command: line.join(' '), seconds: seconds ?? 0, at }) }
}

function ignore(): void {}
