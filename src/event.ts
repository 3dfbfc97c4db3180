/** The events of the engine. The command line prints an event as a sentence, or with `--json` as one line of JSON. */
export type Event =
  | { readonly type: 'lock-waiting'; readonly holder: string; readonly waitedMs: number }
  | { readonly type: 'lock-taken'; readonly epoch: string; readonly takenOverFrom?: string }
  | {
      readonly type: 'phase-started'
      readonly release: string
      readonly phase: string
      readonly promise: string
      readonly migrations: number
    }
  | {
      readonly type: 'phase-done'
      readonly release: string
      readonly phase: string
      readonly migrations: number
      readonly elapsedMs: number
    }
  | {
      readonly type: 'migration-started'
      readonly migration: string
      readonly index: number
      readonly of: number
      readonly path: 'together' | 'stepwise' | 'batches'
    }
  | {
      readonly type: 'statement-started'
      readonly migration: string
      readonly statement: number
      readonly of: number
      readonly text: string
    }
  | {
      readonly type: 'migration-done'
      readonly migration: string
      readonly index: number
      readonly of: number
      readonly affected: number
      readonly elapsedMs: number
    }
  | {
      readonly type: 'migration-resumed'
      readonly migration: string
      readonly statement: number
      readonly found: 'not done' | 'done' | 'still running'
    }
  | {
      /**
       * The event for an interrupted SQL file that continues in a new session. The run first executes again the statements of the
       * file that set the state of the session, such as SET.
       */
      readonly type: 'session-restored'
      readonly migration: string
      /** The index of the next statement of the file, counted from 0. */
      readonly statement: number
      readonly replayed: number
    }
  | {
      /** The event for a batch of a data step that was committed. */
      readonly type: 'batch-done'
      readonly migration: string
      /** The number of the batch of the data step, counted from 1 over all runs of the data step. */
      readonly batch: number
      /**
       * The number of the worker in the Node process, counted from 1. The field is absent if one session executes the data step
       * alone.
       */
      readonly worker?: number
      /** The largest number of rows that the batch may have. */
      readonly size: number
      /** The number of rows that the batch wrote. */
      readonly affected: number
      readonly elapsedMs: number
      /** The number of rows that the data step has processed. `of` is the approximate number of rows in the table. */
      readonly rows: number
      readonly of?: number
      /** The number of rows that the run processes per second. */
      readonly rate: number
      /**
       * The estimated time in milliseconds until the end of the data step. The field is absent if the number of rows is unknown.
       */
      readonly etaMs?: number
    }
  | {
      /** The event for a batch of a data step that failed and was rolled back. The next batch has at most `next` rows. */
      readonly type: 'batch-failed'
      readonly migration: string
      readonly worker?: number
      readonly size: number
      readonly next: number
      readonly problem: string
    }
  | {
      /** The event for a process whose workers join a data step that another process runs. */
      readonly type: 'batches-joined'
      readonly migration: string
      readonly workers: number
      /** The user of the run that has the lock of the project. The field is absent if that run has ended. */
      readonly with?: string
    }
  | {
      /**
       * The event for a row that failed in a batch with only this row. The quarantine contains the key and the error of the row,
       * and the data step continues.
       */
      readonly type: 'row-quarantined'
      readonly migration: string
      readonly table: string
      readonly key: string
      readonly problem: string
      /** The number of rows of the data step that are in quarantine. `limit` is the largest allowed number. */
      readonly rows: number
      readonly limit: number
    }
  | {
      /**
       * The event for the throttle of a data step in batches. The engine has determined which load signals can make the data step
       * wait, and which of them the connection cannot read.
       */
      readonly type: 'signals-read'
      readonly migration: string
      readonly readable: readonly string[]
      readonly unreadable: readonly { readonly signal: string; readonly because: string }[]
    }
  | {
      /**
       * The event for `gate --wait` while gates are not open. The engine emits the event again when the state or the evidence of a
       * gate changes.
       */
      readonly type: 'gates-waiting'
      readonly release: string
      readonly phase: string
      readonly gates: readonly { readonly gate: string; readonly state: string; readonly evidence: readonly string[] }[]
    }
  | {
      /**
       * The event for a data step in batches that waits before its next batch. The engine emits the event again when the reason
       * changes.
       */
      readonly type: 'batches-waiting'
      readonly migration: string
      readonly signal: string
      readonly because: string
      /** The reason that the policy gives for the limit of the load signal `signal`, because of which the data step waits. */
      readonly reason?: string
      readonly since: string
    }
  | {
      /**
       * The event for a range of rows that the engine verified after the last batch of a data step. The verification executes the
       * data step again for a range with rows that still have to be changed.
       */
      readonly type: 'range-verified'
      readonly migration: string
      /** The number of verified rows. `of` is the approximate number of rows in the table. */
      readonly rows: number
      readonly of?: number
    }
  | {
      /** The event for a data step in batches that has no row left to change, except the rows in quarantine. */
      readonly type: 'batches-verified'
      readonly migration: string
      readonly rows: number
      /**
       * True if `rows` is the exact number of verified rows. False if the data step divides its table by the physical position of
       * the rows (`ctid`). Rows can then move during the verification, and `rows` possibly omits the moved rows.
       */
      readonly isExact: boolean
      /**
       * The number of rows that the data step wrote only during the verification. The rows were not changed when the last batch
       * ended.
       */
      readonly repaired: number
      /** The number of rows of the data step in quarantine. The pending query can still count these rows. */
      readonly quarantined: number
    }
  | { readonly type: 'batches-released'; readonly migration: string; readonly waitedMs: number }
  | {
      /**
       * The event for a data step that the throttle makes slower or faster. The data step pauses after each batch, so that it
       * takes `factor` times as long. The factor 1 means that the pauses end.
       */
      readonly type: 'batches-slowed'
      readonly migration: string
      readonly factor: number
      readonly because: string
    }
  | {
      readonly type: 'batches-resumed'
      readonly migration: string
      /** The number of batches that the data step has committed. */
      readonly batches: number
      readonly rows: number
    }
  | {
      readonly type: 'lock-timeout'
      readonly migration: string
      readonly attempt: number
      readonly of: number
      readonly blockers: readonly string[]
      readonly retryInMs: number
    }
  | { readonly type: 'data-left'; readonly migration: string; readonly rows: string }
  | { readonly type: 'counts-later'; readonly release: string; readonly phase: string; readonly rules: readonly string[] }
  | { readonly type: 'destroys'; readonly release: string; readonly phase: string; readonly what: readonly string[] }
  | { readonly type: 'undo-started'; readonly release: string; readonly migrations: number }
  | { readonly type: 'undo-done'; readonly release: string; readonly migrations: number; readonly elapsedMs: number }
  | { readonly type: 'remark'; readonly says: string }
  | { readonly type: 'release-recording'; readonly release: string; readonly dialect: string; readonly server: string }
  | {
      readonly type: 'order-executed'
      readonly release: string
      readonly dialect: string
      readonly order: 'authored' | 'phased'
      readonly migrations: number
      readonly elapsedMs: number
      /**
       * True if the engine repeats a recorded release, without its sample rows. `record` does this if it needs a scratch database
       * with the schema at the end of the release.
       */
      readonly again?: true
    }
  | {
      readonly type: 'release-recorded'
      readonly release: string
      readonly dialect: string
      readonly orders: 1 | 2
      readonly end: string
      readonly reported: readonly string[]
    }
  | { readonly type: 'release-fresh'; readonly release: string; readonly dialect: string }
  | { readonly type: 'release-rehearsing'; readonly release: string; readonly dialect: string; readonly server: string }
  | {
      readonly type: 'rows-generated'
      readonly release: string
      readonly dialect: string
      readonly rows: number
      readonly tables: number
      /** One sentence for each table that has fewer generated rows than the user requested. */
      readonly short: readonly string[]
    }
  | { readonly type: 'probed'; readonly release: string; readonly dialect: string; readonly probes: number; readonly points: number }
  | { readonly type: 'release-rehearsed'; readonly release: string; readonly dialect: string; readonly findings: number }
  | {
      readonly type: 'shadow-kept'
      readonly dialect: string
      /** The URL of the shadow database without its password. */
      readonly url: string
      readonly until: string
    }
  | { readonly type: 'shadow-ready'; readonly dialect: string; readonly at: string }
  | { readonly type: 'dialect-skipped'; readonly dialect: string; readonly because: string }

