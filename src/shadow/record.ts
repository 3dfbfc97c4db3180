import { InterphaseError } from '../error.ts'
import type { Chain, Release } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { prepare } from '../run/work.ts'
import { fingerprint } from '../schema/fingerprint.ts'
import type { State } from '../schema/state.ts'
import { inputsOf, staleness } from '../state/freshness.ts'
import type { RecordedRelease } from '../state/recording.ts'
import { type Boundary, boundaryName, makeFirstBoundary, onDatabase } from './boundary.ts'
import { failureOf } from './failure.ts'
import { runOrder } from './orders.ts'
import { type Proof, prove } from './prove.ts'
import type { Workshop } from './workshop.ts'

/** What recording a chain asks of its caller: the states as they are, and a place for the new ones. */
export interface Shelf {
  readonly read: (release: Release) => Promise<RecordedRelease | undefined>
  readonly write: (release: Release, recorded: RecordedRelease, states: { readonly base?: State; readonly state?: State }) => Promise<void>
}

export interface Recorded {
  readonly release: string
  readonly fresh: boolean
}

/**
 * Records the states of every release that has none or stale ones, the oldest first; what is fresh is left alone unless
 * `all`, or where the chain came to another state on the server it was recorded on, as one of another major may. A release is
 * written only when it is sound, and releases after one that is not are not looked at.
 */
export async function recordChain(workshop: Workshop, chain: Chain, shelf: Shelf, all: boolean): Promise<readonly Recorded[]> {
  const releases: Recorded[] = []
  const recorded = new Map<string, RecordedRelease>()
  for (const release of chain.releases) {
    const known = all ? undefined : await shelf.read(release)
    if (known) recorded.set(release.name, known)
    await readAll(workshop, release, known)
  }
  const boundaries = new Boundaries(workshop, chain)
  await boundaries.sweep()
  try {
    let start: string | undefined
    for (const [index, release] of chain.releases.entries()) {
      const known = recorded.get(release.name)
      const isFresh =
        known !== undefined &&
        staleness(release, known, { inputs: inputsOf(chain, release), ...(start === undefined ? {} : { start }) }).length === 0
      const done = isFresh ? known : await recordOne(workshop, chain, boundaries, index, shelf, all ? undefined : start)
      if (!done) return await recordChain(workshop, chain, shelf, true)
      if (isFresh) workshop.emit({ type: 'release-fresh', release: release.name, dialect: workshop.dialect.name })
      releases.push({ release: release.name, fresh: isFresh })
      start = done.end
    }
    return releases
  } finally {
    await boundaries.sweep()
  }
}

/** Reads what is to be executed before anything is, so that a file that cannot be read leaves all states as they were. */
async function readAll({ dialect, load }: Workshop, release: Release, known: RecordedRelease | undefined): Promise<void> {
  for (const migration of phasedOrder(release)) {
    if (known?.migrations.get(migration.id)?.checksum !== migration.checksum) await prepare(migration, dialect.files, load)
  }
}

/** Gives nothing where the chain does not come to the state `start` on this server. */
async function recordOne(
  workshop: Workshop,
  chain: Chain,
  boundaries: Boundaries,
  index: number,
  shelf: Shelf,
  start: string | undefined,
): Promise<RecordedRelease | undefined> {
  const release = chain.releases[index]
  if (!release) throw new InterphaseError('internal', { problem: `there is no release ${index}` })
  workshop.emit({ type: 'release-recording', release: release.name, dialect: workshop.dialect.name, server: workshop.server.version.text })
  const boundary = await boundaries.before(index)
  if (start !== undefined && fingerprint(boundary.reading.state) !== start) return undefined
  const proof = await prove(workshop, release, boundary, inputsOf(chain, release))
  await boundaries.keep(index, proof)
  const isNewest = index === chain.releases.length - 1
  await shelf.write(release, proof.recorded, {
    ...(index === 0 ? { base: boundary.reading.state } : {}),
    ...(isNewest ? { state: proof.end.state } : {}),
  })
  const { orders, end, reported } = proof.recorded
  workshop.emit({ type: 'release-recorded', release: release.name, dialect: workshop.dialect.name, orders, end, reported })
  return proof.recorded
}

/** The scratch databases of one recording or rehearsal: the boundary between two releases, made when it is needed. */
export class Boundaries {
  readonly #workshop: Workshop
  readonly #chain: Chain
  #last: { readonly index: number; readonly boundary: Boundary } | undefined

  constructor(workshop: Workshop, chain: Chain) {
    this.#workshop = workshop
    this.#chain = chain
  }

  /** The schema before release `index`: the nearest boundary that is there, and the releases since then run once more. */
  async before(index: number): Promise<Boundary> {
    let at = await this.#nearest(index)
    for (let next = at.index; next < index; next++) at = { index: next + 1, boundary: await this.#advance(at.boundary, next) }
    this.#last = at
    return at.boundary
  }

  /** Phased order without sample rows leaves exactly the boundary that the next release begins in. */
  async keep(index: number, proof: Proof): Promise<void> {
    const release = this.#chain.releases[index]
    const isLast = index === this.#chain.releases.length - 1
    if (isLast || !release || release.rows.length > 0) return
    const name = this.#nameAt(index + 1)
    await this.#workshop.server.copy(proof.database, name)
    this.#last = { index: index + 1, boundary: { name, reading: proof.end } }
  }

  /** Drops what nobody needs any more. On a server of our own the boundaries of this chain stay for the next recording. */
  async sweep(): Promise<void> {
    const { server } = this.#workshop
    const boundaries = this.#chain.releases.map((_, index) => this.#nameAt(index))
    for (const name of await server.leftovers()) if (!server.lasting || !boundaries.includes(name)) await server.drop(name)
  }

  async #nearest(index: number): Promise<{ readonly index: number; readonly boundary: Boundary }> {
    const { server, dialect } = this.#workshop
    if (this.#last && this.#last.index <= index) return this.#last
    for (let at = index; at >= 0; at--) {
      const name = this.#nameAt(at)
      if (!(await server.has(name))) continue
      const reading = await onDatabase(dialect, await server.target(name), (session) => dialect.catalog.read(session, 'whole'))
      return { index: at, boundary: { name, reading } }
    }
    const name = this.#nameAt(0)
    return { index: 0, boundary: { name, reading: await makeFirstBoundary(server, dialect, this.#chain.setup, name) } }
  }

  async #advance(from: Boundary, index: number): Promise<Boundary> {
    const release = this.#chain.releases[index]
    if (!release) throw new InterphaseError('internal', { problem: `there is no release ${index}` })
    const order = { name: 'phased', sequence: phasedOrder(release), wants: { rows: false, prices: false } } as const
    const run = await runOrder(this.#workshop, { ...release, rows: [] }, order, from)
    if (run.failed) throw failureOf(this.#workshop, release, 'phased', run.failed)
    const name = this.#nameAt(index + 1)
    await this.#workshop.server.copy('phased', name)
    return { name, reading: run.reading }
  }

  #nameAt(index: number): string {
    return boundaryName(this.#chain.setup, this.#chain.releases.slice(0, index))
  }
}
