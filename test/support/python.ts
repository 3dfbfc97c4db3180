import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

// Debian installs its packages for this program, and another Python may come first in the path.
const PROGRAMS = ['/usr/bin/python3', 'python3'] as const

/** A Python that can import these modules; undefined where there is none. */
export async function pythonWith(...modules: readonly string[]): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const found = await run(program, ['-c', `import ${modules.join(', ')}`]).then(
      () => true,
      () => false,
    )
    if (found) return program
  }
  return undefined
}

/** Runs a program in Python, with arguments. Gives what it prints. */
export async function runPython(program: string, script: string, args: readonly string[]): Promise<string> {
  return (await run(program, ['-c', script, ...args], { timeout: 60_000 })).stdout
}
