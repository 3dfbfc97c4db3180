import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type FleetConnection, type FleetDatabase, makeFleetConnection } from './database.ts'

/** The release of the running code, and the connections over which the instance reports it. */
export interface FleetOptions {
  /** A pool or client of pg, a pool or connection of mysql2, or an instance of Sequelize. Use a pool: it survives a restart. */
  readonly database: FleetDatabase
  /** The name of the project in interphase.config.*. */
  readonly project: string
  /** The release that this code was written for: the name of its directory. */
  readonly release: string
}

export interface JoinOptions extends FleetOptions {
  /** A name that no other instance uses at the same time. Default: a random one. */
  readonly instance?: string
  /** The text that people see beside the instance. Default: the name of the machine and the process id. */
  readonly host?: string
  /** The time between two heartbeats in seconds. Default: 15. */
  readonly heartbeatSeconds?: number
  /** The time without a heartbeat after which the instance counts as gone, in seconds. Default: 60, at most 3600. */
  readonly leaseSeconds?: number
  /** Hears of each heartbeat that failed. Without it, failures are silent, and the next heartbeat tries again. */
  readonly onProblem?: (error: unknown) => void
}

/** An instance of the application in the fleet. None of its methods throws or rejects. */
export interface FleetMember {
  readonly instance: string
  /** Resolves after the first attempt: true if the instance is in the fleet. A failed attempt is repeated in the background. */
  readonly joined: Promise<boolean>
  /** Sends a heartbeat now. Resolves to false if it failed. */
  heartbeat(): Promise<boolean>
  /** Stops the heartbeats and removes the instance. Call it after the last query of the application. */
  leave(): Promise<boolean>
}

const DEFAULT_HEARTBEAT_SECONDS = 15
const DEFAULT_LEASE_SECONDS = 60
// A dead instance holds contract until its lease ends, so no lease is longer.
const LONGEST_LEASE_SECONDS = 3600
// The first pause after a failed heartbeat. It doubles up to the time between two heartbeats.
const FIRST_RETRY_MS = 1000

/** Joins the fleet in the background: returns at once, never throws, and keeps no process alive. */
export function joinFleet(options: JoinOptions): FleetMember {
  const member = new Member(options)
  return { instance: member.instance, joined: member.start(), heartbeat: () => member.beat(), leave: () => member.leave() }
}

class Member {
  readonly instance: string
  readonly #options: JoinOptions
  readonly #heartbeatMs: number
  readonly #leaseSeconds: number
  #timer: NodeJS.Timeout | undefined
  #hasLeft = false
  #failures = 0
  #last: Promise<boolean> = Promise.resolve(false)
  #connection: FleetConnection | undefined

  constructor(options: JoinOptions) {
    this.#options = options
    this.instance = options.instance ?? randomUUID()
    this.#heartbeatMs = 1000 * positive(options.heartbeatSeconds, DEFAULT_HEARTBEAT_SECONDS)
    this.#leaseSeconds = Math.min(Math.ceil(positive(options.leaseSeconds, DEFAULT_LEASE_SECONDS)), LONGEST_LEASE_SECONDS)
  }

  start(): Promise<boolean> {
    this.#schedule()
    return this.beat()
  }

  beat(): Promise<boolean> {
    this.#last = this.#hasLeft ? Promise.resolve(false) : this.#write()
    return this.#last
  }

  async #write(): Promise<boolean> {
    const { release, project, host = `${hostname()}, process ${process.pid}` } = this.#options
    const lease = this.#leaseSeconds
    const isSent = await this.#send((connection) =>
      connection.isPostgres
        ? connection.query(HEARTBEAT, [project, this.instance, release, host.slice(0, 200), lease])
        : connection.query(HEARTBEAT, [project, this.instance, release, host.slice(0, 200), lease, release, lease]),
    )
    this.#failures = isSent ? 0 : this.#failures + 1
    if (!isSent) this.#schedule()
    return isSent
  }

  async leave(): Promise<boolean> {
    this.#hasLeft = true
    clearTimeout(this.#timer)
    // A heartbeat that arrives after the removal would bring the instance back.
    await this.#last
    return this.#send((connection) => connection.query(LEAVE, [this.#options.project, this.instance]))
  }

  /** Sets the timer for the next heartbeat. A heartbeat without an answer does not delay the next one. */
  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#hasLeft) return
    const retryMs = this.#failures === 0 ? Infinity : FIRST_RETRY_MS * 2 ** (this.#failures - 1)
    this.#timer = setTimeout(
      () => {
        this.#schedule()
        void this.beat()
      },
      Math.min(this.#heartbeatMs, retryMs),
    )
    this.#timer.unref()
  }

  async #send(statement: (connection: FleetConnection) => Promise<unknown>): Promise<boolean> {
    try {
      this.#connection ??= makeFleetConnection(this.#options.database)
      await statement(this.#connection)
      return true
    } catch (error) {
      try {
        this.#options.onProblem?.(error)
      } catch {
        // The listener of the application must not end the heartbeats.
      }
      return false
    }
  }
}

function positive(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : otherwise
}

// The clock of the database gives both times, so that instances with wrong clocks do no harm.
const HEARTBEAT = {
  postgres: `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds)
VALUES ($1, $2, $3, $4, floor(extract(epoch FROM clock_timestamp())), floor(extract(epoch FROM clock_timestamp())), $5)
ON CONFLICT (project, instance) DO UPDATE
SET release_name = excluded.release_name, seen_at = excluded.seen_at, lease_seconds = excluded.lease_seconds`,
  mysql: `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds)
VALUES (?, ?, ?, ?, UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), ?)
ON DUPLICATE KEY UPDATE release_name = ?, seen_at = UNIX_TIMESTAMP(), lease_seconds = ?`,
}

const LEAVE = {
  postgres: 'DELETE FROM interphase_fleet WHERE project = $1 AND instance = $2',
  mysql: 'DELETE FROM interphase_fleet WHERE project = ? AND instance = ?',
}
