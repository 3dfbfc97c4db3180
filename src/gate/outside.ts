import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import type { LoadSignalReading } from '../dialect/signals.ts'
import type { SqlStatement } from '../dialect/sql.ts'
import type { ObjectUsageReading, ReasonObjectUsageUnseen } from '../dialect/usage.ts'
import { InterphaseError } from '../error.ts'
import type { SqlText } from '../release/migration.ts'
import type { SchemaObject } from '../schema/object.ts'
import { runWithStatementCancellation, throwIfRunMustStop } from '../work/stop.ts'
import { type PolicyCommandResult, runPolicyCommand } from './gate-command.ts'
import { runInReadOnlyTransaction } from './only-reading.ts'
import { ALLOWED_SIGNERS_FILE, type ApprovalSignatureCheckResult, checkApprovalSignature } from './ssh-signature.ts'

// The time limit in milliseconds for queries that the engine itself wrote.
export const ENGINE_QUERY_TIME_LIMIT_MS = 10_000
// The time limit in seconds for a query or a command of a policy, if the policy sets no other limit.
export const DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS = 10

/**
 * Reads the facts for gates that the rows and the schema do not contain. Examples are the clock of the server, other sessions,
 * replicas, signatures, and the results of the queries and commands in a policy.
 */
export interface GateFactsReader {
  /** Returns the time of the database server. */
  databaseTime(): Promise<Date>
  /** Returns a text that identifies the database: its name and the identifier of the server. */
  identity(): Promise<string>
  /** Checks the signature of an approval. */
  checkSignature(signed: {
    readonly text: string
    readonly approver: string
    readonly signature: string
  }): Promise<ApprovalSignatureCheckResult>
  /**
   * Returns the open transactions of other sessions. The age of a transaction is null if the database user lacks the privilege to
   * read the age.
   */
  transactions(): Promise<readonly { readonly what: string; readonly seconds: number | null }[]>
  /**
   * Returns the statistics of the server about the use of the given objects. The queries in `own`, which the engine itself sends,
   * do not count as a use.
   */
  usage(objects: readonly SchemaObject[], own: readonly SqlText[]): Promise<ObjectUsageReading | ReasonObjectUsageUnseen>
  /** True if the server lists its replicas, or if the configuration contains them. */
  readonly knowsReplicas: boolean
  /** Returns the lag of each replica that the server lists. */
  replicaSignals(): Promise<readonly LoadSignalReading[]>
  /**
   * Waits until each replica of the configuration contains the last run of the project. The method waits at most `ms`
   * milliseconds for each replica.
   */
  replicasBehind(ms: number): Promise<readonly ReplicaCatchUpAnswer[]>
  /** Executes one query of the policy in a read-only transaction, and returns the values of its only row. */
  row(sql: string, what: string): Promise<readonly unknown[]>
  /** Executes a command of the policy in the directory of the project. */
  command(line: readonly string[]): Promise<PolicyCommandResult>
  /**
   * Calls `ask` with a time limit in milliseconds. At the limit, the engine cancels the running statement or command, and the
   * result is the reason why the gate is `unseen`. Throws only if the session is lost or the run must stop.
   */
  within<T>(ms: number, ask: () => Promise<T>): Promise<T | { readonly unseen: string }>
}

/**
 * The answer of one replica of the configuration: if it is behind, or why it cannot be read. `what` is the name of the replica
 * for messages.
 */
export type ReplicaCatchUpAnswer =
  | { readonly what: string; readonly isBehind: boolean }
  | { readonly what: string; readonly unreachable: string }

/** The session, dialect and settings from which the engine makes a `GateFactsReader`. */
export interface GateFactsReaderDependencies {
  readonly session: DatabaseSession
  readonly dialect: Pick<Dialect, 'files' | 'signals' | 'gates' | 'usage'>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The directory in which the engine executes the commands of the policy. */
  readonly directory: string
  /** The environment variables that describe the phase to a command. */
  readonly environment: Readonly<Record<string, string>>
  /** The replicas of the configuration, each with a function that opens a session on the replica. */
  readonly replicas: readonly { readonly what: string; readonly open: () => Promise<DatabaseSession> }[]
  /** The query for the number of the project's last run. Its only column is `epoch`. */
  readonly epoch: SqlStatement
}

