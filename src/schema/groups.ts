import type { GroupKey, ObjectId, SchemaObject } from './object.ts'

/** The objects of one table with all that hangs on it, or of one object that stands alone, by id. */
export type Group = ReadonlyMap<ObjectId, SchemaObject>

/** The groups whose keys fall on the same number. */
export type Bucket = ReadonlyMap<GroupKey, Group>

// A change copies one bucket and the list of them; a power of two, so that the last bits of a hash choose.
const BUCKETS = 64
const NONE: Bucket = new Map()

/**
 * Groups by key: a value. What comes out of a change shares with the one before every bucket that the change leaves alone, so
 * that a thousand states of a schema of ten thousand tables fit into memory, and two of them are compared where they differ.
 */
export class Groups {
  static readonly empty = new Groups(
    Array.from({ length: BUCKETS }, () => NONE),
    0,
  )

  readonly buckets: readonly Bucket[]
  readonly size: number

  private constructor(buckets: readonly Bucket[], size: number) {
    this.buckets = buckets
    this.size = size
  }

  get(key: GroupKey): Group | undefined {
    return this.buckets[bucketOf(key)]?.get(key)
  }

  has(key: GroupKey): boolean {
    return this.get(key) !== undefined
  }

  /** These groups set, or taken out where there is none. */
  with(changes: Iterable<readonly [GroupKey, Group | undefined]>): Groups {
    const own = new Map<number, Map<GroupKey, Group>>()
    let size = this.size
    for (const [key, group] of changes) {
      const before = (own.get(bucketOf(key)) ?? this.buckets[bucketOf(key)])?.get(key)
      if (before === group) continue
      const bucket = own.get(bucketOf(key)) ?? new Map(this.buckets[bucketOf(key)])
      own.set(bucketOf(key), bucket)
      size += Number(group !== undefined) - Number(before !== undefined)
      if (group) bucket.set(key, group)
      else bucket.delete(key)
    }
    return own.size === 0
      ? this
      : new Groups(
          this.buckets.map((bucket, at) => own.get(at) ?? bucket),
          size,
        )
  }

  /** The buckets in which the two are not the same, of each. */
  *apart(other: Groups): Generator<readonly [Bucket, Bucket]> {
    for (const [at, bucket] of this.buckets.entries()) {
      const theirs = other.buckets[at] ?? NONE
      if (theirs !== bucket) yield [bucket, theirs]
    }
  }

  *keys(): Generator<GroupKey> {
    for (const bucket of this.buckets) yield* bucket.keys()
  }

  *values(): Generator<Group> {
    for (const bucket of this.buckets) yield* bucket.values()
  }

  *[Symbol.iterator](): Generator<[GroupKey, Group]> {
    for (const bucket of this.buckets) yield* bucket
  }
}

function bucketOf(key: GroupKey): number {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0
  return hash & (BUCKETS - 1)
}
