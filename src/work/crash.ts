/** The points at which a crash leaves work unfinished. Tests kill the process there. */
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

/** A function that is called at each crash point. `statement` counts from 0 and is absent if the point concerns the whole migration. */
export type CrashPointHook = (point: CrashPoint, migration: string, statement?: number) => Promise<void> | void

/** Does nothing at a crash point. Every run outside the crash tests uses it. */
export const doNothingAtCrashPoint: CrashPointHook = () => undefined
