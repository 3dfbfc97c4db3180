import { InterphaseError } from '../error.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { type ChainProgress, computeChainProgress } from '../plan/progress.ts'
import {
  chooseReleaseToUndo,
  lacksRecordedUndo,
  listMigrationUndoPositions,
  listReasonsAgainstUndo,
  type MigrationUndoPosition,
} from '../plan/undo.ts'
import { loadFunctionMigration } from '../project/modules.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import { CANNOT_RUN_AGAIN_TEXT, UNDO_SENTENCE_PREFIX } from '../proof/undo-rows.ts'
import { type MigrationWork, prepareUndoWork, reasonMigrationIsIrreversible } from '../work/work.ts'
import type { ConnectedProject } from './connected-project.ts'

/** The undo of a release: its migrations in the order of the undo. The engine reads all files before the first undo runs. */
export interface ReleaseUndoPlan {
  readonly planned: ReleaseWithStates
  readonly steps: readonly MigrationUndoStep[]
}

/** One migration that the run undoes, with its parsed undo file. `work` is absent if the undo only removes the ledger row. */
export interface MigrationUndoStep extends MigrationUndoPosition {
  readonly work: MigrationWork | undefined
}

/**
 * Plans the undo of the release with the name `release`, or of the current release. Returns undefined if no migration of the
 * release is applied. Throws `undo.refused` if a policy or a migration forbids the undo, `undo.missing` if a migration has no
 * undo file, and `states.stale` if `record` has not executed an undo file.
 */
export async function makeReleaseUndoPlan(
  connected: ConnectedProject,
  release: string | undefined,
  history: LedgerHistory | undefined,
): Promise<ReleaseUndoPlan | undefined> {
  const progress = computeChainProgress(connected.chain, history)
  refuseProblems(progress)
  const found = chooseReleaseToUndo(progress, release)
  if (!found) return undefined
  const reasons = listReasonsAgainstUndo(progress, found, connected.policies)
  if (reasons.length > 0) throw new InterphaseError('undo.refused', { release: found.release.name, reasons })
  const planned = await connected.states.of(found.release.name)
  const undos = listMigrationUndoPositions(found, history, planned.positions())
  await refuseIrreversible(found.release.name, undos)
  await refuseLacking(connected, found.release.name, undos.filter(lacksRecordedUndo))
  const steps: MigrationUndoStep[] = []
  for (const one of undos) {
    const { migration, undone } = one
    const about = undone && { before: undone.before, path: undone.migration.path }
    const work = about && (await prepareUndoWork(migration, connected.dialect.files, loadFunctionMigration, about))
    steps.push({ ...one, work })
  }
  return { planned, steps }
}

/**
 * Returns sentences about the undo of a release. The sentences state which sample rows the undo lost when `record` executed it,
 * and whether the release ran again after the undo.
 */
export function undoSentencesOf({ release, recorded }: ReleaseWithStates): readonly string[] {
  if (release.rows.length === 0) return ['the release has no sample rows, so record did not execute it again after the undo']
  const reported = recorded.reported.flatMap((line) =>
    line.startsWith(UNDO_SENTENCE_PREFIX) ? [line.slice(UNDO_SENTENCE_PREFIX.length)] : [],
  )
  return reported.some((line) => line.startsWith(CANNOT_RUN_AGAIN_TEXT)) ? reported : [...reported, 'the release ran again after the undo']
}

/** Throws `undo.refused` if a migration of the release declares that no undo can restore the earlier state. */
async function refuseIrreversible(release: string, undos: readonly MigrationUndoPosition[]): Promise<void> {
  const reasons: string[] = []
  for (const { migration } of undos) {
    const because = await reasonMigrationIsIrreversible(migration, loadFunctionMigration)
    if (because !== undefined) reasons.push(`${migration.file} is irreversible: ${because}`)
  }
  if (reasons.length > 0) throw new InterphaseError('undo.refused', { release, reasons })
}

/**
 * Throws `undo.missing` with the names of all missing undo files. Throws `states.stale` if the undo files exist and `interphase
 * record` has not executed them yet.
 */
async function refuseLacking(connected: ConnectedProject, release: string, lacking: readonly MigrationUndoPosition[]): Promise<void> {
  if (lacking.length === 0) return
  const missing: string[] = []
  for (const { migration } of lacking) {
    if (!(await prepareUndoWork(migration, connected.dialect.files, loadFunctionMigration))) missing.push(migration.file)
  }
  if (missing.length > 0) throw new InterphaseError('undo.missing', { release, missing })
  const reasons = lacking.map(({ migration }) => `the undo of ${migration.file} was never tried; run interphase record --all`)
  throw new InterphaseError('states.stale', { release, dialect: connected.dialect.name, reasons })
}

/**
 * Throws the first contradiction between the files and the ledger. The error `undo.begun` is ignored, because it reports an
 * interrupted undo, and the command `undo` finishes such an undo.
 */
function refuseProblems({ problems }: ChainProgress): void {
  const problem = problems.find(({ code }) => code !== 'undo.begun')
  if (problem) throw problem
}
