import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isProcessAlive } from './claim.ts'

/**
 * The content of the file `postmaster.pid`: the process id in the first line, and the port in the fourth line. The server writes
 * the port later than the process id.
 */
export interface PostmasterPidFile {
  readonly pid: number
  readonly port: number | undefined
}

export async function readPostmasterPidFile(data: string): Promise<PostmasterPidFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  const port = Number(lines[3])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: port > 0 ? port : undefined }
}

/** Returns true when the process `pid` exists, and its command line contains the data directory or cannot be read. */
export async function isServerProcessOfDataDirectory(pid: number, data: string): Promise<boolean> {
  if (!isProcessAlive(pid)) return false
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => commandByPs(pid))
  return command === undefined || command.includes(data)
}

async function commandByPs(pid: number): Promise<string | undefined> {
  return promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}
