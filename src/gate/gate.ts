import type { FileReader, Session } from '../dialect/dialect.ts'
import type { Sql } from '../dialect/sql.ts'
import type { GateName } from '../phase/gate.ts'
import type { MigrationId, SqlText } from '../release/migration.ts'
import type { State } from '../schema/state.ts'
import type { ComingStep } from './coming.ts'
import { destructionOf } from './destruction.ts'
import { onlyReading } from './only-reading.ts'
import { pendingRows } from './pending.ts'
import type { Precondition } from './preconditions.ts'
import { preconditionsOf } from './reached.ts'

/** What a gate answers. Unseen is shut: what cannot be known is not taken for granted. */
export interface Answer {
  readonly gate: GateName
  readonly refusal: Refusal
  readonly state: 'open' | 'shut' | 'unseen'
  /** What was seen, a line each. */
  readonly evidence: readonly string[]
}

/** What gates may ask. They count; they cannot write. */
export interface RowCounter {
  count(query: Sql): Promise<bigint>
  pending(query: SqlText): Promise<bigint>
}

export interface Situation {
  readonly observer: RowCounter
  /** Phases of this and earlier releases that should be done and are not: `migrate of 2015.2-liberty`. */
  readonly unfinished: readonly string[]
  /** Done data steps of the release that have a pending query. */
  readonly dataSteps: readonly { readonly id: MigrationId; readonly pending: SqlText }[]
  /** What each statement to come in this phase will change, in order, and the schema before the first of them. */
  readonly steps: readonly ComingStep[]
  readonly now: State
  readonly confirmed: Consent
}

/** What may be destroyed: everything, nothing, or what somebody was shown, in the lines of `phase.unconfirmed`. */
export type Consent = boolean | readonly string[]

export function rowCounterOn(session: Session, files: FileReader): RowCounter {
  return {
    pending: (query) => pendingRows(session, files, query),
    count: async (query) => {
      const [row] = await onlyReading(session, () => session.query<Record<string, string | number>>(query))
      return BigInt(Object.values(row ?? {})[0] ?? 0)
    },
  }
}

/** The error of a phase that this gate keeps from starting. */
export type Refusal = 'phase.held' | 'phase.preconditions' | 'phase.unconfirmed'

/**
 * When the run asks a gate. `ledger`: before the run reads the schema. `start`: when the phase starts, once the schema is known to
 * be as planned. `every-start`: then, and when a phase continues that was interrupted.
 */
export type AskedAt = 'ledger' | 'start' | 'every-start'

interface Gate {
  readonly askedAt: AskedAt
  readonly refusal: Refusal
  readonly ask: (at: Situation) => Promise<Pick<Answer, 'state' | 'evidence'>>
}

const GATE: { readonly [G in GateName]: Gate } = {
  'earlier-phases-done': {
    askedAt: 'ledger',
    refusal: 'phase.held',
    ask: async ({ unfinished }) =>
      unfinished.length === 0
        ? { state: 'open', evidence: [] }
        : { state: 'shut', evidence: unfinished.map((phase) => `${phase} is not done`) },
  },

  'data-steps-complete': {
    // The first migrations of the phase may have dropped the columns that the pending queries name.
    askedAt: 'start',
    refusal: 'phase.held',
    ask: async ({ observer, dataSteps }) => {
      const counted = await inTurn(dataSteps, async ({ id, pending }) => ({ id, rows: await observer.pending(pending) }))
      const left = counted.filter(({ rows }) => rows > 0n)
      return { state: left.length === 0 ? 'open' : 'shut', evidence: left.map(({ id, rows }) => `${id} has ${rows} rows to do`) }
    },
  },

  'preconditions-hold': {
    askedAt: 'every-start',
    refusal: 'phase.preconditions',
    ask: async ({ observer, steps, now }) => {
      const evidence = await violationsOf(observer, preconditionsOf(steps, now).now)
      return { state: evidence.length === 0 ? 'open' : 'shut', evidence }
    },
  },

  'destruction-confirmed': {
    askedAt: 'every-start',
    refusal: 'phase.unconfirmed',
    ask: async ({ observer, steps, now, confirmed }) => {
      const going = destructionOf(steps, now)
      const evidence = await inTurn(going, async ({ what, count, unit }) => `${what} (${await observer.count(count)} ${unit})`)
      return { state: going.every(({ what }) => covers(confirmed, what)) ? 'open' : 'shut', evidence }
    },
  },
}

/** Those of these gates that the run asks at one of these times. */
export function gatesAskedAt(gates: readonly GateName[], times: readonly AskedAt[]): readonly GateName[] {
  return gates.filter((gate) => times.includes(GATE[gate].askedAt))
}

/** A line for each rule that rows break now: `column t.b NOT NULL: 3 rows are NULL`. */
export async function violationsOf(observer: RowCounter, rules: readonly Precondition[]): Promise<readonly string[]> {
  const counted = await inTurn(rules, async (one) => ({ ...one, rows: await observer.count(one.count) }))
  return counted.flatMap(({ rule, rows, violation }) => (rows > 0n ? [`${rule}: ${rows} ${violation}`] : []))
}

/** Rows may have come since the line was read, and others gone. */
function covers(confirmed: Consent, what: string): boolean {
  return typeof confirmed === 'boolean' ? confirmed : confirmed.some((line) => line.startsWith(`${what} (`))
}

/** Asks every gate in turn, all of them, so that a person sees at once all that is in the way. */
export function askGates(gates: readonly GateName[], at: Situation): Promise<readonly Answer[]> {
  return inTurn(gates, async (gate) => ({ gate, refusal: GATE[gate].refusal, ...(await GATE[gate].ask(at)) }))
}

async function inTurn<A, B>(items: readonly A[], ask: (item: A) => Promise<B>): Promise<readonly B[]> {
  const answers: B[] = []
  for (const item of items) answers.push(await ask(item))
  return answers
}
