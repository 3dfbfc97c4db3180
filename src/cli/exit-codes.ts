/** The exit codes of the process with their meanings. A code never changes its meaning, because scripts depend on the codes. */
export const EXIT_CODES = {
  0: 'done, or no work left',
  1: 'failed',
  2: 'the command line, the configuration, a file of the project or the environment must be corrected first',
  3: '`status --check`: expand is next',
  4: '`status --check`: migrate is next',
  5: '`status --check`: contract is next',
  6: 'held: the command cannot run or continue yet, for example because a gate is closed, a policy refuses the release, the data steps are paused, or another run or session holds a lock',
  7: 'the schema or the ledger of the database is not as expected',
  8: 'a migration or a data step is not complete, or its result is unknown: read the remedy before you run a command again',
  10: 'the command was stopped by a signal or a limit before its end; to resume it, run it again',
  11: '`runs`: code of the release cannot run yet, because phases are missing',
  12: '`runs`: code of the release can no longer run, because a later contract has begun',
} as const

/** An exit code of the process. */
export type ExitCode = keyof typeof EXIT_CODES
