import type { Price } from '../effect/price.ts'
import type { StepWrite } from '../effect/row-write.ts'
import type { ChangeId, MigrationId } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import type { Fingerprint } from '../schema/fingerprint.ts'
import type { DialectName, GroupKey, ObjectId } from '../schema/object.ts'

/** What executing a release on a shadow has shown: kept beside the release, reviewed and committed like a lock file. */
export interface RecordedRelease {
  readonly release: string
  readonly dialect: DialectName
  readonly server: RecordedServer
  /** Digest of what went in besides the migrations: the shadow's set-up and the sample rows. */
  readonly inputs: string
  readonly start: Fingerprint
  readonly end: Fingerprint
  /** 1 when authored and phased order are the same sequence. */
  readonly orders: 1 | 2
  /** True differences between the orders that cannot hurt, and what the proof could not see; a sentence each. */
  readonly reported: readonly string[]
  readonly migrations: ReadonlyMap<MigrationId, RecordedMigration>
}

export interface RecordedServer {
  readonly version: string
  /** View and function texts are compared only with a server of the same major version. */
  readonly major: number
}

export interface RecordedMigration {
  readonly id: MigrationId
  readonly change: ChangeId
  readonly checksum: string
  /** How it ran: as one transaction, or statement by statement. */
  readonly path: 'together' | 'stepwise'
  /** What each statement did, in authored order; a migration that runs together is one step. */
  readonly authored: readonly Step[]
  /** The same in phased order: what a run will do. */
  readonly phased: readonly Step[]
  /** The groups it was seen to touch, in either order. */
  readonly footprint: readonly GroupKey[]
  readonly wrote: boolean
  /** Which rows its steps wrote in phased order, and which values went on in another form. */
  readonly writes: readonly StepWrite[]
  /** Sequences that were there before and whose value it set; an identity by its column. */
  readonly sets?: readonly ObjectId[]
  /** Rows it wrote on the shadow. A data step with none was never exercised. */
  readonly affected: number
  /** What each statement costs in phased order; of a function, what it sent, each price once. */
  readonly prices: readonly Price[]
  /** What its undo did in the state in which phased order leaves it; absent where it has none that was tried. */
  readonly undo?: RecordedUndo
}

export interface RecordedUndo {
  readonly path: 'together' | 'stepwise'
  readonly steps: readonly Step[]
  readonly footprint: readonly GroupKey[]
  readonly wrote: boolean
  readonly writes: readonly StepWrite[]
}

export type Step = readonly Difference[]
