/** The exit codes of the process with their meanings. A code never changes its meaning, because scripts depend on the codes. */
export const EXIT_CODES = {
  0: 'done, or no work left',
  1: 'failed',
  2: 'the command line or the configuration is wrong',
  3: '`status --check`: expand is next',
  4: '`status --check`: migrate is next',
  5: '`status --check`: contract is next',
  6: 'held: the command cannot run yet, because a gate is closed, a policy refuses the release, the data steps are paused, or another run holds the lock',
  7: 'the schema or the ledger of the database is not as expected',
  8: 'a person must decide about an interrupted migration',
  10: 'the command was stopped before its end; run it again to resume',
  11: '`runs`: code of the release cannot run yet, because phases are missing',
  12: '`runs`: code of the release can no longer run, because a later contract has begun',
} as const

/** An exit code of the process. */
export type ExitCode = keyof typeof EXIT_CODES
