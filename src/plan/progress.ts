import { InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { Migration, MigrationId, Release, ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder, migrationsOfChainInRunOrder } from '../release/order.ts'
import { isValidMigrationCorrection } from './correction.ts'
import type { StatementCursor } from './cursor.ts'
import { type AppliedMigration, findUnfinishedSnapshotNote, isMigrationDone, type LedgerHistory } from './history.ts'
import { findSquashProblem, replaceSquashedMigrationsInHistory } from './squashed.ts'

/** The progress of a chain of releases in a database, computed from the files and the ledger. */
export interface ChainProgress {
  readonly releases: readonly ReleaseProgress[]
  /** The contradictions between the migration files and the ledger. Migrations run only if the list is empty. */
  readonly problems: readonly InterphaseError[]
  /**
   * The phase that runs next, which is the first unfinished phase of the current release. The field is absent if all releases are
   * finished.
   */
  readonly next?: { readonly release: Release; readonly phase: PhaseName; readonly migrations: readonly Migration[] }
}

/** The progress of one release in a database. */
export interface ReleaseProgress {
  readonly release: Release
  readonly phases: readonly PhaseProgress[]
}

/** The progress of one phase of a release. */
export interface PhaseProgress {
  readonly phase: PhaseName
  readonly run: PhaseRunState
  readonly migrations: readonly { readonly migration: Migration; readonly applied?: AppliedMigration }[]
}

/**
 * The state of a phase in a database. `empty`: the release has no migrations of this phase. `waiting`: no migration has begun.
 * `stopped`: some migrations have begun or are done; `at` is the first migration that is not done, and `done` is the number of
 * done migrations. `done`: all migrations are done.
 */
export type PhaseRunState =
  | { readonly state: 'empty' }
  | { readonly state: 'waiting' }
  | { readonly state: 'stopped'; readonly at: MigrationId; readonly done: number }
  | { readonly state: 'done'; readonly at: string }

/** Computes the progress of a chain of releases in a database. If `history` is undefined, no migration counts as applied. */
export function computeChainProgress(chain: ReleaseChain, history: LedgerHistory | undefined): ChainProgress {
  const folded = replaceSquashedMigrationsInHistory(chain, history)
  const applied = new Map(folded?.applied.map((row) => [row.id, row]))
  const releases = chain.releases.map((release) => ({ release, phases: PHASES.map((phase) => phaseProgress(release, phase, applied)) }))
  const problems = folded ? problemsOf(chain, folded) : []
  const next = nextOf(releases)
  return { releases, problems, ...(next ? { next } : {}) }
}

/** Returns the progress of one phase of a release, or undefined if the chain does not contain the release. */
export function findPhaseProgress(progress: ChainProgress, release: Release, phase: PhaseName): PhaseProgress | undefined {
  return progress.releases.find((one) => one.release.name === release.name)?.phases.find((one) => one.phase === phase)
}

function phaseProgress(release: Release, phase: PhaseName, applied: ReadonlyMap<MigrationId, AppliedMigration>): PhaseProgress {
  const migrations = release.changes.flatMap((change) => {
    const migration = change.migrations[phase]
    const row = migration && applied.get(migration.id)
    return migration ? [{ migration, ...(row ? { applied: row } : {}) }] : []
  })
  return { phase, migrations, run: phaseRun(migrations) }
}

function phaseRun(migrations: PhaseProgress['migrations']): PhaseRunState {
  if (migrations.length === 0) return { state: 'empty' }
  const done = migrations.filter(({ applied }) => isMigrationDone(applied))
  if (done.length === migrations.length) {
    const ends = done.map(({ applied }) => (applied?.run.state === 'done' ? applied.run.at : '')).sort()
    return { state: 'done', at: ends.at(-1) ?? '' }
  }
  const at = migrations.find(({ applied }) => !isMigrationDone(applied))
  if (done.length === 0 && !at?.applied) return { state: 'waiting' }
  return { state: 'stopped', at: at?.migration.id ?? '', done: done.length }
}

function nextOf(releases: readonly ReleaseProgress[]): ChainProgress['next'] {
  for (const { release, phases } of releases) {
    for (const { phase, migrations, run } of phases) {
      if (run.state === 'done' || run.state === 'empty') continue
      return { release, phase, migrations: migrations.flatMap(({ migration, applied }) => (isMigrationDone(applied) ? [] : [migration])) }
    }
  }
  return undefined
}

/**
 * Returns the errors about files and ledger that prevent a run. Examples are an applied file that changed, a new file before an
 * applied file, an unfinished undo, and a release that only the ledger contains. The first release can replace older releases. If
 * the database ran only some of their migrations, the result is only the error `squash.inside`.
 */
function problemsOf(chain: ReleaseChain, history: LedgerHistory): readonly InterphaseError[] {
  const files = new Map(migrationsOfChainInRunOrder(chain).map((migration) => [migration.id, migration]))
  const inside = findSquashProblem(chain, history)
  if (inside) return [inside]
  const ahead = releasesAhead(chain, history)
  const different = history.applied.flatMap((row) => {
    const file = files.get(row.id)
    return file && file.checksum !== row.checksum ? [{ row, file }] : []
  })
  const midway = different.flatMap(({ row, file }) => {
    const cursor = statementCursorOf(row)
    return cursor && !isValidMigrationCorrection(row, file, chain.dialect, history.notes) ? [changedMidway(row.id, cursor)] : []
  })
  const changed = different.filter(({ row }) => !statementCursorOf(row))
  const vanished = history.applied.filter((row) => !files.has(row.id) && !ahead.includes(row.release))
  const early = earlyOf(chain, new Set(history.applied.map((row) => row.id)))
  const snapshot = findUnfinishedSnapshotNote(history)
  return [
    ...(snapshot ? [new InterphaseError('snapshot.begun', { withRows: snapshot.rows })] : []),
    ...(ahead.length > 0 ? [new InterphaseError('ledger.ahead', { releases: ahead })] : []),
    ...(changed.length > 0 ? [new InterphaseError('ledger.changed', { migrations: changed.map(({ file }) => file.file) })] : []),
    ...midway,
    ...(vanished.length > 0 ? [new InterphaseError('ledger.vanished', { migrations: vanished.map((row) => row.id) })] : []),
    ...(early ? [new InterphaseError('ledger.early', early)] : []),
    ...history.applied.flatMap(undoBegun),
  ]
}

/**
 * Makes the error for a file that changed after its migration had begun. The statements that ran can differ from the statements
 * of the changed file.
 */
function changedMidway(id: MigrationId, { next, of }: StatementCursor): InterphaseError {
  const differences = ['the file has changed since the migration began, and not only after the completed statements']
  return new InterphaseError('ledger.unfinished', { migration: id, statement: next + 1, of, differences })
}

/**
 * Returns the cursor (the progress) of a migration that has begun and runs statement by statement. Returns undefined for any
 * other migration. The user can correct the remaining statements only in a migration with such a cursor.
 */
function statementCursorOf({ run }: AppliedMigration): StatementCursor | undefined {
  return run.state === 'running' && run.cursor.kind === 'statement' ? run.cursor : undefined
}

/** Makes the error for an unfinished undo. No migration runs until the undo is complete. */
function undoBegun({ id, release, run }: AppliedMigration): readonly InterphaseError[] {
  if (run.state !== 'undoing') return []
  return [new InterphaseError('undo.begun', { release, migration: id, statement: run.cursor.next + 1, of: run.cursor.of })]
}

/** Returns the names of the releases that began after every release of the files and that only the ledger contains. */
function releasesAhead(chain: ReleaseChain, history: LedgerHistory): readonly string[] {
  const known = new Set(chain.releases.map((release) => release.name))
  const lastKnown = history.applied.findLastIndex((row) => known.has(row.release))
  return [...new Set(history.applied.slice(lastKnown + 1).map((row) => row.release))]
}

/**
 * Returns the files of migrations that are not applied although a later migration of the chain is applied, and the id of the last
 * applied migration. Returns undefined if there is no such migration.
 */
function earlyOf(
  chain: ReleaseChain,
  applied: ReadonlySet<MigrationId>,
): { readonly migrations: readonly string[]; readonly before: MigrationId } | undefined {
  const order = chain.releases.flatMap(migrationsInPhasedOrder)
  const last = order.findLastIndex((migration) => applied.has(migration.id))
  const early = order.slice(0, Math.max(last, 0)).filter((migration) => !applied.has(migration.id))
  const before = order[last]
  return early.length > 0 && before ? { migrations: early.map((migration) => migration.file), before: before.id } : undefined
}
