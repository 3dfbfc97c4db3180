import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Event } from '../../src/event.ts'
import { LOADER, moduleFile } from './built.ts'

/** What a walking process is to do. */
export interface Order {
  readonly directory: string
  /** Up to and including this release. */
  readonly to?: string
  /** Takes the release at work back instead. */
  readonly undo?: boolean
  /** It walks on all of them at once, and dies once each is through or at a point where it is to die. */
  readonly databases: readonly Victim[]
}

/** One database of a walk, and where something happens to the walk on it. */
export interface Victim {
  readonly url: string
  /** SIGKILL, once every other walk of the process is at such a point or over. */
  readonly dieAt?: readonly string[]
  /** SIGSTOP, once every other walk of the process is at such a point or over. */
  readonly freezeAt?: readonly string[]
  /** The run is asked to stop, as SIGTERM does. */
  readonly stopAt?: readonly string[]
  /** The server ends the connection of the run. */
  readonly cutAt?: readonly string[]
}

/** How a walk on one database ended; 'lost' when the process was killed from outside. */
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
  /** The points at which it was asked to stop, or cut off. */
  readonly disturbed?: readonly string[]
}

/** What the process says. */
export type Heard =
  | { readonly type: 'event'; readonly database: number; readonly event: Event }
  | { readonly type: 'passed'; readonly database: number; readonly at: string }
  | { readonly type: 'ended'; readonly database: number; readonly ending: Ending }

/** A walk in a process of its own. */
export interface Walk {
  readonly process: ChildProcess
  /** The first event of which this holds, also one that was heard already. Rejects when the process ends before. */
  until(holds: (event: Event) => boolean): Promise<Event>
  /** Where it was when it was last heard of: a statement or a point. */
  whereabouts(): string
  /** The points that were passed on the first database, in order. */
  readonly passed: readonly string[]
  /** How it ended on each database, once the process is gone. */
  readonly ended: Promise<readonly Ending[]>
}

/** Starts walks. The next process is always started ahead, so that its loading costs nobody any time. */
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
  // 'close' comes after the last message, 'exit' may come before it.
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
