/** The commands that plan or change a database. They are loaded together when one of them is called. */
export { adoptDatabase } from './adopt/adopt.ts'
export { pauseDataSteps, resumeDataSteps } from './run/pause.ts'
export { listReleasesToRun } from './run/plans.ts'
export { stampMigration } from './run/stamp.ts'
export { undoRelease } from './run/undo.ts'
export { upgradeDatabase } from './run/upgrade.ts'
export { diagnoseDatabase } from './status/diagnosis.ts'
export { waitForGates } from './status/gate-wait.ts'
