import { InterphaseError } from '../error.ts'
import type { NamedGateAnswer } from '../gate/gate.ts'
import { overrideNameOf } from '../gate/gates.ts'
import type { LastPause, OperatorPause } from '../ledger/pause.ts'
import type { LedgerWriter } from '../ledger/write.ts'
import type { LedgerNoteFields } from '../plan/note.ts'

/** The run of one phase, or of an undo, for the notes of the ledger. */
export interface AuditedRun {
  readonly phase: string
  readonly release: string
  /** The fingerprint of the plan. Absent for an undo. */
  readonly plan?: string
  readonly policy?: string
}

/** Writes the notes about the beginning and the end of a run, and about its refusal by a gate. */
export class RunAudit {
  readonly #ledger: LedgerWriter
  readonly #run: AuditedRun
  readonly #pauses: () => readonly ObservedPause[]
  #hasBegun = false

  constructor(ledger: LedgerWriter, run: AuditedRun, pauses: () => readonly ObservedPause[] = () => []) {
    this.#ledger = ledger
    this.#run = run
    this.#pauses = pauses
  }

  /** Notes that the run begins, with the evidence of the gates that let it begin. A second call does nothing. */
  async begun(migrations: number, gates: readonly NamedGateAnswer[]): Promise<void> {
    if (this.#hasBegun) return
    this.#hasBegun = true
    await this.#ledger.note({ kind: 'begun', fields: { ...this.#run, migrations, gates: gates.map(evidenceOf) } }, this.#subject)
  }

  /** Writes the note that closed gates hold the run. */
  async refused(gates: readonly NamedGateAnswer[]): Promise<void> {
    const { policy: _, ...run } = this.#run
    await this.#ledger.note({ kind: 'refused', fields: { ...run, gates: gates.map(evidenceOf) } }, this.#subject)
  }

  /** Writes the note that a run is done, if the run has begun. */
  async done(migrations: number): Promise<void> {
    await this.#end({ outcome: 'done', migrations })
  }

  /** Notes the error with which a run that has begun ends. A note that cannot be written is dropped, because the error matters more. */
  async failed(error: unknown): Promise<void> {
    const problem = error instanceof InterphaseError ? error.code : 'internal'
    const outcome = STOPS.has(problem) ? 'stopped' : 'failed'
    try {
      await this.#end({ outcome, problem })
    } catch {
      // The error is not thrown here, because the caller throws the error of the run.
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

// The codes of errors with which a person or a limit ends a run in an orderly way.
const STOPS: ReadonlySet<string> = new Set(['run.stopped', 'run.limit', 'batch.paused'])

function evidenceOf({ gate, state, evidence }: NamedGateAnswer) {
  return { gate: overrideNameOf(gate), state, evidence: [...evidence] }
}

/** A pause that a run has met, and its end in ISO 8601. The end is absent if the run has not seen it. */
export interface ObservedPause extends OperatorPause {
  readonly until?: string
  readonly resumedBy?: string
}

/** Collects the pauses that a run meets. */
export class PauseObserver {
  readonly #now: () => Date
  readonly #seen = new Map<string, ObservedPause>()

  constructor(now: () => Date) {
    this.#now = now
  }

  /** Must be called with each reading of the last pause. Returns the pause that is still in force. */
  notice(last: LastPause | undefined): OperatorPause | undefined {
    const inForce = last?.end ? undefined : last?.pause
    for (const [since, one] of this.#seen) {
      if (one.until !== undefined || since === inForce?.since) continue
      const end = since === last?.pause.since ? last.end : undefined
      // Another pause has replaced this one, or its row was deleted by hand.
      this.#seen.set(since, { ...one, ...(end ? { until: end.at, resumedBy: end.by } : { until: this.#now().toISOString() }) })
    }
    if (inForce && !this.#seen.has(inForce.since)) this.#seen.set(inForce.since, inForce)
    return inForce
  }

  get seen(): readonly ObservedPause[] {
    return [...this.#seen.values()]
  }
}
