/** The points of a run at which a crash leaves unfinished work. The crash tests kill the process at these points. */
export const CRASH_POINTS = [
  'before intent',
  'after row',
  'after intent',
  'after begin',
  'after statement',
  'before commit',
  'in quarantine',
  'after cursor',
  'after verification',
  'after ledger',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/**
 * A function that the engine calls at each crash point. `statement` counts from 0, and is absent at a point that concerns the
 * whole migration.
 */
export type CrashPointHook = (point: CrashPoint, migration: string, statement?: number) => Promise<void> | void

/** The crash point hook of every run outside the crash tests. The hook does nothing. */
export const doNothingAtCrashPoint: CrashPointHook = () => undefined
