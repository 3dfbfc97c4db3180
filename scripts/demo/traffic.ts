import { setTimeout as delay } from 'node:timers/promises'
import { type Application, applicationOf } from './application.ts'
import { type Connection, connect } from './database.ts'

// Enough to be at work at every moment of a command, and not so much that the machine has time for nothing else.
const PAUSE_MS = 40

/** What one version has done, so far or while something else ran. */
export interface Tally {
  readonly release: string
  /** Each round adds one widget. */
  readonly rounds: number
  readonly writes: number
}

/** The versions of the application that are in use, each on a connection of its own. */
export interface Traffic {
  start(release: string): Promise<void>
  retire(release: string): Promise<void>
  /** Every version works once. */
  round(): Promise<readonly Tally[]>
  /** Every version works, in turns and without end, until the command is over. Throws where the command or a version failed. */
  during(command: () => Promise<unknown>): Promise<readonly Tally[]>
  /** All versions there were, the oldest first. */
  tallies(): readonly Tally[]
  stop(): Promise<void>
}

interface Version {
  readonly application: Application
  readonly connection: Connection
  rounds: number
}

export function openTraffic(url: string): Traffic {
  const versions: Version[] = []
  const retired: Tally[] = []

  const retire = async (version: Version) => {
    versions.splice(versions.indexOf(version), 1)
    retired.push(tallyOf(version))
    await version.connection.close()
  }
  return {
    start: async (release) => {
      const connection = await connect(url, `widgets ${release}`)
      versions.push({ application: applicationOf(release, connection.query), connection, rounds: 0 })
    },
    retire: async (release) => {
      for (const version of versions.filter((one) => one.application.release === release)) await retire(version)
    },
    round: () => counted(versions, () => workOnce(versions)),
    during: (command) => counted(versions, () => workDuring(versions, command)),
    tallies: () => [...retired, ...versions.map(tallyOf)],
    stop: async () => {
      for (const version of [...versions]) await retire(version)
    },
  }
}

async function workDuring(versions: readonly Version[], command: () => Promise<unknown>): Promise<void> {
  let over = false
  const work = async () => {
    while (!over) {
      await workOnce(versions)
      await delay(PAUSE_MS)
    }
  }
  const running = command().finally(() => {
    over = true
  })
  // Both are waited for, so that no command goes on by itself after a version has failed.
  const ended = await Promise.allSettled([work(), running])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

async function workOnce(versions: readonly Version[]): Promise<void> {
  for (const version of versions) {
    const { release } = version.application
    try {
      await version.application.work()
      version.rounds += 1
    } catch (error) {
      throw new Error(`the application of ${release} failed: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}

async function counted(versions: readonly Version[], work: () => Promise<void>): Promise<readonly Tally[]> {
  const before = new Map(versions.map((version) => [version, tallyOf(version)]))
  await work()
  return versions.map((version) => {
    const { release, rounds, writes } = tallyOf(version)
    const earlier = before.get(version)
    return { release, rounds: rounds - (earlier?.rounds ?? 0), writes: writes - (earlier?.writes ?? 0) }
  })
}

function tallyOf({ application, connection, rounds }: Version): Tally {
  return { release: application.release, rounds, writes: connection.writes() }
}
