/** The number of a committed batch, and the time of its commit on the clock of the Node process. */
export interface CommittedBatchTime {
  readonly batches: number
  readonly atMs: number
}

/**
 * Returns the age, in milliseconds, of the oldest committed batch that a replica has not replayed yet. Returns 0 if the replica
 * has all batches. `seen` is the number of the last batch on the replica, or undefined if the replica does not have the row of
 * the data step yet.
 */
export function lagOfReplica(commits: readonly CommittedBatchTime[], seen: number | undefined, nowMs: number): number {
  const missing = commits.find(({ batches }) => seen === undefined || batches > seen)
  return missing ? Math.max(0, nowMs - missing.atMs) : 0
}

/**
 * Returns the commits that at least one replica possibly has not replayed. `seen` is the number of the last batch that every
 * replica has. The result always contains the last commit.
 */
export function batchCommitsAfterReplica(commits: readonly CommittedBatchTime[], seen: number): readonly CommittedBatchTime[] {
  return commits.filter((commit, index) => commit.batches > seen || index === commits.length - 1)
}
