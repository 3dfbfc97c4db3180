import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Event } from '../../src/event.ts'
import { LOADER, moduleFile } from './built.ts'

/** The task of a process that walks through releases. */
export interface Order {
  readonly directory: string
  /** The last release of the walk. The walk includes this release. */
  readonly to?: string
  /** Whether the walk undoes the current release instead. */
  readonly undo?: boolean
  /**
   * The databases of the walk. The process walks on all databases concurrently, and ends when each walk is complete or has
   * reached a point at which the process dies.
   */
  readonly databases: readonly Victim[]
}

/** One database of a walk, and the points at which the walk on the database is disturbed. */
export interface Victim {
  readonly url: string
  /**
   * The points at which the process is killed with SIGKILL. The process waits until each other walk is at such a point or has
   * ended.
   */
  readonly dieAt?: readonly string[]
  /**
   * The points at which the process is stopped with SIGSTOP. The process waits until each other walk is at such a point or has
   * ended.
   */
  readonly freezeAt?: readonly string[]
  /** The points at which the run is asked to stop, in the same way as by SIGTERM. */
  readonly stopAt?: readonly string[]
  /** The points at which the server ends the connection of the run. */
  readonly cutAt?: readonly string[]
}

/** The end of a walk on one database. 'lost' means that another process killed the process. */
export type Ending = (
  | { readonly type: 'done'; readonly phases: number }
  | { readonly type: 'killed'; readonly at: string }
  | {
      readonly type: 'failed'
      readonly code: string
      readonly exitCode: number
      readonly message: string
      readonly blockers: readonly string[]
    }
  | { readonly type: 'lost' }
) & {
  /** The points at which the run was asked to stop, or lost its connection. */
  readonly disturbed?: readonly string[]
}

/** A message of the walking process. */
export type Heard =
  | { readonly type: 'event'; readonly database: number; readonly event: Event }
  | { readonly type: 'passed'; readonly database: number; readonly at: string }
  | { readonly type: 'ended'; readonly database: number; readonly ending: Ending }

/** A walk in a process of its own. */
export interface Walk {
  readonly process: ChildProcess
  /**
   * Returns the first event for which `holds` returns true, including earlier events. Rejects if the process ends without such an
   * event.
   */
  until(holds: (event: Event) => boolean): Promise<Event>
  /** Returns the last known statement or point of the walk. */
  whereabouts(): string
  /** The points that the walk on the first database has passed, in order. */
  readonly passed: readonly string[]
  /** The end of the walk on each database. Resolves when the process has ended. */
  readonly ended: Promise<readonly Ending[]>
}

/** Starts walks. The process for the next walk is started in advance, so that no test waits for its loading. */
export class Walks {
  #spare: ChildProcess | undefined = load()

  begin(order: Order): Walk {
    const process = this.#spare ?? load()
    this.#spare = load()
    process.send(order)
    return follow(process, order.databases.length)
  }

  close(): void {
    this.#spare?.kill('SIGKILL')
    this.#spare = undefined
  }
}

function load(): ChildProcess {
  return fork(join(import.meta.dirname, 'walker.mjs'), [moduleFile('index')], {
    execArgv: [...LOADER],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

function follow(process: ChildProcess, databases: number): Walk {
  const events: Event[] = []
  const passed: string[] = []
  const endings: Ending[] = Array.from({ length: databases }, () => ({ type: 'lost' }))
  const listeners = new Set<() => void>()
  let whereabouts = 'before its first word'
  let gone = false
  const wake = () => {
    for (const listener of listeners) listener()
  }
  process.on('message', (heard: Heard) => {
    whereabouts = placeOf(heard) ?? whereabouts
    if (heard.type === 'event') events.push(heard.event)
    else if (heard.type === 'ended') endings[heard.database] = heard.ending
    else if (heard.database === 0) passed.push(heard.at)
    wake()
  })
  // The event 'close' comes after the last message. The event 'exit' can come before the last message.
  const ended = once(process, 'close').then(() => {
    gone = true
    wake()
    return endings
  })
  const until = (holds: (event: Event) => boolean) =>
    new Promise<Event>((resolve, reject) => {
      const look = () => {
        const found = events.find(holds)
        if (!found && !gone) return
        listeners.delete(look)
        if (found) resolve(found)
        else reject(new Error(`the walk ended before: ${JSON.stringify(endings)}`))
      }
      listeners.add(look)
      look()
    })
  return { process, whereabouts: () => whereabouts, passed, until, ended }
}

function placeOf(heard: Heard): string | undefined {
  if (heard.type === 'passed') return heard.at
  if (heard.type !== 'event') return undefined
  const { event } = heard
  if (event.type === 'statement-started') return `${event.migration} statement ${event.statement}`
  return event.type === 'lock-taken' || event.type === 'phase-started' ? event.type : undefined
}

/**
 * Leaves out the points after which a killed run leaves the same database as at another point: the server rolls back an open
 * transaction, so of its points only the last is left. At the last point, the transaction has written the most.
 */
export function pointsWithOwnState(points: readonly string[]): readonly string[] {
  return points.filter((at, index) => {
    const last = at.replace(/ after (?:begin|statement)$/, ' before commit')
    return last === at || !points.slice(index + 1, index + 3).includes(last)
  })
}
