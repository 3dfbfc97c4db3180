import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

// The directory that Linux keeps in memory. The servers create and drop thousands of files, which is slow on a disk.
const IN_MEMORY = '/dev/shm'

// The free space that is needed, in bytes. The databases of two concurrent workers need about one gibibyte.
const NEEDED_BYTES = 4 * 2 ** 30

/**
 * Returns the directory for servers and projects of the tests: a directory in memory if it has enough free space, and otherwise
 * the system's directory for temporary files.
 */
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
