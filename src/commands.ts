/** The commands that plan or change a database. They are loaded together when one of them is called. */
export { adopt } from './adopt/adopt.ts'
export { releasesToRun } from './run/plans.ts'
export { stamp } from './run/stamp.ts'
export { takeBack } from './run/undo.ts'
export { upgrade } from './run/upgrade.ts'
export { diagnose } from './status/diagnosis.ts'
