import { spawn } from 'node:child_process'
import { errorMessageOf, InterphaseError } from '../error.ts'
import type { EmitEvent, EmittedEvent } from '../event.ts'
import type { ProjectConfig } from '../project/config.ts'
import type { HookConfig, HookOccasion } from '../project/define-config.ts'

/**
 * The message that a hook receives as JSON: the occasion of the call, and the facts of the event. No field contains a password.
 */
export interface HookMessage {
  readonly occasion: HookOccasion
  readonly project: string
  readonly at: string
  readonly [detail: string]: unknown
}

const DEFAULT_TIMEOUT_MS = 10_000

/** The occasion of a hook for each type of event. For a type of event without an entry, the engine calls no hook. */
const OCCASIONS: Partial<Readonly<Record<EmittedEvent['type'], HookOccasion>>> = {
  'phase-started': 'started',
  'undo-started': 'started',
  'phase-done': 'finished',
  'undo-done': 'finished',
}

/**
 * Calls the hooks of a project while a command runs. Hooks run in the background, and a hook that exceeds its time limit is
 * killed. A failed hook does not fail the command, and is reported as an event `remark`.
 */
export class HookCaller {
  readonly #project: string
  readonly #directory: string
  readonly #hooks: readonly HookConfig[]
  #emit: EmitEvent = () => undefined
  readonly #running = new Set<Promise<void>>()

  constructor({ project, root, hooks }: Pick<ProjectConfig, 'project' | 'root' | 'hooks'>) {
    this.#project = project
    this.#directory = root
    this.#hooks = hooks
  }

  /** Sets the function that receives a remark for each hook that fails. */
  reportTo(emit: EmitEvent): void {
    this.#emit = emit
  }

  /** Calls the hooks for the occasion of an event. Does nothing for a type of event without an occasion. */
  callForEvent(event: EmittedEvent, at: Date): void {
    const occasion = OCCASIONS[event.type]
    if (occasion) this.#call({ occasion, ...event, project: this.#project, at: at.toISOString() })
  }

  /**
   * Calls the hooks for a command that ended with an error. The occasion is `held` for an error with exit code 6, and `failed`
   * for any other error.
   */
  callForFailure(command: string, error: unknown, at: Date): void {
    const code = error instanceof InterphaseError ? error.code : 'internal'
    const occasion = error instanceof InterphaseError && error.exitCode === HELD_EXIT_CODE ? 'held' : 'failed'
    this.#call({ occasion, command, code, says: errorMessageOf(error), project: this.#project, at: at.toISOString() })
  }

  /** Waits until every hook has ended. The wait is limited, because no hook runs longer than its time limit. */
  async waitForHooks(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #call(message: HookMessage): void {
    for (const hook of this.#hooks.filter(({ on }) => on.includes(message.occasion))) {
      const call = callHook(hook, JSON.stringify(message), this.#directory)
        .catch(problemOf)
        .then((problem) => this.#report(hook, message.occasion, problem))
        .finally(() => this.#running.delete(call))
      this.#running.add(call)
    }
  }

  /** Emits a remark about a hook that failed. Does nothing if the problem is undefined. */
  #report(hook: HookConfig, occasion: HookOccasion, problem: string | undefined): void {
    if (problem === undefined) return
    const { message, remedy } = new InterphaseError('hook.failed', { hook: nameOf(hook), occasion, problem })
    this.#emit({ type: 'remark', says: `${message}. ${remedy}` })
  }
}

const HELD_EXIT_CODE = 6

/**
 * Returns the name of a hook for messages. For a URL, the name is only the host, because the path and the query can contain a
 * secret.
 */
function nameOf(hook: HookConfig): string {
  return 'url' in hook ? new URL(hook.url).host : hook.command[0]
}

/** Calls a hook with a message. Returns the problem if the hook failed, and undefined if the hook succeeded. */
async function callHook(hook: HookConfig, body: string, directory: string): Promise<string | undefined> {
  const timeoutMs = hook.timeoutMs ?? DEFAULT_TIMEOUT_MS
  if (!('url' in hook)) return runCommand(hook.command, body, directory, timeoutMs)
  const headers = { 'content-type': 'application/json', ...hook.headers }
  const response = await fetch(hook.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) })
  await response.body?.cancel()
  return response.ok ? undefined : `the server of the URL answered with the status ${response.status}`
}

/**
 * Returns the reason why a hook could not be called. The error of `fetch` itself contains only the text "fetch failed", and its
 * cause contains the reason.
 */
function problemOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'the server of the URL did not answer within the time limit'
  const cause = error instanceof Error ? error.cause : undefined
  return (cause instanceof Error && cause.message) || errorMessageOf(error)
}

/**
 * Runs the program of a hook with the message on stdin. No shell runs the program, so no part of the command is interpreted.
 * Returns the problem if the program failed, and undefined if the program ended with exit code 0.
 */
function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  body: string,
  cwd: string,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['pipe', 'ignore', 'ignore'], timeout: timeoutMs, killSignal: 'SIGKILL' })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(undefined)
      else if (signal === 'SIGKILL') resolve(`the program did not end within ${timeoutMs / 1000} s`)
      else resolve(`the program ended with ${signal ?? `exit code ${code}`}`)
    })
    // A hook program that does not read the message can close stdin before the message is written. This error is ignored.
    child.stdin.on('error', () => undefined).end(body)
  })
}
