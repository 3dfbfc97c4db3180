import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import type { ApplicationSessionsReading } from '../dialect/fleet.ts'
import type { SqlStatement } from '../dialect/sql.ts'
import type { LiveInstancesOfRelease } from '../ledger/fleet.ts'
import type { GateInPolicy, GateName, GateParameters } from '../phase/gate.ts'
import type { LedgerNoteFields } from '../plan/note.ts'
import type { MigrationId, SqlText } from '../release/migration.ts'
import type { SchemaObject, SchemaObjectId } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { LedgerApproval, PhaseInPlan } from './approval.ts'
import { runInReadOnlyTransaction } from './only-reading.ts'
import type { GateFactsReader } from './outside.ts'
import { countPendingRows } from './pending.ts'
import type { UpcomingMigrationStep } from './upcoming-step.ts'

/** A condition that must hold before a phase starts. */
export interface Gate<Parameters = object> {
  /**
   * The sources from which a gate determines its answer. `ledger`: only the ledger. `database`: also other content of the
   * database. `outside`: also the server, its replicas, files, or commands.
   */
  readonly reads: 'ledger' | 'database' | 'outside'
  readonly askedAt: GateEvaluationTime
  /** The code of the error for a phase that the gate blocks. */
  readonly refusal: GateErrorCode
  /** True if a person can override the gate, so that the phase starts although the gate is shut. */
  readonly overridable?: true
  /**
   * True if the run evaluates the gate a second time, after the run has written the note `begun` into the ledger. An instance of
   * the application first joins the fleet and then reads this note. If an instance starts while the phase starts, either the gate
   * finds the instance, or the instance finds the note.
   */
  readonly askedAfterNote?: true
  readonly ask: (at: GateSituation, parameters: Parameters) => Promise<GateAnswer>
  /** Returns the answer of the gate if the answer does not depend on the content of the database. Otherwise returns undefined. */
  readonly answerWithoutDatabase?: (at: GateSituation) => GateAnswer | undefined
}

/**
 * The time at which a run evaluates a gate. `ledger`: before the run reads the schema. `start`: when the phase starts, after the
 * comparison of the schema. `every-start`: at `start`, and also when an interrupted phase continues.
 */
export type GateEvaluationTime = 'ledger' | 'start' | 'every-start'

/** The codes of the errors for a phase that a gate blocks. */
export type GateErrorCode = 'phase.held' | 'phase.preconditions' | 'phase.unconfirmed'

/** The answer of one gate, with the facts from which the gate determined it. */
export interface GateAnswer {
  /**
   * The state of the gate. The phase may start only if the state is `open`. `unseen` counts as shut, because a gate that cannot
   * be evaluated does not count as open.
   */
  readonly state: 'open' | 'shut' | 'unseen'
  /** The facts from which the gate determined its answer, one line each. */
  readonly evidence: readonly string[]
  /** The command or action that opens the gate. */
  readonly remedy?: string
  /** The lines of the evidence to which a person must consent. The field is absent if the answer depends on no consent. */
  readonly consentTo?: readonly string[]
}

/** The answer of a gate, with the entry of the gate in the policy, and with the code of the error if the gate is not open. */
export interface PolicyGateAnswer extends GateAnswer {
  readonly gate: GateInPolicy
  readonly refusal: GateErrorCode
}

/** Counts rows for gates, and finds the objects that a query uses. A gate cannot write with this interface. */
export interface GateRowCounter {
  /** Returns the first value of the first row of the query, which must be a count. */
  count(query: SqlStatement): Promise<bigint>
  /** Returns the number of rows that a pending query counts. */
  pending(query: SqlText): Promise<bigint>
  /** Returns the ids of the objects that a query uses, according to the names in its text. */
  objectsNamedIn(query: SqlText, objects: readonly SchemaObject[]): Promise<readonly SchemaObjectId[]>
}

/** Reads for gates which instances of the application are live, and which sessions the application has. */
export interface GateFleetReader {
  /** Returns the live instances that have joined the fleet, one group for each release. */
  live(): Promise<readonly LiveInstancesOfRelease[]>
  /** Returns the sessions whose application name is `application` or begins with `application/`. */
  sessionsOf(application: string): Promise<ApplicationSessionsReading>
  /** Returns the sessions of the given database users on the database. */
  sessionsOfUsers(users: readonly string[]): Promise<ApplicationSessionsReading>
}

