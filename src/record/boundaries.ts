import type { Dialect, Observer } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { Chain } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { type Fingerprint, fingerprint } from '../schema/fingerprint.ts'
import { type Boundary, boundaryName, makeFirstBoundary, onDatabase } from '../shadow/boundary.ts'
import { execute } from '../shadow/execute.ts'
import { failureOf } from '../shadow/failure.ts'
import { runOrder } from '../shadow/orders.ts'
import type { ShadowServer } from '../shadow/shadow-server.ts'
import type { Proof } from './prove.ts'

/** Where releases end by their recorded states, as far as these are fresh. */
export type Ends = ReadonlyMap<string, Fingerprint>

/** The place of a release in its chain, with the boundary before it. */
interface ChainPosition {
  readonly index: number
  readonly boundary: Boundary
}

/** The scratch databases of one recording or rehearsal: the boundary between two releases, made when it is needed. */
export class Boundaries {
  readonly #shadows: ShadowServer
  readonly #chain: Chain
  /** Where releases end, as far as it is recorded. */
  readonly #ends: Map<string, Fingerprint>
  #last: ChainPosition | undefined

  constructor(shadows: ShadowServer, chain: Chain, ends: Ends = new Map()) {
    this.#shadows = shadows
    this.#chain = chain
    this.#ends = new Map(ends)
  }

  /** The release was recorded to end so. To make the boundary behind it, it need not be observed again. */
  learn(release: string, end: Fingerprint): void {
    this.#ends.set(release, end)
  }

  /** The schema before release `index`: the nearest boundary that is there, and the releases since then run once more. */
  async before(index: number): Promise<Boundary> {
    let at = await this.#nearest(index)
    while (at.index < index) {
      const replayed = await this.#replay(at)
      // A replay that ends elsewhere may have spoiled the database that it began in.
      if (replayed === 'ends elsewhere') return this.before(index)
      at = replayed ?? { index: at.index + 1, boundary: await this.#advance(at.boundary, at.index) }
    }
    this.#last = at
    return at.boundary
  }

  /** Phased order without sample rows leaves exactly the boundary that the next release begins in. */
  async keep(index: number, proof: Proof): Promise<void> {
    const release = this.#chain.releases[index]
    const isLast = index === this.#chain.releases.length - 1
    if (isLast || !release || release.rows.length > 0) return
    const name = this.#nameAt(index + 1)
    await this.#shadows.server.copy(proof.database, name)
    this.#last = { index: index + 1, boundary: { name, reading: proof.end } }
  }

  /** Drops what nobody needs any more. On a server of our own the boundaries of this chain stay for the next recording. */
  async sweep(): Promise<void> {
    const { server } = this.#shadows
    const boundaries = this.#chain.releases.map((_, index) => this.#nameAt(index))
    for (const name of await server.leftovers()) if (!server.lasting || !boundaries.includes(name)) await server.drop(name)
  }

  async #nearest(index: number): Promise<ChainPosition> {
    const { server, dialect } = this.#shadows
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

  /**
   * Runs a recorded release once more, without observing it, and holds the end against the recorded one. On a server that
   * keeps no boundaries it runs in the database of the boundary before, which nobody else needs.
   */
  async #replay({ index, boundary }: ChainPosition): Promise<ChainPosition | 'ends elsewhere' | undefined> {
    const release = this.#chain.releases[index]
    const end = release && this.#ends.get(release.name)
    if (!release || end === undefined) return undefined
    const { server, dialect, clock } = this.#shadows
    const startedMs = clock.elapsedMs()
    const target = boundary.spare ? await server.target(boundary.name) : await server.copy(boundary.name, REPLAYED)
    const reading = await onDatabase(dialect, target, async (session) => {
      const executor = { ...this.#shadows, dialect: unobserved(dialect), session }
      const { failed } = await execute(executor, phasedOrder(release), boundary.reading)
      return failed ? undefined : dialect.catalog.read(session, 'whole')
    }).catch((error: unknown) => {
      // A routine may commit on its way. Only where it is observed can it be told whether that was a schema change.
      if (isError(error, 'migration.committed')) return undefined
      throw error
    })
    if (!reading || fingerprint(reading.state) !== end) {
      this.#ends.clear()
      this.#last = undefined
      return 'ends elsewhere'
    }
    this.#shadows.emit({
      type: 'order-executed',
      release: release.name,
      dialect: dialect.name,
      order: 'phased',
      migrations: phasedOrder(release).length,
      elapsedMs: Math.round(clock.elapsedMs() - startedMs),
    })
    if (!server.lasting) return { index: index + 1, boundary: { name: boundary.spare ? boundary.name : REPLAYED, reading, spare: true } }
    const name = this.#nameAt(index + 1)
    await server.copy(REPLAYED, name)
    return { index: index + 1, boundary: { name, reading } }
  }

  async #advance(from: Boundary, index: number): Promise<Boundary> {
    const release = this.#chain.releases[index]
    if (!release) throw new InterphaseError('internal', { problem: `there is no release ${index}` })
    const order = { name: 'phased', sequence: phasedOrder(release), wants: { rows: false, prices: false } } as const
    const run = await runOrder(this.#shadows, { ...release, rows: [] }, order, { ...from, spare: false })
    if (run.failed) throw failureOf(this.#shadows, release, 'phased', run.failed)
    const name = this.#nameAt(index + 1)
    await this.#shadows.server.copy('phased', name)
    return { name, reading: run.reading }
  }

  #nameAt(index: number): string {
    return boundaryName(this.#chain.setup, this.#chain.releases.slice(0, index))
  }
}

const REPLAYED = 'replayed'

const BLIND: Observer = {
  start: () => Promise.resolve({}),
  next: () => Promise.resolve(),
  standsAlone: () => Promise.resolve(false),
  done: () => Promise.resolve(),
  reads: () => Promise.resolve(undefined),
  seen: () => Promise.resolve({ touched: [], wrote: false, writes: [], prices: [] }),
}

/** The dialect, whose observer sees nothing: nothing is read after a statement. */
function unobserved(dialect: Dialect): Dialect {
  return { ...dialect, observer: BLIND }
}
