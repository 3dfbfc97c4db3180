import { spawn } from 'node:child_process'
import { errorMessageOf } from '../error.ts'

/**
 * The result of a command that a policy contains. The command ended with an exit code, or the engine could not start it, or it
 * was killed.
 */
export type PolicyCommandResult =
  | { readonly ended: 'exit'; readonly code: number; readonly output: string }
  | { readonly ended: 'failed'; readonly problem: string }

/** The directory, the environment and the stop signal of a command. */
export interface PolicyCommandOptions {
  readonly directory: string
  /** The environment variables of the command, in addition to those of the Node process. */
  readonly environment: Readonly<Record<string, string>>
  /**
   * A signal for the end of the command. When the signal is aborted, the engine kills the command and all processes that it
   * started.
   */
  readonly signal: AbortSignal
}

// The longest output of a command in characters. The engine cuts longer output off, so that a command cannot fill the memory.
const MOST_OUTPUT = 16_384

/**
 * Executes a command of a policy without a shell, in a separate process group. Returns the exit code with the output on stdout
 * and stderr, or a problem if the command could not be started or was killed.
 */
export function runPolicyCommand([program = '', ...args]: readonly string[], around: PolicyCommandOptions): Promise<PolicyCommandResult> {
  const { directory, environment, signal } = around
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const kill = () => {
      if (child.pid !== undefined) killGroup(child.pid)
      // The engine does not wait until the pipes of the command are closed, because a process that left the process group can
      // keep the pipes open.
      end({ ended: 'failed', problem: 'the command was killed' })
    }
    const end = (result: PolicyCommandResult) => {
      signal.removeEventListener('abort', kill)
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
      resolve(result)
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = `${output}${text}`.slice(0, MOST_OUTPUT)
      })
    }
    child.once('error', (error) => end({ ended: 'failed', problem: errorMessageOf(error) }))
    child.once('close', (code, by) =>
      end(code === null ? { ended: 'failed', problem: `the command was ended by ${by}` } : { ended: 'exit', code, output: output.trim() }),
    )
    signal.addEventListener('abort', kill, { once: true })
    if (signal.aborted) kill()
  })
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // An error of sending the signal is ignored, because it means that the process group of the policy's command has already
    // ended.
  }
}
