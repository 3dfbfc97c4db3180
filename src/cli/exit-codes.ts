/** The exit codes of the process, with their meanings. Scripts depend on them, so a code never changes its meaning. */
export const EXIT_CODES = {
  0: 'done, or nothing to do',
  1: 'failed',
  2: 'usage or configuration',
  3: '`status --check`: expand is next',
  4: '`status --check`: migrate is next',
  5: '`status --check`: contract is next',
  6: 'held: a gate is shut, a policy refuses the release, or another run has the lock',
  7: 'the database is not in the expected state',
  8: 'an unfinished migration needs a person',
  10: 'stopped before the end; run again to go on',
} as const

export type ExitCode = keyof typeof EXIT_CODES
