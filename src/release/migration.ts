import type { PhaseName } from '../phase/phase.ts'
import type { DialectName } from '../schema/object.ts'

/** `2015.2-liberty/010-widget-timestamp.expand` */
export type MigrationId = string

/** `2015.2-liberty/010-widget-timestamp` */
export type ChangeId = string

/** One file, one version, tagged with one phase: as it is for one dialect. */
export interface Migration {
  readonly id: MigrationId
  readonly change: ChangeId
  readonly release: string
  readonly number: string
  readonly slug: string
  readonly phase: PhaseName
  /** Path from the project's root, with forward slashes: what messages name. */
  readonly file: string
  /** 64 hex digits over everything the migration is made of: file, pending, undo, imports. */
  readonly checksum: string
  readonly body: Body
  readonly says: FrontMatter
  /** The query that counts the rows still to do; only a data step has one. */
  readonly pending?: SqlText
  readonly undo?: UndoText
}

export type Body = { readonly kind: 'sql'; readonly sql: SqlText } | { readonly kind: 'function'; readonly path: string }

/** SQL as it stands in a file. Places in it are told with the file's name. */
export interface SqlText {
  readonly file: string
  readonly text: string
}

/** The file that takes a migration back, and what it says of itself. */
export interface UndoText extends SqlText {
  readonly says: FrontMatter
}

/** What a file says of itself in `-- interphase: …` comments, or a function migration in its definition. */
export interface FrontMatter {
  readonly transaction: 'auto' | 'off'
  readonly rerunnable: boolean
  /** Effects that the engine cannot see, declared with a reason. */
  readonly effects: readonly Declared[]
  /** Rules that the migration breaks on purpose, with a reason. */
  readonly despite: readonly Declared[]
  /** Nothing takes it back, and this is why; a `down` that it has all the same is never called. */
  readonly irreversible?: string
}

export interface Declared {
  readonly effect: string
  readonly because: string
  /** Of the comment that says it. */
  readonly line?: number
}

export const SILENT: FrontMatter = { transaction: 'auto', rerunnable: false, effects: [], despite: [] }

/** The migrations that share a number and a slug. */
export interface Change {
  readonly id: ChangeId
  readonly number: string
  readonly slug: string
  readonly migrations: { readonly [P in PhaseName]?: Migration }
}

/** A directory of changes: the unit that is rolled out. */
export interface Release {
  readonly name: string
  /** Path of its directory from the project's root. */
  readonly directory: string
  readonly title?: string
  readonly why?: string
  /** Its migrations ran before there were phases, and this is why they are neither judged nor taken back. */
  readonly history?: string
  /** In order of their numbers. */
  readonly changes: readonly Change[]
  /** Sample rows, as they are before this release, in order of their file names. */
  readonly rows: readonly SqlText[]
  readonly probes: { readonly old: readonly SqlText[]; readonly new: readonly SqlText[] }
}

/** All releases of a project for one dialect, the oldest first. */
export interface Chain {
  readonly dialect: DialectName
  readonly releases: readonly Release[]
  /** What a shadow needs before the first release. */
  readonly setup?: SqlText
}
