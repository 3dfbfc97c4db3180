import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { PhaseName } from '../../src/phase/phase.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')

// `status --check` says by its exit code which phase is next.
export const NEXT: { readonly [P in PhaseName]: number } = { expand: 3, migrate: 4, contract: 5 }

export interface Answer {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string | null
  readonly out: string
  /** Results and messages alike. */
  readonly says: string
}

/** Calls the built command line as a user would, in the project's directory. */
export async function call(project: string, url: string, args: readonly string[]): Promise<Answer> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INTERPHASE_DATABASE_URL: url, NO_COLOR: '1' },
  })
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode ?? child.signalCode, out, says: `${out}${error}` }
}

/** Throws what the command said when it does not end with that exit code. */
export async function interphase(project: string, url: string, args: readonly string[], wanted: number): Promise<Answer> {
  const answer = await call(project, url, args)
  if (answer.code === wanted) return answer
  throw new Error(`interphase ${args.join(' ')} ended with ${answer.code}, and ${wanted} was expected:\n${answer.says}`)
}
