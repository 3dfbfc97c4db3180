import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}

export interface Ended {
  readonly elapsedMs: number
  /** The most memory that the process ever had, of its own telling. */
  readonly peakMb: number
}

// Run in the process that is measured, before its own first module.
const TELL_PEAK = `import { writeSync } from 'node:fs'
process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)))`

/** Runs a program of node's as a user would. Throws what it printed when it fails. */
export async function runProgram(directory: string, args: readonly string[], tellPeak = false): Promise<Ended> {
  const told = tellPeak ? ['--import', `data:text/javascript,${encodeURIComponent(TELL_PEAK)}`] : []
  const started = performance.now()
  const child = spawn(process.execPath, [...told, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const texts = child.stdio.map(() => '')
  for (const [index, stream] of child.stdio.entries()) stream?.on('data', (data) => (texts[index] += String(data)))
  const [code] = (await once(child, 'close')) as [number | null]
  const elapsedMs = performance.now() - started
  const [, out = '', err = '', peak = ''] = texts
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${(err + out).slice(-2000)}`)
  return { elapsedMs, peakMb: Number(peak) / 1024 }
}
