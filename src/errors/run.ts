import { type ErrorWordings, formatIndentedLines, formatRemedySteps } from './wording.ts'

/** The facts of the errors about running and undoing releases. */
export interface RunErrorFacts {
  'undo.refused': { readonly release: string; readonly reasons: readonly string[] }
  'undo.missing': { readonly release: string; readonly missing: readonly string[] }
  'undo.begun': { readonly release: string; readonly migration: string; readonly statement: number; readonly of: number }
  'run.stopped': { readonly at: string; readonly signal: string }
  'run.limit': { readonly at: string; readonly limit: string }
}

/** The messages, the remedies and the exit codes of the errors about running and undoing releases. */
export const RUN_ERRORS: ErrorWordings<RunErrorFacts> = {
  'undo.refused': {
    exitCode: 6,
    message: ({ release, reasons }) => `the release ${release} cannot be undone, for these reasons:${formatIndentedLines(reasons)}`,
    remedy: [
      {
        when: 'If every reason names a command',
        applies: ({ reasons }) => reasons.every((reason) => reason.includes('interphase ')),
        remedy: formatRemedySteps('Run the commands that the reasons name.', 'Run: interphase undo <release>.'),
      },
      {
        when: 'If a reason names no command',
        applies: () => true,
        remedy:
          'The database was not changed. A new release can reverse the changes of <release>. To write it, run: interphase new <name of the new release> <change>.',
      },
    ],
  },
  'undo.missing': {
    exitCode: 2,
    message: ({ release, missing }) =>
      `the release ${release} cannot be undone, because these migrations have changed the schema and have no undo file:${formatIndentedLines(missing)}`,
    remedy:
      'The database was not changed. A migration that has run accepts no new undo file. A new release can reverse the changes of <release>. To write it, run: interphase new <name of the new release> <change>.',
  },
  'undo.begun': {
    exitCode: 8,
    message: ({ release, migration, statement, of }) =>
      `the undo of ${release} is not complete: the undo of ${migration} was interrupted at its statement ${statement} of ${of}`,
    remedy: 'Run: interphase undo <release>. The command continues the interrupted undo. After that, the release can run again.',
  },
  'run.stopped': {
    exitCode: 10,
    message: ({ at, signal }) => `the run was stopped by ${signal} at ${at}; the current statement was completed or rolled back`,
    remedy: 'To continue the run, run the same command again.',
  },
  'run.limit': {
    exitCode: 10,
    message: ({ at, limit }) => `the run stopped at ${at}, because the run reached its limit ${limit}; all work until then is committed`,
    remedy: 'To continue the run, run the same command again.',
  },
}
