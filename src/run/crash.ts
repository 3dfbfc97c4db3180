/** The points at which a process can die with something half done. Tests kill it there; a run passes them by. */
export const CRASH_POINTS = ['before intent', 'after intent', 'after begin', 'after statement', 'before commit', 'after ledger'] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export type Crash = (point: CrashPoint, migration: string) => Promise<void> | void

export const NO_CRASH: Crash = () => undefined
