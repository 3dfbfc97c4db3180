import { type ErrorWordings, formatRemedySteps } from './wording.ts'

/** The facts of the errors about the process and the engine itself. */
export interface ProcessErrorFacts {
  'process.ended': { readonly how: string }
  'process.stray-error': { readonly problem: string }
  'internal': { readonly problem: string }
}

/** The messages, the remedies and the exit codes of the errors about the process and the engine itself. */
export const PROCESS_ERRORS: ErrorWordings<ProcessErrorFacts> = {
  'process.ended': {
    exitCode: 1,
    message: ({ how }) =>
      `the process ended before the command was complete: ${how}. It is unknown whether the server executed the last statement`,
    remedy: [
      {
        when: 'If the command awaited a promise that was never resolved',
        applies: ({ how }) => how.includes('promise'),
        remedy: formatRemedySteps(
          'In the functions of the migrations, find each promise that your code creates, such as new Promise((resolve, reject) => …).',
          'Change the code so that it calls resolve or reject in every case. Then run: interphase record.',
          'Run the same command again. The command continues after the statements that are committed.',
        ),
      },
      {
        when: 'If code ended the process',
        applies: () => true,
        remedy: formatRemedySteps(
          'Remove every call that ends the process, such as exit, abort or kill, from the functions of the migrations and from the modules that these functions import. To report a failure, throw an error instead.',
          'Run: interphase record.',
          'Run the same command again. The command continues after the statements that are committed.',
        ),
      },
    ],
  },
  'process.stray-error': {
    exitCode: 1,
    message: ({ problem }) => `the command stopped, because an error occurred outside of the awaited code: ${problem}`,
    remedy: formatRemedySteps(
      'To print the stack trace of the error, run the same command again with --log-level debug.',
      'If the stack trace names a file of a migration: write await before every call in that file that returns a promise, and run interphase record. If it names no such file: report the error as a bug of interphase, with the stack trace.',
      'Run the same command again.',
    ),
  },
  'internal': {
    exitCode: 1,
    message: ({ problem }) => `internal error of interphase: ${problem}`,
    remedy:
      'The cause is a bug in interphase. Run the same command with --log-level debug, and report the bug together with the output of the command.',
  },
}
