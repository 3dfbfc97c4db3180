import { InterphaseError } from '../error.ts'
import type { PolicyGateAnswer } from '../gate/gate.ts'
import { overrideNameOf } from '../gate/gates.ts'
import type { LastOperatorPause, OperatorPause } from '../ledger/pause.ts'
import type { LedgerWriter } from '../ledger/write.ts'
import type { LedgerNoteFields } from '../plan/note.ts'

/**
 * The phase and the release of one run, and the fingerprints of its plan and its policy. The notes of the run in the ledger contain
 * these facts. For an undo, the phase is `undo`.
 */
export interface RunNoteFields {
  readonly phase: string
  readonly release: string
  /** The fingerprint of the plan of the run. The field is absent for an undo. */
  readonly plan?: string
  readonly policy?: string
}

/** Writes the notes about the beginning and the end of a run, and about a run that gates refuse. */
export class RunNoteWriter {
  readonly #ledger: LedgerWriter
  readonly #run: RunNoteFields
  readonly #pauses: () => readonly OperatorPauseSeenByRun[]
  #hasBegun = false

  constructor(ledger: LedgerWriter, run: RunNoteFields, pauses: () => readonly OperatorPauseSeenByRun[] = () => []) {
    this.#ledger = ledger
    this.#run = run
    this.#pauses = pauses
  }

  /** Writes the note that the run begins, with the evidence of the open gates. A second call does nothing. */
  async begun(migrations: number, gates: readonly PolicyGateAnswer[]): Promise<void> {
    if (this.#hasBegun) return
    this.#hasBegun = true
    await this.#ledger.note({ kind: 'begun', fields: { ...this.#run, migrations, gates: gates.map(evidenceOf) } }, this.#subject)
  }

  /** Writes the note that gates refuse the run, with the evidence of the closed gates. */
  async refused(gates: readonly PolicyGateAnswer[]): Promise<void> {
    const { policy: _, ...run } = this.#run
    await this.#ledger.note({ kind: 'refused', fields: { ...run, gates: gates.map(evidenceOf) } }, this.#subject)
  }

  /** Writes the note that the run is done. Does nothing if the run has not written the note about its beginning. */
  async done(migrations: number): Promise<void> {
    await this.#end({ outcome: 'done', migrations })
  }

  /**
   * Writes the note about the error with which the run ends. Does nothing if the run has not written the note about its
   * beginning. An error of writing the note is ignored, because the caller throws the error of the run.
   */
  async failed(error: unknown): Promise<void> {
    const problem = error instanceof InterphaseError ? error.code : 'internal'
    const outcome = STOPS.has(problem) ? 'stopped' : 'failed'
    try {
      await this.#end({ outcome, problem })
    } catch {
      // An error of writing the note about a failed run is ignored, because the caller throws the error of the run.
    }
  }

  async #end(fields: Pick<LedgerNoteFields<'ended'>, 'outcome' | 'migrations' | 'problem'>): Promise<void> {
    if (!this.#hasBegun) return
    for (const pause of this.#pauses()) await this.#ledger.noteOnce({ kind: 'paused', fields: pause }, this.#subject)
    const { policy: _, ...run } = this.#run
    await this.#ledger.note({ kind: 'ended', fields: { ...run, ...fields } }, this.#subject)
  }

  get #subject(): string {
    return `${this.#run.phase} of ${this.#run.release}`
  }
}

// The codes of errors with which a person or a limit ends a run without a failure.
const STOPS: ReadonlySet<string> = new Set(['run.stopped', 'run.limit', 'batch.paused'])

function evidenceOf({ gate, state, evidence }: PolicyGateAnswer) {
  return { gate: overrideNameOf(gate), state, evidence: [...evidence] }
}

/**
 * A pause of data steps that a run has observed, and the end of the pause in ISO 8601. The end is absent while the pause lasts.
 */
export interface OperatorPauseSeenByRun extends OperatorPause {
  readonly until?: string
  readonly resumedBy?: string
}

/** Collects the pauses of data steps that a run observes. */
export class OperatorPauseTracker {
  readonly #now: () => Date
  readonly #seen = new Map<string, OperatorPauseSeenByRun>()

  constructor(now: () => Date) {
    this.#now = now
  }

  /**
   * Takes note of the last pause of the project, which the run has just read from the ledger. Returns the pause if it still
   * lasts. The run calls this method after each reading.
   */
  notice(last: LastOperatorPause | undefined): OperatorPause | undefined {
    const inForce = last?.end ? undefined : last?.pause
    for (const [since, one] of this.#seen) {
      if (one.until !== undefined || since === inForce?.since) continue
      const end = since === last?.pause.since ? last.end : undefined
      // The end of a pause is unknown if another pause has replaced the pause, or if a person has deleted its row in the ledger.
      this.#seen.set(since, { ...one, ...(end ? { until: end.at, resumedBy: end.by } : { until: this.#now().toISOString() }) })
    }
    if (inForce && !this.#seen.has(inForce.since)) this.#seen.set(inForce.since, inForce)
    return inForce
  }

  get seen(): readonly OperatorPauseSeenByRun[] {
    return [...this.#seen.values()]
  }
}
