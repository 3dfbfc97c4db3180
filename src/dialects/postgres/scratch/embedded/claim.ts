import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { digest } from '../../../../digest.ts'

/**
 * Makes this process the owner of what the file stands for, or gives undefined while another process is. An owner that
 * has died has lost it.
 */
export async function claim(file: string): Promise<(() => Promise<void>) | undefined> {
  const name = `${process.pid} ${crypto.randomUUID()}`
  const mine = `${file}.${name.replace(' ', '.')}`
  await writeFile(mine, name, { flag: 'wx' })
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // A link appears whole or not at all: nobody ever reads an owner half written.
      if (await linked(mine, file)) return () => rm(file, { force: true })
      const owner = await readFile(file, 'utf8').catch(() => '')
      if (isAlive(pidOf(owner))) return undefined
      if (await inherited(file, owner, mine)) return () => rm(file, { force: true })
    }
    return undefined
  } finally {
    await rm(mine, { force: true })
  }
}

// Owners that come and go between two looks; who finds more of them is not alone, and may be told so.
const ATTEMPTS = 5

/** Several may find the same dead owner. Its inheritance is claimed in its name, so that one alone replaces it. */
async function inherited(file: string, dead: string, mine: string): Promise<boolean> {
  const release = await claim(`${file}.heir.${digest(dead).slice(0, 12)}`)
  if (!release) return false
  try {
    const now = await readFile(file, 'utf8').catch(() => undefined)
    if (now !== dead) return false
    await rename(mine, file)
    return true
  } finally {
    await release()
  }
}

function pidOf(owner: string): number {
  return Number.parseInt(owner, 10)
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
}

/** True also for a process that we may not signal. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
