import { InterphaseError } from '../error.ts'
import type { Chain, Release } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { type Fingerprint, fingerprint } from '../schema/fingerprint.ts'
import { EMPTY, type State } from '../schema/state.ts'
import { inputsOf, staleness } from '../state/freshness.ts'
import { endOf, type Position, positionsOf } from '../state/planned.ts'
import type { RecordedRelease } from '../state/recording.ts'
import { readStates } from './states.ts'

/** A release with the states that were recorded of it, chained to those of the release before. */
export interface Charted {
  readonly release: Release
  readonly recorded: RecordedRelease
  readonly start: State
  readonly end: State
  /** Computed when first asked for: most commands need those of one release only. */
  readonly positions: () => readonly Position[]
}

export interface Chart {
  readonly releases: readonly Charted[]
  /** What is wrong with the recorded states, the first release first: missing, stale, not chained. */
  readonly problems: readonly InterphaseError[]
}

/**
 * Reads the recorded states of a chain as far as they go. Of releases in `done` only the differences matter, for they have
 * run: their sample rows may have changed since.
 */
export async function readChart(root: string, chain: Chain, done: ReadonlySet<string> = new Set()): Promise<Chart> {
  const onDisk = await Promise.all(chain.releases.map((release) => readStates(root, release, chain.dialect)))
  const releases: Charted[] = []
  const problems: InterphaseError[] = []
  let start: State = onDisk[0]?.base ?? EMPTY
  let startName: Fingerprint = fingerprint(start)
  for (const [index, release] of chain.releases.entries()) {
    const recorded = onDisk[index]?.recorded
    const problem = problemWith(chain, release, recorded, startName, done.has(release.name))
    if (problem) problems.push(problem)
    if (!recorded || problem) break
    const from = start
    start = endOf(
      recorded,
      from,
      phasedOrder(release).map(({ id }) => id),
    )
    startName = recorded.end
    releases.push({ release, recorded, start: from, end: start, positions: once(() => positionsOf(release, recorded, from)) })
  }
  return { releases, problems }
}

function problemWith(
  chain: Chain,
  release: Release,
  recorded: RecordedRelease | undefined,
  start: Fingerprint,
  done: boolean,
): InterphaseError | undefined {
  const about = { release: release.name, dialect: chain.dialect }
  if (!recorded) return new InterphaseError('states.missing', { ...about, missing: phasedOrder(release).map(({ file }) => file) })
  const reasons = staleness(release, recorded, { inputs: done ? recorded.inputs : inputsOf(chain, release), start })
  return reasons.length > 0 ? new InterphaseError('states.stale', { ...about, reasons }) : undefined
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
