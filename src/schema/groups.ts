import type { SchemaGroupKey, SchemaObject, SchemaObjectId } from './object.ts'

/**
 * One group of schema objects, by object id: a table with its columns, keys, indexes and triggers, or one standalone object such as
 * a view.
 */
export type SchemaObjectGroup = ReadonlyMap<SchemaObjectId, SchemaObject>

/** A bucket, which is a small part of a map of groups of schema objects. A hash of the key of a group determines its bucket. */
export type GroupBucket = ReadonlyMap<SchemaGroupKey, SchemaObjectGroup>

// The number of buckets (small parts) of a map of groups. A changed copy of the map copies only the changed buckets and the list of
// buckets. The number is a power of two, so that the last bits of a hash determine the bucket.
const BUCKETS = 64
const NONE: GroupBucket = new Map()

/**
 * An immutable map of groups of schema objects by group key. The map consists of buckets, and a changed copy shares every
 * unchanged bucket with the original. A thousand states of a schema of ten thousand tables therefore fit into memory, and a
 * comparison reads only the buckets that differ.
 */
export class SchemaObjectGroups {
  static readonly empty = new SchemaObjectGroups(
    Array.from({ length: BUCKETS }, () => NONE),
    0,
  )

  readonly buckets: readonly GroupBucket[]
  readonly size: number

  private constructor(buckets: readonly GroupBucket[], size: number) {
    this.buckets = buckets
    this.size = size
  }

  get(key: SchemaGroupKey): SchemaObjectGroup | undefined {
    return this.buckets[bucketOf(key)]?.get(key)
  }

  has(key: SchemaGroupKey): boolean {
    return this.get(key) !== undefined
  }

  /** Returns a copy of the map of groups with `changes`. A group key with the value undefined removes its group. */
  with(changes: Iterable<readonly [SchemaGroupKey, SchemaObjectGroup | undefined]>): SchemaObjectGroups {
    const own = new Map<number, Map<SchemaGroupKey, SchemaObjectGroup>>()
    let size = this.size
    for (const [key, group] of changes) {
      const at = bucketOf(key)
      const mine = own.get(at)
      const before = (mine ?? this.buckets[at])?.get(key)
      if (before === group) continue
      const bucket = mine ?? new Map(this.buckets[at])
      if (!mine) own.set(at, bucket)
      size += Number(group !== undefined) - Number(before !== undefined)
      if (group) bucket.set(key, group)
      else bucket.delete(key)
    }
    return own.size === 0
      ? this
      : new SchemaObjectGroups(
          this.buckets.map((bucket, at) => own.get(at) ?? bucket),
          size,
        )
  }

  /**
   * Yields the buckets that differ between two maps of groups, as pairs with the bucket of the present map first. A bucket is a
   * small part of the map, and equal maps share their buckets.
   */
  *apart(other: SchemaObjectGroups): Generator<readonly [GroupBucket, GroupBucket]> {
    for (const [at, bucket] of this.buckets.entries()) {
      const theirs = other.buckets[at] ?? NONE
      if (theirs !== bucket) yield [bucket, theirs]
    }
  }

  *keys(): Generator<SchemaGroupKey> {
    for (const bucket of this.buckets) yield* bucket.keys()
  }

  *values(): Generator<SchemaObjectGroup> {
    for (const bucket of this.buckets) yield* bucket.values()
  }

  *[Symbol.iterator](): Generator<[SchemaGroupKey, SchemaObjectGroup]> {
    for (const bucket of this.buckets) yield* bucket
  }
}

function bucketOf(key: SchemaGroupKey): number {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0
  return hash & (BUCKETS - 1)
}
