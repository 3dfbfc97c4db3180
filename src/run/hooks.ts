import { spawn } from 'node:child_process'
import { errorMessageOf, InterphaseError } from '../error.ts'
import type { EmitEvent, EmittedEvent } from '../event.ts'
import type { ProjectConfig } from '../project/config.ts'
import type { HookConfig, HookOccasion } from '../project/define-config.ts'

/** The message that a hook receives as JSON: the occasion, and the facts of the event. No field contains a password. */
export interface HookMessage {
  readonly occasion: HookOccasion
  readonly project: string
  readonly at: string
  readonly [detail: string]: unknown
}

const DEFAULT_TIMEOUT_MS = 10_000

/** The occasion for which hooks are called when this event occurs. Events without an entry call no hook. */
const OCCASIONS: Partial<Readonly<Record<EmittedEvent['type'], HookOccasion>>> = {
  'phase-started': 'started',
  'undo-started': 'started',
  'phase-done': 'finished',
  'undo-done': 'finished',
}

/**
 * Calls the hooks of a project while a command runs. A hook runs in the background, and is ended after its time limit. A hook that
 * fails never fails the command: its failure becomes an event `remark`.
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

  /** Sets the function that receives the failures of hooks. */
  reportTo(emit: EmitEvent): void {
    this.#emit = emit
  }

  /** Calls the hooks whose occasion belongs to this type of event. */
  hear(event: EmittedEvent, at: Date): void {
    const occasion = OCCASIONS[event.type]
    if (occasion) this.#call({ occasion, ...event, project: this.#project, at: at.toISOString() })
  }

  /** Calls the hooks for a command that ended with an error. Exit code 6 means that the command is held, not that it failed. */
  failed(command: string, error: unknown, at: Date): void {
    const code = error instanceof InterphaseError ? error.code : 'internal'
    const occasion = error instanceof InterphaseError && error.exitCode === HELD_EXIT_CODE ? 'held' : 'failed'
    this.#call({ occasion, command, code, says: errorMessageOf(error), project: this.#project, at: at.toISOString() })
  }

  /** Waits until every hook has ended. No hook outlives its time limit. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #call(message: HookMessage): void {
    for (const hook of this.#hooks.filter(({ on }) => on.includes(message.occasion))) {
      const call = callHook(hook, JSON.stringify(message), this.#directory)
        .catch((error: unknown) => this.#emit({ type: 'remark', says: `the hook ${nameOf(hook)} failed: ${errorMessageOf(error)}` }))
        .finally(() => this.#running.delete(call))
      this.#running.add(call)
    }
  }
}

const HELD_EXIT_CODE = 6

/** The name of a hook for messages. The path and the query of a URL can contain a secret, so only its host is shown. */
function nameOf(hook: HookConfig): string {
  return 'url' in hook ? new URL(hook.url).host : hook.command[0]
}

async function callHook(hook: HookConfig, body: string, directory: string): Promise<void> {
  const timeoutMs = hook.timeoutMs ?? DEFAULT_TIMEOUT_MS
  if (!('url' in hook)) return runCommand(hook.command, body, directory, timeoutMs)
  const headers = { 'content-type': 'application/json', ...hook.headers }
  const response = await fetch(hook.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) })
  await response.body?.cancel()
  if (!response.ok) throw new InterphaseError('hook.failed', { problem: `it answered with ${response.status}` })
}

/** Runs the program with the message on its stdin. The program is no child of a shell, so no part of it is interpreted. */
function runCommand([program, ...args]: readonly [string, ...string[]], body: string, cwd: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['pipe', 'ignore', 'ignore'], timeout: timeoutMs, killSignal: 'SIGKILL' })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      const how = signal === 'SIGKILL' ? `it did not end within ${timeoutMs / 1000} s` : `it ended with ${signal ?? `exit code ${code}`}`
      reject(new InterphaseError('hook.failed', { problem: how }))
    })
    // A program that reads nothing closes its stdin early.
    child.stdin.on('error', () => undefined).end(body)
  })
}
