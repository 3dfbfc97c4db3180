import { type ErrorWordings, makeSteps } from './wording.ts'

/** The facts of the errors about the process and the engine itself. */
export interface ProcessErrorFacts {
  'process.ended': { readonly how: string }
  'process.stray-error': { readonly problem: string }
  'internal': { readonly problem: string }
}

/** The texts of the errors about the process and the engine itself. */
export const PROCESS_ERRORS: ErrorWordings<ProcessErrorFacts> = {
  'process.ended': {
    exitCode: 1,
    says: ({ how }) => `the process ended before the command was complete: ${how}. It is unknown whether the current statement is done`,
    remedy: makeSteps(
      'Remove every call that ends the process, such as exit or kill, from the functions of the migrations.',
      'Write await before every call in these functions that sends a statement.',
      'Run the same command again. It continues after the statements that are done.',
    ),
  },
  'process.stray-error': {
    exitCode: 1,
    says: ({ problem }) => `the command stopped, because code that nothing awaited threw an error: ${problem}`,
    remedy: makeSteps(
      'Run the same command again with --log-level debug, to see the stack trace of the error.',
      'If the stack trace names a function of a migration, write await before every call in that function.',
      'Run interphase record. Then run the same command again.',
    ),
  },
  'internal': {
    exitCode: 1,
    says: ({ problem }) => `internal error of interphase: ${problem}`,
    remedy: 'This is a fault of interphase. Run the same command with --log-level debug, and report the fault with the output.',
  },
}