/** A function that receives the events of the engine. */
export type EmitEvent = (event: Event) => void

/** The origin of an event, by which a consumer distinguishes several runs on several databases. */
export interface EventOrigin {
  /** The number of the event among the events with the same `run`, counted from 1 over all databases. */
  readonly sequence: number
  /**
   * The identifier of a run of the engine. Two commands have different identifiers. A command that runs the engine several times,
   * such as `gate --wait`, has one identifier for each of these runs.
   */
  readonly run: string
  /**
   * The address of the target database without secrets, such as `host:port/database`. The field is absent if the command has no
   * target database.
   */
  readonly database?: string
  /** The number of the run in the ledger of the database. The field is present from the event `lock-taken` on. */
  readonly epoch?: string
}

/** An event with its origin, as a consumer receives it. */
export type EmittedEvent = Event & EventOrigin

/** Adds the sequence number and the origin to each event of one command, and passes the event to a consumer. */
export class CommandEventEmitter {
  readonly #run: string
  readonly #consume: (event: EmittedEvent) => void
  #sequence = 0

  constructor(run: string, consume: (event: EmittedEvent) => void) {
    this.#run = run
    this.#consume = consume
  }

  /** Returns the function that emits the events of one database. */
  from(database?: string): EmitEvent {
    let origin: Omit<EventOrigin, 'sequence'> = { run: this.#run, ...(database !== undefined && { database }) }
    return (event) => {
      if (event.type === 'lock-taken') origin = { ...origin, epoch: event.epoch }
      this.#sequence += 1
      this.#consume({ ...event, ...origin, sequence: this.#sequence })
    }
  }
}
