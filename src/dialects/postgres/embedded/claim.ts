import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Makes this process the owner of what the file stands for, or gives undefined while another process is. An owner that
 * has died has lost it.
 */
export async function claim(file: string): Promise<(() => Promise<void>) | undefined> {
  const mine = `${file}.${process.pid}.${crypto.randomUUID()}`
  await writeFile(mine, String(process.pid), { flag: 'wx' })
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      // A link appears whole or not at all: nobody ever reads an owner half written.
      if (await linked(mine, file)) return () => rm(file, { force: true })
      const owner = await ownerOf(file)
      if (owner !== undefined && isAlive(owner)) return undefined
      await takeAway(file, mine)
    }
    return undefined
  } finally {
    await rm(mine, { force: true })
  }
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

async function ownerOf(file: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''))
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

// Two processes may find the same dead owner. Whoever moves a file that is no longer the dead one's puts it back.
async function takeAway(file: string, mine: string): Promise<void> {
  const aside = `${mine}.old`
  await rename(file, aside).catch(() => undefined)
  const owner = await ownerOf(aside)
  if (owner !== undefined && isAlive(owner)) await linked(aside, file)
  await rm(aside, { force: true })
}

/** True also for a process that we may not signal. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
