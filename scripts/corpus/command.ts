import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')

export interface Answer {
  readonly code: number | null
  /** Results and messages alike. */
  readonly says: string
}

/** Calls the built command line as a user would, and throws what it said when it does not end with that exit code. */
export async function interphase(project: string, url: string, args: readonly string[], wanted: number): Promise<Answer> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INTERPHASE_DATABASE_URL: url, NO_COLOR: '1' },
  })
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const answer = { code: child.exitCode, says: `${out}${error}` }
  if (answer.code === wanted) return answer
  const ended = answer.code ?? child.signalCode
  throw new Error(`interphase ${args.join(' ')} ended with ${ended}, and ${wanted} was expected:\n${answer.says}`)
}
