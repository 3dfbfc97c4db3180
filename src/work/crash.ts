/** The points at which a process can die with something half done. Tests kill it there; a run passes them by. */
export const CRASH_POINTS = [
  'before intent',
  'after row',
  'after intent',
  'after begin',
  'after statement',
  'before commit',
  'after cursor',
  'after ledger',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** `statement` counts from 0; absent where the point belongs to the migration as a whole. */
export type Crash = (point: CrashPoint, migration: string, statement?: number) => Promise<void> | void

export const NO_CRASH: Crash = () => undefined
