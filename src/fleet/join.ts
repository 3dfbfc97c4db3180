import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type FleetConnection, type FleetDatabase, makeFleetConnection } from './database.ts'

/** The release of the running code, and the database connection through which the instance reports this release. */
export interface FleetOptions {
  /**
   * The database connection of the instance: a pool or client of pg, a pool or connection of mysql2, or an instance of Sequelize.
   * A pool is better than a single connection, because a pool reconnects after a restart of the server.
   */
  readonly database: FleetDatabase
  /** The name of the project in the configuration `interphase.config.*`. */
  readonly project: string
  /** The release for which the running code was written: the name of the release directory. */
  readonly release: string
}

/** The options of `joinFleet`. */
export interface JoinOptions extends FleetOptions {
  /** The name of the instance. No other instance may use the name at the same time. The default is a random name. */
  readonly instance?: string
  /** A description of the instance for people. The default is the name of the machine and the process id. */
  readonly host?: string
  /** The time between two heartbeats in seconds. The default is 15. */
  readonly heartbeatSeconds?: number
  /**
   * The time in seconds without a heartbeat after which the instance no longer counts as running. The default is 60, and the
   * maximum is 3600.
   */
  readonly leaseSeconds?: number
  /**
   * A function that the client calls with the error of each failed heartbeat. The client repeats a failed heartbeat in any case.
   */
  readonly onProblem?: (error: unknown) => void
}

/** An instance of the application that has joined the fleet. None of its methods throws or rejects. */
export interface FleetMember {
  readonly instance: string
  /**
   * Resolves after the first heartbeat: to true if the heartbeat was stored. The client repeats a failed heartbeat in the
   * background.
   */
  readonly joined: Promise<boolean>
  /** Sends a heartbeat immediately. Resolves to false if the heartbeat failed, or if the instance has left the fleet. */
  heartbeat(): Promise<boolean>
  /**
   * Stops the heartbeats and removes the instance from the fleet. Resolves to false if the removal failed. The application must
   * call `leave` after its last query.
   */
  leave(): Promise<boolean>
}

const DEFAULT_HEARTBEAT_SECONDS = 15
const DEFAULT_LEASE_SECONDS = 60
// The longest lease in seconds. A crashed instance blocks contract until its lease ends.
const LONGEST_LEASE_SECONDS = 3600
// The pause in milliseconds after the first failed heartbeat. The pause doubles after each failure, up to the time between two
// heartbeats.
const FIRST_RETRY_MS = 1000

/**
 * Adds the instance to the fleet in the background, and sends heartbeats. The function returns immediately and never throws. The
 * timer for the heartbeats does not keep the process alive.
 */
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
    // The removal waits for the last heartbeat, because a heartbeat after the removal would add the instance again.
    await this.#last
    return this.#send((connection) => connection.query(LEAVE, [this.#options.project, this.instance]))
  }

  /** Sets the timer for the next heartbeat. The timer does not wait for the answer to the previous heartbeat. */
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
        // An error of the function `onProblem`, which the application has passed, must not end the heartbeats.
      }
      return false
    }
  }
}

function positive(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : otherwise
}

// The statement that stores a heartbeat. The times `joined_at` and `seen_at` come from the clock of the database, because the
// clocks of the instances can differ.
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
