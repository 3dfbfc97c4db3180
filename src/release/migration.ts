import type { PhaseName } from '../phase/phase.ts'
import type { DialectName } from '../schema/object.ts'
import type { BatchDeclaration } from './batch.ts'

/** The id of a migration, such as `2015.2-liberty/010-widget-timestamp.expand`. */
export type MigrationId = string

/** The id of a change, such as `2015.2-liberty/010-widget-timestamp`. */
export type ChangeId = string

/** One migration of one phase, with its files for one dialect. */
export interface Migration {
  readonly id: MigrationId
  readonly change: ChangeId
  readonly release: string
  readonly number: string
  readonly slug: string
  readonly phase: PhaseName
  /** The path of the migration file relative to the project's root, with forward slashes. Messages contain this path. */
  readonly file: string
  /**
   * The SHA-256 of all texts of the migration as 64 hex digits. The texts are the file, the pending query, the undo file and the
   * imported files.
   */
  readonly checksum: string
  readonly body: MigrationBody
  readonly declarations: FrontMatter
  /**
   * The pending query, which counts the rows that the data step has not changed yet. Only a data step can have a pending query.
   */
  readonly pending?: SqlText
  readonly undo?: UndoFile
}

/** Returns true if a migration is a data step, which is a migration of the phase migrate. */
export function isDataStep({ phase }: Pick<Migration, 'phase'>): boolean {
  return phase === 'migrate'
}

/** The content of a migration: SQL text, or the path of a module with a function. */
export type MigrationBody =
  | {
      readonly kind: 'sql'
      /**
       * The SQL text that the engine parses. In a data step in batches, the text contains a condition that is true for every row
       * instead of each placeholder.
       */
      readonly sql: SqlText
      /**
       * The offsets in `sql` of the conditions that the engine wrote in place of the placeholder `:batch`. The field is present
       * only in a data step in batches.
       */
      readonly placeholders?: readonly number[]
    }
  | { readonly kind: 'function'; readonly path: string }

/** A SQL text with the path of its file. Messages contain the path and a position in the text. */
export interface SqlText {
  readonly file: string
  readonly text: string
}

/** The file that undoes a migration, with its declarations. */
export interface UndoFile extends SqlText {
  readonly declarations: FrontMatter
}

/** The declarations of a migration: comments `-- interphase: …` of a file, or properties in the definition of a function. */
export interface FrontMatter {
  readonly transaction: 'auto' | 'off'
  readonly rerunnable: boolean
  /** The effects of the migration that the engine cannot determine, each with a reason. */
  readonly effects: readonly DeclarationWithReason[]
  /** The rules that do not apply to the migration, each with a reason, such as a refused effect or a price ceiling. */
  readonly despite: readonly DeclarationWithReason[]
  /** The reason why the migration cannot be undone. If the reason is present, the engine never calls a function `down`. */
  readonly irreversible?: string
  /** The declaration of a data step that runs in batches. */
  readonly batch?: BatchDeclaration
  /**
   * The questions that a person must answer before the release can be recorded. The field is absent if the file contains no
   * question.
   */
  readonly questions?: readonly FrontMatterQuestion[]
}

/** A question for a person, in a line of the front matter of a migration file. */
export interface FrontMatterQuestion {
  readonly text: string
  readonly line: number
}

/** The name of an effect or of a policy rule in the declarations of a migration, with the reason of the author. */
export interface DeclarationWithReason {
  readonly effect: string
  readonly because: string
  /** The number of the line with the comment that contains the declaration. */
  readonly line?: number
}

export const NO_FRONT_MATTER: FrontMatter = { transaction: 'auto', rerunnable: false, effects: [], despite: [] }

/** A change of a release: the migrations with the same number and slug, at most one migration for each phase. */
export interface ReleaseChange {
  readonly id: ChangeId
  readonly number: string
  readonly slug: string
  readonly migrations: { readonly [P in PhaseName]?: Migration }
}

/** A release: the changes that are rolled out together. A release is a directory on disk. */
export interface Release {
  readonly name: string
  /** The path of the release directory relative to the project's root. */
  readonly directory: string
  readonly title?: string
  readonly why?: string
  /** The names of the people who wrote the release. A policy can exclude approvals by these people. */
  readonly authors?: readonly string[]
  /**
   * The reason why the release is history, which means that its migrations ran before the project had phases. No policy refuses
   * the effects of its migrations, and the migrations cannot be undone.
   */
  readonly history?: string
  /** The releases that the present release replaces. Only the first release of a chain can have this field. */
  readonly squashed?: SquashedReleases
  /** The changes of the release, sorted by number. */
  readonly changes: readonly ReleaseChange[]
  /** The files with the sample rows that exist before the release, sorted by name. */
  readonly rows: readonly SqlText[]
  readonly probes: { readonly old: readonly SqlText[]; readonly new: readonly SqlText[] }
}

/** The releases that another release replaces, for one dialect. */
export interface SquashedReleases {
  /** The directory of the replaced release files, which is a project of its own. */
  readonly files: string
  readonly releases: readonly string[]
  /**
   * The fingerprint of the schema at the end of the replaced releases, and the major version of the server that recorded this
   * schema.
   */
  readonly end?: { readonly state: string; readonly major: number }
  /**
   * The sets of migrations that end in the schema `end`, with the checksums of the migrations. A database that ran all migrations
   * of one set has the schema at the end of the replacing release.
   */
  readonly paths: readonly ReadonlyMap<MigrationId, string>[]
}

/** All releases of a project for one dialect, the oldest release first. */
export interface ReleaseChain {
  readonly dialect: DialectName
  readonly releases: readonly Release[]
  /** The set-up script, which runs in every shadow database before the first release. */
  readonly setup?: SqlText
}