/** The facts about a release and its database that gates evaluate before a phase starts. */
export interface GateSituation {
  readonly observer: GateRowCounter
  readonly fleet: GateFleetReader
  /** The names of the release whose phase starts and of all later releases. */
  readonly releasesFromHere: readonly string[]
  readonly outside: GateFactsReader
  readonly project: string
  /** The phase that is about to start, with the fingerprint of the plan. */
  readonly inPlan: PhaseInPlan
  /** The names of the people who wrote the release. The value is undefined if release.json does not contain the names. */
  readonly authors: readonly string[] | undefined
  /** The approvals in the ledger that no person has revoked, the oldest first. */
  readonly approvals: readonly LedgerApproval[]
  /** The usage counts that the notes of the ledger contain, the oldest first. A usage count shows how often an object was used. */
  readonly usageBaselines: readonly LedgerNoteFields<'usage'>[]
  /** The overrides of gates in the ledger, the oldest first. */
  readonly overrides: readonly LedgerNoteFields<'overridden'>[]
  /** The time at which the run or command evaluates the gates. */
  readonly at: Date
  /** The earlier phases of the release and of earlier releases that are not done, in the form `migrate of 2015.2-liberty`. */
  readonly unfinished: readonly string[]
  /**
   * The last phase of the release that is done, and the time in ISO 8601. The field is absent if no earlier phase of the release
   * has migrations.
   */
  readonly lastDone?: { readonly phase: string; readonly at: string }
  /** The data steps of the release that are done and have a pending query. */
  readonly dataSteps: readonly { readonly id: MigrationId; readonly pending: SqlText; readonly isRerunnable: boolean }[]
  /** The data steps of the release that have rows in quarantine, which are rows that a data step could not write. */
  readonly quarantined: readonly { readonly id: MigrationId; readonly rows: number }[]
  /** The objects that the phase has already removed. The value is undefined if no migration of the phase is done. */
  readonly removedSoFar: readonly SchemaObject[] | undefined
  /**
   * The schema changes and row writes of each step that the phase still has to run, in the order of execution. A step is one
   * statement, or a whole migration in one transaction.
   */
  readonly steps: readonly UpcomingMigrationStep[]
  /** The present schema of the database, before the remaining statements of the phase. */
  readonly schema: SchemaState
  readonly confirmed: DestructionConsent
}

/**
 * The consent of a person to the destruction of data. The consent covers all data (true), no data (false), or the listed lines of
 * the error `phase.unconfirmed`.
 */
export type DestructionConsent = boolean | readonly string[]

/** Returns the answer of a gate that could not be evaluated. */
export function makeUnseenGateAnswer({ unseen }: { readonly unseen: string }, remedy?: string): GateAnswer {
  return { state: 'unseen', evidence: [unseen], ...(remedy !== undefined && { remedy }) }
}

/** Returns the lines of a message about a gate that blocks a phase. */
export function formatGateAnswer({ evidence, remedy }: GateAnswer): readonly string[] {
  return remedy === undefined ? evidence : [...evidence, remedy]
}

/**
 * The type of one gate, by the name of the gate. The function `ask` of the gate receives the parameters that a policy can set for
 * this gate.
 */
export type GateWithParametersOf<G extends GateName> = Gate<GateParameters<G>>

/** Returns true if the list contains a gate with the given name. */
export function includesGate(gates: readonly GateInPolicy[], name: GateName): boolean {
  return gates.some(({ gate }) => gate === name)
}

/** Returns a row counter that executes each query in a read-only transaction of the session. */
export function makeGateRowCounter(session: DatabaseSession, { files, usage }: Pick<Dialect, 'files' | 'usage'>): GateRowCounter {
  return {
    objectsNamedIn: (query, objects) => (objects.length > 0 ? usage.objectsNamedIn(session, query, objects) : Promise.resolve([])),
    pending: (query) => countPendingRows(session, files, query),
    count: async (query) => {
      const [row] = await runInReadOnlyTransaction(session, () => session.query<Record<string, string | number>>(query))
      return BigInt(Object.values(row ?? {})[0] ?? 0)
    },
  }
}

/**
 * Returns the answers of `ask` for the items. The function calls `ask` for one item after the other, because a session executes
 * one query at a time.
 */
export async function mapSequentially<A, B>(items: readonly A[], ask: (item: A) => Promise<B>): Promise<readonly B[]> {
  const answers: B[] = []
  for (const item of items) answers.push(await ask(item))
  return answers
}
