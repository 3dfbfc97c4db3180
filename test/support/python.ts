import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

// The Python programs to try. Debian installs its packages for the first program, and the PATH can contain another Python.
const PROGRAMS = ['/usr/bin/python3', 'python3'] as const

/** Returns a Python program that can import the given modules. Returns undefined if no program can import them. */
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

/** Runs a script in Python with arguments. Returns the output. */
export async function runPython(program: string, script: string, args: readonly string[]): Promise<string> {
  return (await run(program, ['-c', script, ...args], { timeout: 60_000 })).stdout
}
