import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const ROOT = join(import.meta.dirname, '..', '..')
const BIN = join(ROOT, 'dist', 'cli', 'main.js')

// Far more than any command of the demo needs: one that hangs must not hang the demo.
const LIMIT_MS = 180_000

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The built command line, as a user of this database has it. */
export interface Interphase {
  /** Runs a command before the user's eyes, and throws unless it ends with this code. */
  shown(words: string, code?: number): Promise<void>
  /** Runs a command for what it says. */
  asked(words: string): Promise<Ended>
}

export function interphase(databaseUrl: string): Interphase {
  // The database is named once, and nothing that the user's own environment says comes before it.
  const { INTERPHASE_DATABASE_URL: _, ...rest } = process.env
  const env = { ...rest, DATABASE_URL: databaseUrl }
  return {
    shown: async (words, code = 0) => {
      console.log(`\n$ interphase ${words}`)
      const child = spawn(process.execPath, [BIN, ...words.split(' ')], { cwd: ROOT, env, stdio: 'inherit', timeout: LIMIT_MS })
      const [ended, signal] = (await once(child, 'close')) as [number | null, string | null]
      if (ended !== code) throw new Error(`interphase ${words} ended with ${ended ?? signal}, not with ${code}`)
    },
    asked: async (words) => {
      const child = spawn(process.execPath, [BIN, ...words.split(' ')], {
        cwd: ROOT,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
      })
      const [stdout, stderr, [ended]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return { code: (ended as number | null) ?? -1, stdout, stderr }
    },
  }
}

/** Throws with what the command said unless it ended with one of these codes. */
export function expectCode(words: string, { code, stdout, stderr }: Ended, ...codes: readonly number[]): void {
  if (!codes.includes(code)) throw new Error(`interphase ${words} ended with ${code}\n${stdout}${stderr}`)
}
