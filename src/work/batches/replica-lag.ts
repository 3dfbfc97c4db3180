/** The commit of a batch: its number, and the time on the clock of this process. */
export interface CommittedBatch {
  readonly batches: number
  readonly atMs: number
}

/**
 * The time in milliseconds for which a replica lacks a batch: since the first commit after the last batch that the replica has. 0 if
 * the replica has all of them. `seen` is undefined if the replica does not show the data step yet.
 */
export function lagOfReplica(commits: readonly CommittedBatch[], seen: number | undefined, nowMs: number): number {
  const missing = commits.find(({ batches }) => seen === undefined || batches > seen)
  return missing ? Math.max(0, nowMs - missing.atMs) : 0
}

/**
 * Returns the commits that a replica may not have replayed yet, if every replica has replayed at least the batch `seen`. The last commit is
 * always included.
 */
export function commitsAfter(commits: readonly CommittedBatch[], seen: number): readonly CommittedBatch[] {
  return commits.filter((commit, index) => commit.batches > seen || index === commits.length - 1)
}
