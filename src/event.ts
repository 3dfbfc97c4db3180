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
      /** An interrupted SQL file continues in a new session. The statements that set session state were executed again. */
      readonly type: 'session-restored'
      readonly migration: string
      /** The index of the next statement, counted from 0. */
      readonly statement: number
      readonly replayed: number
    }
  | {
      /** A batch of a data step was committed. */
      readonly type: 'batch-done'
      readonly migration: string
      /** The number of the batch, counted from 1 over all runs of the data step. */
      readonly batch: number
      /** The number of the worker in this process, counted from 1. Absent if one session executes the data step alone. */
      readonly worker?: number
      /** The largest number of rows of the batch. */
      readonly size: number
      /** The number of rows that the batch wrote. */
      readonly affected: number
      readonly elapsedMs: number
      /** The number of rows that the data step has processed. `of` is the approximate number of rows in the table. */
      readonly rows: number
      readonly of?: number
      /** The number of rows that this run processes per second. */
      readonly rate: number
      /** The estimated time until the end of the data step in milliseconds. Absent if the number of rows is unknown. */
      readonly etaMs?: number
    }
  | {
      /** A batch of a data step failed and was rolled back. The next batch has at most `next` rows. */
      readonly type: 'batch-failed'
      readonly migration: string
      readonly worker?: number
      readonly size: number
      readonly next: number
      readonly problem: string
    }
  | {
      /** This process works on a data step that another process runs. */
      readonly type: 'batches-joined'
      readonly migration: string
      readonly workers: number
      /** The user of the run that has the lock of the project. Absent if that run has ended. */
      readonly with?: string
    }
  | {
      /** A row failed alone. Its key and error were stored in the quarantine, and the data step continues. */
      readonly type: 'row-quarantined'
      readonly migration: string
      readonly table: string
      readonly key: string
      readonly problem: string
      /** The number of rows of the data step in quarantine, and the maximum number. */
      readonly rows: number
      readonly limit: number
    }
  | {
      /**
       * The engine has determined which load signals can make a data step in batches wait, and which of them the connection
       * cannot read.
       */
      readonly type: 'signals-read'
      readonly migration: string
      readonly readable: readonly string[]
      readonly unreadable: readonly { readonly signal: string; readonly because: string }[]
    }
  | {
      /** `gate --wait` waits for gates that are not open. The event is repeated when the answer changes. */
      readonly type: 'gates-waiting'
      readonly release: string
      readonly phase: string
      readonly gates: readonly { readonly gate: string; readonly state: string; readonly evidence: readonly string[] }[]
    }
  | {
      /** A data step in batches waits before its next batch. The event is repeated when the reason changes. */
      readonly type: 'batches-waiting'
      readonly migration: string
      readonly signal: string
      readonly because: string
      /** The reason for the limit in the policy. */
      readonly reason?: string
      readonly since: string
    }
  | {
      /** A range of a data step in batches was verified after the last batch. */
      readonly type: 'range-verified'
      readonly migration: string
      /** The number of verified rows, and the approximate number of rows in the table. */
      readonly rows: number
      readonly of?: number
    }
  | {
      /** A data step in batches has no row left to change. */
      readonly type: 'batches-verified'
      readonly migration: string
      readonly rows: number
      /**
       * False for a table that is divided by the physical position of its rows (`ctid`). The number `rows` then possibly omits rows
       * that moved during the verification.
       */
      readonly isExact: boolean
      /** The number of rows that were not changed until the last batch, and were written during the verification. */
      readonly repaired: number
    }
  | { readonly type: 'batches-released'; readonly migration: string; readonly waitedMs: number }
  | {
      /**
       * A data step pauses after each batch, so that its duration is multiplied by a factor. The factor 1 means that the pauses
       * end.
       */
      readonly type: 'batches-slowed'
      readonly migration: string
      readonly factor: number
      readonly because: string
    }
  | {
      readonly type: 'batches-resumed'
      readonly migration: string
      /** The number of committed batches. */
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
      /** True if the release ran again without its sample rows, because the next step needs the database at its end. */
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
      /** One sentence for each table with fewer generated rows than requested. */
      readonly short: readonly string[]
    }
  | { readonly type: 'probed'; readonly release: string; readonly dialect: string; readonly probes: number; readonly points: number }
  | { readonly type: 'release-rehearsed'; readonly release: string; readonly dialect: string; readonly findings: number }
  | {
      readonly type: 'shadow-kept'
      readonly dialect: string
      /** The URL of the database without its password. */
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
   * The address of the target database without secrets, such as `host:port/database`. Absent if the command has no target
   * database.
   */
  readonly database?: string
  /** The number of the run in the ledger of the database. Present from the event `lock-taken` on. */
  readonly epoch?: string
}

/** An event with its origin, as a consumer receives it. */
export type EmittedEvent = Event & EventOrigin

/** Adds the sequence number and the origin to each event of one command, and passes the event to a consumer. */
export class EventSource {
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
