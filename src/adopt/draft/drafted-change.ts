import type { UnwrittenDifference } from '../../dialect/schema-writer.ts'
import type { GeneratedChangeFile } from '../../project/patterns/change-file.ts'

/** A change of a drafted release, with its migration files. */
export interface DraftedChange {
  readonly slug: string
  readonly files: readonly GeneratedChangeFile[]
}

/** The changes of a drafted release, and the differences for which no change contains SQL. */
export interface DraftedRelease {
  readonly changes: readonly DraftedChange[]
  readonly unwritten: readonly UnwrittenDifference[]
}
