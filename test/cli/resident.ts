import { setImmediate as turn } from 'node:timers/promises'
import { parseFailureOutputStyle } from '../../src/cli/failure.ts'
import { runCommandLine } from '../../src/cli/run-command-line.ts'
import type { Call, Result } from './cli.ts'

/** A process that runs one command of the command line after another. `cli.ts` sends the commands. */

const HOME = process.cwd()

// As `setFinalExitCode` of the command line: so long can unfinished work delay the end of a process.
const LEFT_RUNNING_MS = 500

process.on('message', (call: Call) => void obey(call))
process.once('disconnect', () => process.exit())

async function obey({ directory, args, environment, mark }: Call): Promise<void> {
  const listeners = listenersNow()
  const before = resourcesNow()
  replaceEnvironment(environment)
  process.chdir(directory)
  process.exitCode = undefined
  const argv = [process.execPath, 'interphase', ...args]
  const code = await runCommandLine(argv, parseFailureOutputStyle(argv))
  process.exitCode = undefined
  process.chdir(HOME)
  removeListenersSince(listeners)
  const left = await resourcesLeft(before)
  for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write(mark, resolve))
  process.send?.({ code, left } satisfies Result)
}

function replaceEnvironment(environment: Call['environment']): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
}

/** Returns what the command left open. In a process of its own, the command would keep its process from ending. */
async function resourcesLeft(before: readonly string[]): Promise<readonly string[]> {
  const until = performance.now() + LEFT_RUNNING_MS
  for (;;) {
    const left = resourcesNow().filter((name) => !before.includes(name))
    if (left.length === 0 || performance.now() > until) return left
    await turn()
  }
}

/** Returns the kinds of the open resources with the number of each kind. */
function resourcesNow(): readonly string[] {
  const counts = new Map<string, number>()
  // `Immediate` is the wait of this file.
  const names = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return `${name} ${count}`
  })
}

type Listener = Parameters<typeof process.removeListener>[1]
type Listeners = ReadonlyMap<string | symbol, readonly unknown[]>

function listenersNow(): Listeners {
  return new Map(process.eventNames().map((name) => [name, process.listeners(name as 'exit')]))
}

function removeListenersSince(before: Listeners): void {
  for (const [name, listeners] of listenersNow())
    for (const listener of listeners) if (!before.get(name)?.includes(listener)) process.removeListener(name, listener as Listener)
}
