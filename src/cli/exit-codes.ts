/** The exit codes of the process with their meanings. A code never changes its meaning, because scripts depend on the codes. */
export const EXIT_CODES = {
  0: 'The command is done, or no work is left.',
  1: 'The command failed.',
  2: 'The command line, the configuration, a file of the project or the environment must be corrected first.',
  3: '`status --check`: the next phase is expand.',
  4: '`status --check`: the next phase is migrate.',
  5: '`status --check`: the next phase is contract.',
  6: 'The command cannot run or continue yet. For example, a gate is closed, a policy refuses the release, the data steps are paused, or another run or session holds a lock.',
  7: 'The schema or the ledger of the database is not as expected.',
  8: 'A migration or a data step is not complete, or its result is unknown. Read the remedy before you run a command again.',
  10: 'A signal or a limit stopped the command before its end. To resume the command, run it again.',
  11: '`runs`: code of the release cannot run yet, because phases are missing.',
  12: '`runs`: code of the release can no longer run, because a later contract has begun.',
} as const

/** An exit code of the process. */
export type ExitCode = keyof typeof EXIT_CODES