/** Makes the reader of facts outside the rows and the schema, for a run or for a command that only reads. */
export function makeGateFactsReader(parts: GateFactsReaderDependencies): GateFactsReader {
  const { session, dialect, clock, signal } = parts
  let limit = new AbortController().signal
  return {
    databaseTime: () => readDatabaseTime(session, dialect),
    identity: () => readDatabaseIdentity(session, dialect),
    checkSignature: (signed) => checkApprovalSignature(signed, join(parts.directory, ALLOWED_SIGNERS_FILE)),
    transactions: async () => {
      const rows = await session.query<{ readonly what: string; readonly seconds: string | number | null }>(dialect.gates.longTransactions)
      return rows.map(({ what, seconds }) => ({ what, seconds: seconds === null ? null : Number(seconds) }))
    },
    usage: (objects, own) => dialect.usage.read(session, objects, own),
    knowsReplicas: dialect.gates.showsReplicas || parts.replicas.length > 0,
    replicaSignals: () => dialect.signals.read(session, ['replica-lag']),
    replicasBehind: (ms) => replicasBehind(parts, ms),
    row: (text, what) => oneRow(parts, text, what),
    command: (line) => runPolicyCommand(line, { directory: parts.directory, environment: parts.environment, signal: limit }),
    within: async (ms, ask) => {
      const over = new AbortController()
      const timer = new AbortController()
      const until = AbortSignal.any([signal, over.signal])
      limit = until
      clock.wait(ms, timer.signal).then(
        () => over.abort('the time limit'),
        () => undefined,
      )
      try {
        const answer = await runWithStatementCancellation(session, until, 'a gate', ask)
        throwIfRunMustStop(signal, 'a gate')
        return over.signal.aborted ? { unseen: noAnswer(ms) } : answer
      } catch (error) {
        throwIfRunMustStop(signal, 'a gate')
        if (session.lost.aborted) throw error
        if (over.signal.aborted) return { unseen: noAnswer(ms) }
        return { unseen: error instanceof Error ? error.message : String(error) }
      } finally {
        timer.abort()
      }
    },
  }
}

/** Returns the time of the database server. */
export async function readDatabaseTime(session: DatabaseSession, { gates }: Pick<Dialect, 'gates'>): Promise<Date> {
  const [row] = await session.query<{ readonly now: string }>(gates.databaseTime)
  return new Date(row?.now ?? Number.NaN)
}

/**
 * Returns the text that identifies a database: its name and the identifier of the server. An approval is valid only for the
 * database with the text that the approval contains.
 */
export async function readDatabaseIdentity(session: DatabaseSession, { gates }: Pick<Dialect, 'gates'>): Promise<string> {
  const [row] = await session.query<{ readonly identity: string }>(gates.identity)
  return row?.identity ?? ''
}

function noAnswer(ms: number): string {
  return `there was no answer within ${ms / 1000} seconds`
}

async function oneRow({ session, dialect }: GateFactsReaderDependencies, text: string, what: string): Promise<readonly unknown[]> {
  const file = `the query of ${what}`
  const refuse = (problem: string) => new InterphaseError('gate.query', { gate: what, problem })
  const { statements } = await dialect.files.script({ file, text }, 'auto')
  const [query] = statements
  if (!query || statements.length > 1) throw refuse(`the policy contains ${statements.length} statements instead of one query`)
  if (query.manner !== 'atomic') throw refuse('the statement is not a query')
  const { columns, rows } = await runInReadOnlyTransaction(session, () => session.ask(query.text, { file, line: 1 }))
  if (new Set(columns).size < columns.length)
    throw refuse(`two columns of the query have the same name; write AS and a new name after one of them: ${columns.join(', ')}`)
  const [row] = rows
  if (!row || rows.length > 1) throw refuse(`the query returns ${rows.length} rows instead of one row`)
  return columns.map((column) => row[column])
}

const POLL_MS = 100

async function replicasBehind(parts: GateFactsReaderDependencies, ms: number): Promise<readonly ReplicaCatchUpAnswer[]> {
  const wanted = await epochOn(parts.session, parts)
  const answers: ReplicaCatchUpAnswer[] = []
  for (const { what, open } of parts.replicas) answers.push(await replicaBehind(parts, what, open, wanted, ms))
  return answers
}

async function replicaBehind(
  parts: GateFactsReaderDependencies,
  what: string,
  open: () => Promise<DatabaseSession>,
  wanted: bigint,
  ms: number,
): Promise<ReplicaCatchUpAnswer> {
  const { clock, signal } = parts
  const untilMs = clock.elapsedMs() + ms
  let session: DatabaseSession | undefined
  try {
    session = await open()
    for (;;) {
      if ((await epochOn(session, parts)) >= wanted) return { what, isBehind: false }
      if (clock.elapsedMs() >= untilMs) return { what, isBehind: true }
      await clock.wait(POLL_MS, signal)
    }
  } catch (error) {
    return { what, unreachable: error instanceof Error ? error.message : String(error) }
  } finally {
    await session?.close().catch(() => undefined)
  }
}

async function epochOn(session: DatabaseSession, { epoch }: GateFactsReaderDependencies): Promise<bigint> {
  const [row] = await session.query<{ readonly epoch: string | number }>(epoch)
  return BigInt(row?.epoch ?? -1)
}
