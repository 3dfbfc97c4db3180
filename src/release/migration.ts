import type { PhaseName } from '../phase/phase.ts'
import type { DialectName } from '../schema/object.ts'
import type { BatchDeclaration } from './batch.ts'

/** The id of a migration: `2015.2-liberty/010-widget-timestamp.expand`. */
export type MigrationId = string

/** The id of a change: `2015.2-liberty/010-widget-timestamp`. */
export type ChangeId = string

/** One migration of one phase, with its files for one dialect. */
export interface Migration {
  readonly id: MigrationId
  readonly change: ChangeId
  readonly release: string
  readonly number: string
  readonly slug: string
  readonly phase: PhaseName
  /** The path of the file from the project's root, with forward slashes. Messages show this path. */
  readonly file: string
  /** The SHA-256 of all texts of the migration as 64 hex digits: file, pending query, undo, imports. */
  readonly checksum: string
  readonly body: MigrationBody
  readonly declarations: FrontMatter
  /** The query that counts the rows which a data step still has to change. Only a data step can have a pending query. */
  readonly pending?: SqlText
  readonly undo?: UndoFile
}

/** True for a migration of the phase that moves rows. */
export function isDataStep({ phase }: Pick<Migration, 'phase'>): boolean {
  return phase === 'migrate'
}

/** The content of a migration: SQL text, or the path of a module. */
export type MigrationBody =
  | {
      readonly kind: 'sql'
      /**
       * The SQL text that is parsed. In a data step in batches, a condition that holds for every row stands in place of each
       * placeholder.
       */
      readonly sql: SqlText
      /** The offsets of the conditions that stand for placeholders. Present only in a data step in batches. */
      readonly placeholders?: readonly number[]
    }
  | { readonly kind: 'function'; readonly path: string }

/** SQL text from a file. Messages name positions in the text with the file's name. */
export interface SqlText {
  readonly file: string
  readonly text: string
}

/** The file that undoes a migration, with its front matter. */
export interface UndoFile extends SqlText {
  readonly declarations: FrontMatter
}

/** The declarations of a migration: `-- interphase: …` comments of a file, or properties in the definition of a function. */
export interface FrontMatter {
  readonly transaction: 'auto' | 'off'
  readonly rerunnable: boolean
  /** The effects that the engine cannot see, with reasons. */
  readonly effects: readonly DeclarationWithReason[]
  /** The rules of the policy that the migration breaks on purpose, with reasons. */
  readonly despite: readonly DeclarationWithReason[]
  /** The reason why the migration cannot be undone. A `down` function is then never called. */
  readonly irreversible?: string
  /** The declaration of a data step that runs in batches. */
  readonly batch?: BatchDeclaration
  /** The questions that a person has to answer before the release is recorded. Absent if there are none. */
  readonly questions?: readonly MarkedQuestion[]
}

/** A question to a person, in a line of front matter. */
export interface MarkedQuestion {
  readonly text: string
  readonly line: number
}

/** An effect or rule that a migration declares, with the reason. */
export interface DeclarationWithReason {
  readonly effect: string
  readonly because: string
  /** The line of the comment that contains the declaration. */
  readonly line?: number
}

export const NO_FRONT_MATTER: FrontMatter = { transaction: 'auto', rerunnable: false, effects: [], despite: [] }

/** The migrations with the same number and slug, at most one for each phase. */
export interface ReleaseChange {
  readonly id: ChangeId
  readonly number: string
  readonly slug: string
  readonly migrations: { readonly [P in PhaseName]?: Migration }
}

/** A directory of changes that are rolled out together. */
export interface Release {
  readonly name: string
  /** The path of the directory from the project's root. */
  readonly directory: string
  readonly title?: string
  readonly why?: string
  /** The people who wrote the release. A policy can refuse their approvals. */
  readonly authors?: readonly string[]
  /**
   * The reason why this release is history: its migrations ran before the project had phases. The policies do not judge them, and they
   * cannot be undone.
   */
  readonly history?: string
  /** The releases that this release replaces. Only the first release of a chain has this field. */
  readonly squashed?: SquashedReleases
  /** The changes in the order of their numbers. */
  readonly changes: readonly ReleaseChange[]
  /** The files with the sample rows that exist before this release, in the order of their names. */
  readonly rows: readonly SqlText[]
  readonly probes: { readonly old: readonly SqlText[]; readonly new: readonly SqlText[] }
}

/** The releases that a release replaces, for one dialect. */
export interface SquashedReleases {
  /** The directory of the replaced files, which is a project of its own. */
  readonly files: string
  readonly releases: readonly string[]
  /** The state at the end of the replaced releases, and the major version of the server that recorded it. */
  readonly end?: { readonly state: string; readonly major: number }
  /** The sets of migrations that lead to that state. A database that ran one of them is at the end of this release. */
  readonly paths: readonly ReadonlyMap<MigrationId, string>[]
}

/** All releases of a project for one dialect, the oldest first. */
export interface ReleaseChain {
  readonly dialect: DialectName
  readonly releases: readonly Release[]
  /** The script that prepares every shadow database before the first release. */
  readonly setup?: SqlText
}
