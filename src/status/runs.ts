import { RUNS_COMMAND_REPORT_FORMAT_VERSION } from '../formats.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { computeChainProgress } from '../plan/progress.ts'
import { computeDatabaseSupportOfRelease, computeReleaseSupportAfterNextPhases, type DatabaseSupportOfRelease } from '../plan/support.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { describeDifferences, describeObjectChange } from '../schema/describe.ts'
import type { RunsCommandReport } from './reports/runs-report.ts'

/** The exit code of `interphase runs` for each answer to the question whether the database supports the code of a release. */
const EXIT_CODE: { readonly [A in DatabaseSupportOfRelease['answer']]: number } = { 'yes': 0, 'not yet': 11, 'no longer': 12 }

/**
 * Determines from the files and the ledger if the database supports the code of a release at present, and after each of the next
 * phases. Throws `state.unknown` for a release that neither the files nor the ledger contain.
 */
export async function makeRunsCommandReport(
  connected: ConnectedProject,
  history: LedgerHistory | undefined,
  release: string,
): Promise<RunsCommandReport> {
  const progress = computeChainProgress(connected.chain, history)
  const support = computeDatabaseSupportOfRelease(progress, history, release)
  return {
    format: RUNS_COMMAND_REPORT_FORMAT_VERSION,
    project: connected.config.project,
    dialect: connected.dialect.name,
    database: connected.session.where,
    release,
    answer: support.answer,
    ...(support.answer === 'not yet' && { missing: [...support.missing], command: support.command }),
    ...(support.answer === 'no longer' && { contracted: await contractedBy(connected, support) }),
    ...(history?.holder && { running: { by: history.holder.by, since: history.holder.since } }),
    coming: [...computeReleaseSupportAfterNextPhases(progress, history, release)],
    exitCode: EXIT_CODE[support.answer],
  }
}

async function contractedBy(
  connected: ConnectedProject,
  { by, at, how, migrations }: Extract<DatabaseSupportOfRelease, { readonly answer: 'no longer' }>,
): Promise<NonNullable<RunsCommandReport['contracted']>> {
  const isInFiles = connected.chain.releases.some(({ name }) => name === by)
  const recorded = isInFiles ? (await connected.states.onDisk(by))?.recorded : undefined
  const differences = migrations.flatMap((id) => recorded?.migrations.get(id)?.phased.flat() ?? [])
  return { release: by, at, how, migrations: [...migrations], changes: [...describeDifferences(differences, describeObjectChange)] }
}
