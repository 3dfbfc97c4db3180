import type { Declared, MigrationId } from '../release/migration.ts'
import type { GroupKey } from '../schema/object.ts'

/** What the ledger of a database says about one project. */
export interface History {
  readonly project: string
  readonly format: number
  /** Rises by one with every run; every write to the ledger is conditional on it. */
  readonly epoch: string
  /** The server connection that ran last, or runs now, and whose it is. */
  readonly holder?: { readonly backend: string; readonly by: string; readonly since: string }
  /** In the order in which they began. */
  readonly applied: readonly Applied[]
  /** Runs of migrations that a later run, an undo or a stamp has replaced, in the order in which they began. */
  readonly past: readonly PastRun[]
  readonly notes: readonly Note[]
  /** What the project has in this database, so that another project there knows it as a stranger's. */
  readonly groups: readonly GroupKey[]
}

/** One migration in the ledger. */
export interface Applied {
  readonly id: MigrationId
  readonly release: string
  readonly checksum: string
  readonly run: AppliedState
  readonly how: 'run' | 'adopted' | 'again'
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly by: string
  readonly engine: string
  /** Fingerprint of the plan it ran under, and of the policy of its phase; empty when adopted. */
  readonly plan: string
  readonly policy: string
}

/** A run of a migration that no longer counts: it is kept so that the log is whole. */
export interface PastRun extends Pick<Applied, 'id' | 'release' | 'checksum' | 'how' | 'startedAt' | 'by' | 'engine' | 'plan' | 'policy'> {
  /** Absent where it was interrupted. */
  readonly finishedAt?: string
  readonly affected: number
  /** 'again': the migration ran once more; 'undone': an undo took it back; 'not done': a person stamped it so. */
  readonly replaced: 'again' | 'undone' | 'not done'
  readonly replacedAt: string
  readonly replacedBy: string
}

export type AppliedState =
  | { readonly state: 'done'; readonly at: string; readonly affected: number }
  /** Statements before `statement` (from 0) are done; `sent` says that this one was handed to the server. */
  | { readonly state: 'running'; readonly statement: number; readonly of: number; readonly sent: boolean }
  /** It was done, and is being taken back: the same of the statements of its undo. */
  | { readonly state: 'undoing'; readonly statement: number; readonly of: number; readonly sent: boolean }

/** Something done by a person or the engine besides running a migration. */
export interface Note {
  readonly at: string
  readonly kind:
    | 'adopted'
    | 'taken over'
    | 'again'
    | 'confirmed'
    | 'interrupted'
    | 'stamped'
    | 'despite'
    | 'undone'
    | 'collation'
    | 'stopped'
    | 'corrected'
  readonly by: string
  readonly subject: string
  readonly detail: string
}

export function isDone(applied: Applied | undefined): boolean {
  return applied?.run.state === 'done'
}

/** How the ledger keeps a rule that a migration broke on purpose, and how it is read again. */
export function exceptionNote({ effect, because }: Declared): string {
  return `${effect} because ${because}`
}

/** The rules that a migration broke on purpose when it ran, by the ledger. */
export function exceptionsKept(history: History | undefined, id: MigrationId): readonly Declared[] {
  const kept = history?.notes.filter(({ kind, subject }) => kind === 'despite' && subject === id) ?? []
  return kept.map(({ detail }) => {
    const [effect = '', ...because] = detail.split(' because ')
    return { effect, because: because.join(' because ') }
  })
}

/** The collations that have been the default of the database, or of one that it was restored from. */
export function collationsOf(notes: readonly Pick<Note, 'kind' | 'subject'>[]): ReadonlySet<string> {
  return new Set(notes.flatMap(({ kind, subject }) => (kind === 'collation' ? [subject] : [])))
}
