import { setTimeout as delay } from 'node:timers/promises'
import { type Application, applicationOf } from './application.ts'
import { type Connection, connect } from './database.ts'

// Short enough that a version writes at every moment of a command, and long enough that the command gets processor time.
const PAUSE_MS = 40

/** The work of one version, in total or during one command. */
export interface Tally {
  readonly release: string
  /** Each round adds one widget. */
  readonly rounds: number
  readonly writes: number
}

/** The running versions of the application, each with its own connection. */
export interface Traffic {
  start(release: string): Promise<void>
  retire(release: string): Promise<void>
  /** Runs one round of every version. */
  round(): Promise<readonly Tally[]>
  /** Runs rounds of every version until the command has ended. Throws if the command or a version failed. */
  during(command: () => Promise<unknown>): Promise<readonly Tally[]>
  /** All versions, also the stopped ones, the oldest first. */
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

  const retire = async (which: (version: Version) => boolean) => {
    for (const version of versions.filter(which)) {
      versions.splice(versions.indexOf(version), 1)
      retired.push(tallyOf(version))
      await version.connection.close()
    }
  }
  return {
    start: async (release) => {
      const connection = await connect(url, `widgets ${release}`)
      versions.push({ application: applicationOf(release, connection.query), connection, rounds: 0 })
    },
    retire: (release) => retire((version) => version.application.release === release),
    round: () => counted(versions, () => workOnce(versions)),
    during: (command) => counted(versions, () => workDuring(versions, command)),
    tallies: () => [...retired, ...versions.map(tallyOf)],
    stop: () => retire(() => true),
  }
}

async function workDuring(versions: readonly Version[], command: () => Promise<unknown>): Promise<void> {
  const over = new AbortController()
  const work = async () => {
    while (!over.signal.aborted) {
      await workOnce(versions)
      await delay(PAUSE_MS)
    }
  }
  const running = command().finally(() => over.abort())
  // Waits for both, so that no command continues to run after a version has failed.
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
      throw new Error(`the application of ${release} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
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
