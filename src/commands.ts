/**
 * The functions of the commands that plan, change or check a target database. The engine imports this module when the first of
 * these commands is called.
 */
export { adoptDatabase } from './adopt/adopt.ts'
export { buildFromSnapshot } from './adopt/snapshot/snapshot.ts'
export { discardQuarantine, listQuarantine, retryQuarantine } from './run/data-steps/retry.ts'
export { storeGateDecision } from './run/gates/approve.ts'
export { pauseDataSteps, resumeDataSteps } from './run/pause.ts'
export { listReleasesToRun } from './run/plans.ts'
export { storeStampDecision } from './run/stamp.ts'
export { undoRelease } from './run/undo.ts'
export { upgradeDatabase } from './run/upgrade.ts'
export { diagnoseDatabase } from './status/diagnosis.ts'
export { waitForGates } from './status/gate-wait.ts'
