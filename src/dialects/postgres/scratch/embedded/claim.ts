import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { sha256Digest } from '../../../../digest.ts'

/**
 * Makes the Node process the owner of a lock file. Returns a function that releases the lock file, or undefined while another
 * process is the owner. A process that has ended no longer owns the lock file.
 */
export async function claimLockFile(file: string): Promise<(() => Promise<void>) | undefined> {
  const name = `${process.pid} ${crypto.randomUUID()}`
  const mine = `${file}.${name.replace(' ', '.')}`
  await writeFile(mine, name, { flag: 'wx' })
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // The file system creates a hard link in one step, so no process reads a lock file that is only partly written.
      if (await linked(mine, file)) return () => rm(file, { force: true })
      const owner = await readFile(file, 'utf8').catch(() => '')
      if (isProcessAlive(pidOf(owner))) return undefined
      if (await inherited(file, owner, mine)) return () => rm(file, { force: true })
    }
    return undefined
  } finally {
    await rm(mine, { force: true })
  }
}

// The number of attempts to become the owner of a lock file whose owner changes between two reads. After these attempts, another
// process counts as the owner.
const ATTEMPTS = 5

/**
 * Makes the current process the owner of a lock file whose owner has ended. Several processes can notice the end of the owner at
 * the same time. A second lock file makes sure that only one of them becomes the owner.
 */
async function inherited(file: string, dead: string, mine: string): Promise<boolean> {
  const release = await claimLockFile(`${file}.heir.${sha256Digest(dead).slice(0, 12)}`)
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

/** Returns true when the process exists, even if the current user cannot send signals to the process. */
export function isProcessAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
