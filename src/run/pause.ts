import {
  createOrUpgradePauseTable,
  endOperatorPause,
  type OperatorPause,
  readCurrentOperatorPause,
  writeOperatorPause,
} from '../ledger/pause.ts'
import { readAndCheckLedgerProjectRow } from '../ledger/read.ts'
import type { ConnectedProject } from './connected-project.ts'

/**
 * Pauses the data steps in batches of the project, in every process. Returns the pause. The caller does not need the lock of the
 * project.
 */
export async function pauseDataSteps(connected: ConnectedProject, because?: string): Promise<OperatorPause | undefined> {
  const { session, dialect, writer, clock } = connected
  await readAndCheckLedgerProjectRow(session, dialect, writer.project)
  await createOrUpgradePauseTable(session, dialect)
  await writeOperatorPause(session, writer, clock.now(), because)
  return readCurrentOperatorPause(session, dialect, writer.project)
}

/** Ends the pause of the project's data steps. Returns the pause that has ended, or undefined if the project was not paused. */
export async function resumeDataSteps({ session, dialect, writer, clock }: ConnectedProject): Promise<OperatorPause | undefined> {
  await readAndCheckLedgerProjectRow(session, dialect, writer.project)
  const pause = await readCurrentOperatorPause(session, dialect, writer.project)
  if (!pause) return undefined
  await createOrUpgradePauseTable(session, dialect)
  await endOperatorPause(session, writer, clock.now())
  return pause
}
