import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import type { ApplicationSessions } from '../dialect/fleet.ts'
import type { SqlStatement } from '../dialect/sql.ts'
import type { LiveInstances } from '../ledger/fleet.ts'
import type { GateInPolicy, GateName, GateParameters } from '../phase/gate.ts'
import type { LedgerNoteFields } from '../plan/note.ts'
import type { MigrationId, SqlText } from '../release/migration.ts'
import type { SchemaObject, SchemaObjectId } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { LedgerApproval, PhaseInPlan } from './approval.ts'
import type { UpcomingMigrationStep } from './coming.ts'
import { runReadOnly } from './only-reading.ts'
import type { OutsideReader } from './outside.ts'
import { countPendingRows } from './pending.ts'

/** A condition that must hold before a phase starts. */
export interface Gate<Parameters = object> {
  /** The source of the answer: only the ledger, the database (rows and schema), or something outside the database. */
  readonly reads: 'ledger' | 'database' | 'outside'
  readonly askedAt: GateAskTime
  /** The error code for a phase that this gate holds. */
  readonly refusal: GateErrorCode
  /** True when the answer depends on the consent that a person gives with a run. Only a run can ask such a gate. */
  readonly needsConsent?: true
  /** True when a person may let a phase start although the gate is shut. */
  readonly overridable?: true
  /**
   * True when the run asks the gate once more after it has noted its beginning in the ledger. An instance joins and then reads this note, so either the
   * gate sees the instance or the instance sees the note.
   */
  readonly askedAfterNote?: true
  readonly ask: (at: GateSituation, parameters: Parameters) => Promise<GateAnswer>
}

/**
 * The time at which a run asks a gate. `ledger`: before the run reads the schema. `start`: when the phase starts, after the schema was
 * compared with the planned state. `every-start`: at `start`, and also when an interrupted phase continues.
 */
export type GateAskTime = 'ledger' | 'start' | 'every-start'

/** The error codes for a phase that a gate holds. */
export type GateErrorCode = 'phase.held' | 'phase.preconditions' | 'phase.unconfirmed'

/** The answer of one gate, with the facts from which the gate derived the answer. */
export interface GateAnswer {
  /** Whether the gate lets the phase start. `unseen` counts as shut: a condition that cannot be checked is not assumed to hold. */
  readonly state: 'open' | 'shut' | 'unseen'
  /** The facts from which the gate derived its answer, one line each. */
  readonly evidence: readonly string[]
  /** The command or action that opens the gate. */
  readonly remedy?: string
}

/** The answer of a gate, together with the gate's name in the policy. */
export interface NamedGateAnswer extends GateAnswer {
  readonly gate: GateInPolicy
  readonly refusal: GateErrorCode
}

/** The database access of gates: gates can count rows and cannot write. */
export interface RowCounter {
  count(query: SqlStatement): Promise<bigint>
  pending(query: SqlText): Promise<bigint>
  /** Returns the objects that a query uses, judged by the names in its text. */
  objectsNamedIn(query: SqlText, objects: readonly SchemaObject[]): Promise<readonly SchemaObjectId[]>
}

/** The reader with which gates list the instances of the application. */
export interface FleetReader {
  /** Lists the live instances that joined, one group for each release. */
  live(): Promise<readonly LiveInstances[]>
  sessionsOf(application: string): Promise<ApplicationSessions>
  sessionsOfUsers(users: readonly string[]): Promise<ApplicationSessions>
}

/** The facts that gates ask for before a phase of a release starts. */
export interface GateSituation {
  readonly observer: RowCounter
  readonly fleet: FleetReader
  /** The release whose phase starts, and all later ones. */
  readonly releasesFromHere: readonly string[]
  readonly outside: OutsideReader
  readonly project: string
  /** The phase that is about to start, and the fingerprint of the plan. */
  readonly inPlan: PhaseInPlan
  /** The people who wrote the release. Undefined if its files do not name them. */
  readonly authors: readonly string[] | undefined
  /** The approvals in the ledger that were not revoked, in order. */
  readonly approvals: readonly LedgerApproval[]
  /** The counts of the use of objects in the ledger, in order. */
  readonly usageBaselines: readonly LedgerNoteFields<'usage'>[]
  /** The overrides of gates in the ledger, in order. */
  readonly overrides: readonly LedgerNoteFields<'overridden'>[]
  /** The time at which the gates are asked. */
  readonly at: Date
  /** The phases of this and earlier releases that must be done and are not, as in `migrate of 2015.2-liberty`. */
  readonly unfinished: readonly string[]
  /** The last phase of this release that is done, and the time in ISO 8601. Absent if this phase is the first with migrations. */
  readonly lastDone?: { readonly phase: string; readonly at: string }
  /** The data steps of the release that are done and have a pending query. */
  readonly dataSteps: readonly { readonly id: MigrationId; readonly pending: SqlText; readonly isRerunnable: boolean }[]
  /** The data steps of the release that have rows in quarantine. */
  readonly quarantined: readonly { readonly id: MigrationId; readonly rows: number }[]
  /** The objects that the phase has already removed. Undefined if no migration of the phase is done. */
  readonly removedSoFar: readonly SchemaObject[] | undefined
  /** The schema changes of each remaining statement of the phase, in order. */
  readonly steps: readonly UpcomingMigrationStep[]
  /** The schema before the first of the remaining statements. */
  readonly schema: SchemaState
  readonly confirmed: DestructionConsent
}

/**
 * A person's consent to the destruction of data: to everything (true), to nothing (false), or to the listed lines of the error
 * `phase.unconfirmed`.
 */
export type DestructionConsent = boolean | readonly string[]

/** Makes the answer of a gate that could not be checked. */
export function unseenAnswer({ unseen }: { readonly unseen: string }, remedy?: string): GateAnswer {
  return { state: 'unseen', evidence: [unseen], ...(remedy !== undefined && { remedy }) }
}

/** Returns the lines that a user reads about a gate that holds a phase. */
export function formatGateAnswer({ evidence, remedy }: GateAnswer): readonly string[] {
  return remedy === undefined ? evidence : [...evidence, remedy]
}

/** The type of a gate by its name in the policy, with the parameters of that gate. */
export type GateWithParametersOf<G extends GateName> = Gate<GateParameters<G>>

/** True if the list of gates contains a gate of this name. */
export function includesGate(gates: readonly GateInPolicy[], name: GateName): boolean {
  return gates.some(({ gate }) => gate === name)
}

/** Makes a row counter that runs each query in a read-only transaction of this session. */
export function makeRowCounter(session: DatabaseSession, { files, usage }: Pick<Dialect, 'files' | 'usage'>): RowCounter {
  return {
    objectsNamedIn: (query, objects) => (objects.length > 0 ? usage.objectsNamedIn(session, query, objects) : Promise.resolve([])),
    pending: (query) => countPendingRows(session, files, query),
    count: async (query) => {
      const [row] = await runReadOnly(session, () => session.query<Record<string, string | number>>(query))
      return BigInt(Object.values(row ?? {})[0] ?? 0)
    },
  }
}

/** Asks about the items one after the other, because a session runs one query at a time. */
export async function mapOneByOne<A, B>(items: readonly A[], ask: (item: A) => Promise<B>): Promise<readonly B[]> {
  const answers: B[] = []
  for (const item of items) answers.push(await ask(item))
  return answers
}
