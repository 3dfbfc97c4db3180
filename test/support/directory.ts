import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

// Linux keeps this directory in memory. The servers create and drop thousands of files, which is slow on a disk.
const IN_MEMORY = '/dev/shm'

// The databases of two workers that run at the same time take about one gibibyte.
const NEEDED_BYTES = 4 * 2 ** 30

/** Where the tests keep servers and projects: in memory where there is room, otherwise where the system keeps temporary files. */
export function quickDirectory(): string {
  if (process.env['TMPDIR']) return tmpdir()
  try {
    accessSync(IN_MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize >= NEEDED_BYTES ? IN_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}
