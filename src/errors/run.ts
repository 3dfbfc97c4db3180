import { type ErrorWordings, formatList, makeSteps } from './wording.ts'

/** The facts of the errors about running and undoing releases. */
export interface RunErrorFacts {
  'undo.refused': { readonly release: string; readonly reasons: readonly string[] }
  'undo.missing': { readonly release: string; readonly missing: readonly string[] }
  'undo.begun': { readonly release: string; readonly migration: string; readonly statement: number; readonly of: number }
  'run.stopped': { readonly at: string; readonly signal: string }
  'run.limit': { readonly at: string; readonly limit: string }
}

/** The texts of the errors about running and undoing releases. */
export const RUN_ERRORS: ErrorWordings<RunErrorFacts> = {
  'undo.refused': {
    exitCode: 6,
    says: ({ release, reasons }) => `${release} cannot be undone:${formatList(reasons)}`,
    remedy: [
      {
        when: 'Every reason names a command',
        applies: ({ reasons }) => reasons.every((reason) => reason.includes('interphase ')),
        remedy: makeSteps('Run the commands that the lines name.', 'Run: interphase undo.'),
      },
      {
        when: 'A reason names no command',
        applies: () => true,
        remedy: 'Write a new release that reverses the changes of this one. Nothing was changed.',
      },
    ],
  },
  'undo.missing': {
    exitCode: 2,
    says: ({ release, missing }) =>
      `${release} cannot be undone, because these migrations have changed the schema and have no undo file:${formatList(missing)}`,
    remedy: 'Write a new release that reverses the changes. An undo file cannot be added to a migration that has run. Nothing was changed.',
  },
  'undo.begun': {
    exitCode: 8,
    says: ({ release, migration, statement, of }) =>
      `the undo of ${release} is not complete, because it was interrupted at statement ${statement} of ${of} of the undo of ${migration}`,
    remedy: 'Run: interphase undo. The command continues the interrupted undo. Then the release can run again.',
  },
  'run.stopped': {
    exitCode: 10,
    says: ({ at, signal }) => `the run was stopped by ${signal} at ${at}; the current statement was finished or rolled back`,
    remedy: 'To continue the run, run the same command again.',
  },
  'run.limit': {
    exitCode: 10,
    says: ({ at, limit }) => `the run stopped at ${at}, because it reached ${limit}; everything before is committed`,
    remedy: 'To continue the run, run the same command again.',
  },
}
