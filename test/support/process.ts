import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { quickDirectory } from './directory.ts'
import type { Owner } from './program.ts'

/** A server that this process started. */
export interface StartedServer {
  /** The URL of the server on 127.0.0.1, with a superuser without a password. */
  readonly url: string
  /** Stops the server and removes its directory. */
  stop(): Promise<void>
  /** Stops the server and starts it again with its data. */
  restart(): Promise<void>
}

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  /** The server's own directory. The directory contains the log of the server, and is removed with the server. */
  readonly directory: string
  readonly owner?: Owner | undefined
  /** Matches the line of the log that the server writes when it accepts connections. */
  readonly ready: RegExp
  /** The signal that ends the server quickly. */
  readonly quick: 'SIGQUIT' | 'SIGKILL'
}

const START_DEADLINE_MS = 60_000

/** Starts a server. The server runs until `stop` is called or this process ends in any way. */
export async function runServer(command: Command, url: string): Promise<StartedServer> {
  let running = await begin(command, 1)
  return {
    url,
    stop: async () => {
      await running.end()
      await rm(command.directory, { recursive: true, force: true })
    },
    restart: async () => {
      await running.end()
      running = await begin(command, running.run + 1)
    },
  }
}

interface RunningServer {
  readonly run: number
  end(): Promise<void>
}

/** Starts the process of a server, with a separate log for each start. */
async function begin(command: Command, run: number): Promise<RunningServer> {
  const log = join(command.directory, run === 1 ? 'server.log' : `server-${run}.log`)
  const output = openSync(log, 'a')
  const server = spawn(command.program, command.args, {
    cwd: command.directory,
    // The server has its own process group. An interrupt at the terminal then ends only the tests, which end their servers
    // themselves.
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, LC_ALL: 'C' },
    ...command.owner,
  })
  const gone = once(server, 'exit')
  const release = guard(server, command)
  const end = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.ref()
      server.kill(command.quick)
      await gone
    }
    release()
  }
  try {
    await Promise.race([untilReady(command.ready, log), gone.then(() => Promise.reject(new Error('it ended')))])
  } catch (error) {
    const says = readFileSync(log, 'utf8').slice(-2000)
    await end()
    await rm(command.directory, { recursive: true, force: true })
    throw new Error(`${command.program} did not start: ${says}`, { cause: error })
  }
  server.unref()
  return { run, end }
}

async function untilReady(ready: RegExp, log: string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS
  while (!ready.test(readFileSync(log, 'utf8'))) {
    if (Date.now() > deadline) throw new Error(`not ready after ${START_DEADLINE_MS / 1000} s`)
    await delay(20)
  }
}

/**
 * Starts a shell that waits for the end of a pipe of this process, and then ends the server. The pipe also ends when this process
 * is killed. Returns a function that must be called when the server has ended.
 */
function guard(server: ChildProcess, command: Command): () => void {
  if (process.platform === 'win32' || server.pid === undefined) return () => {}
  const script = 'read -r word && exit; kill -s "$3" "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"'
  const args = ['-c', script, 'guard', String(server.pid), command.directory, command.quick.slice(3)]
  const shell = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  shell.unref()
  return () => shell.stdin.end('over\n')
}

/**
 * Starts a server in a directory of its own, which only the owner can read. The directory is removed if the server does not
 * start.
 */
export async function inOwnDirectory(
  name: string,
  owner: Owner | undefined,
  start: (directory: string) => Promise<StartedServer>,
): Promise<StartedServer> {
  const directory = await mkdtemp(join(quickDirectory(), `interphase-test-${name}-`))
  try {
    if (owner) await chown(directory, owner.uid, owner.gid)
    return await start(directory)
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
