import { type ErrorWordings, formatIndentedLines, formatRemedyAlternatives, formatRemedySteps, formatRowCount } from './wording.ts'

/** The facts of the errors about data steps in batches, and rows in quarantine. */
export interface BatchErrorFacts {
  'batch.statement': { readonly file: string; readonly line: number; readonly statement: string; readonly problem: string }
  'batch.declaration': { readonly file: string; readonly line: number; readonly problem: string }
  'batch.key': { readonly file: string; readonly line: number; readonly table: string; readonly problem: string; readonly instead: string }
  'batch.depends': {
    readonly migration: string
    readonly file: string
    readonly line: number
    readonly how: string
    readonly differences: readonly string[]
  }
  'batch.row': {
    readonly migration: string
    readonly file: string
    readonly table: string
    readonly key: string
    readonly message: string
  }
  'batch.quarantine-full': {
    readonly migration: string
    readonly file: string
    readonly table: string
    readonly key: string
    readonly message: string
    readonly limit: number
  }
  'quarantine.left': { readonly rows: readonly string[]; readonly done: number }
  'quarantine.unknown': { readonly problem: string }
  'batch.paused': { readonly migration: string; readonly pause: string }
  'throttle.query': { readonly file: string; readonly name: string; readonly problem: string }
  'pending.shape': { readonly file: string; readonly problem: string }
  'pending.writes': { readonly file: string; readonly line: number; readonly problem: string }
  /**
   * The facts of `pending.left`, the error about rows that a data step should have changed and did not change. `keys` contains
   * the keys of some of these rows, if the engine could find the keys.
   */
  'pending.left': { readonly migration: string; readonly rows: string; readonly keys?: readonly string[] }
  'pending.not-rerunnable': { readonly migration: string; readonly rows: string }
}

/**
 * The value of the fact `how` of the error `batch.depends` if the engine executed the data step for a range that contains no rows.
 * For this value, the error has a different message.
 */
export const RANGE_WITHOUT_ROWS_WORDS = 'for a range without rows'

/** The messages, the remedies and the exit codes of the errors about data steps in batches, and rows in quarantine. */
export const BATCH_ERRORS: ErrorWordings<BatchErrorFacts> = {
  'batch.statement': {
    exitCode: 2,
    message: ({ file, line, statement, problem }) => `${file}:${line}: ${statement} cannot run in batches: ${problem}`,
    remedy: [
      {
        when: 'The table has no transactions',
        applies: ({ problem }) => problem.includes('has no transactions'),
        remedy: formatRemedySteps(
          'Remove the line with `-- interphase: batch` and each :batch, or change the storage engine of the table to InnoDB in an earlier release.',
          'Run: interphase record.',
        ),
      },
      {
        when: 'Any other problem',
        applies: () => true,
        remedy: formatRemedySteps(
          'Write :batch into the WHERE clause of the statement, such as: UPDATE widget SET code = upper(name) WHERE :batch.',
          'Move statements that cannot contain :batch to another migration.',
          'Run: interphase record.',
        ),
      },
    ],
    page: {
      means:
        'A data step in batches executes its statements once for each range of rows. The engine replaces :batch with the condition for the rows of the range. For each range, a statement without :batch would be executed on all rows.',
      example: `-- interphase: batch widget
UPDATE widget SET code = upper(name) WHERE :batch AND code IS DISTINCT FROM upper(name);`,
    },
  },
  'batch.declaration': {
    exitCode: 2,
    message: ({ file, line, problem }) => `${file}:${line}: the data step cannot run in batches as it is declared: ${problem}`,
    remedy:
      'Correct the declaration in <file>. docs/batches.md shows an example of each form of the declaration. Then run: interphase record.',
  },
  'batch.key': {
    exitCode: 2,
    message: ({ file, line, table, problem, instead }) =>
      `${file}:${line}: the rows of ${table} cannot be divided into batches: ${problem}. ${instead}`,
    remedy: 'The message ends with one way or several ways to correct the declaration. Follow one of them. Then run: interphase record.',
  },
  'batch.depends': {
    exitCode: 1,
    message: ({ file, line, migration, how, differences }) =>
      how === RANGE_WITHOUT_ROWS_WORDS
        ? `${file}:${line}: the data step ${migration} writes rows, or fails, when its range contains no rows:${formatIndentedLines(differences)}`
        : `${file}:${line}: the data step ${migration} does not write the same rows ${how} as without batches:${formatIndentedLines(differences)}`,
    remedy: formatRemedySteps(
      'Correct the statements of the data step, so that each statement that writes rows follows three rules. Its WHERE clause contains :batch. The new value of a row depends only on this row. The WHERE clause excludes the rows that already have their new values, such as: WHERE :batch AND code IS DISTINCT FROM upper(name). For random values and times, write: WHERE :batch AND code IS NULL.',
      'If a statement cannot follow these rules: delete the batch declaration. The data step then runs in one transaction.',
      'Run: interphase record.',
    ),
    page: {
      means:
        'The engine executed the data step on copies of the sample rows: for a range without rows, without batches, in batches of one and of two rows, with every batch repeated, and once more when all rows have their new values. The range without rows must change nothing, and the other executions must give the same rows. Otherwise, on a live table, the result would depend on the size of the batches and on interruptions.',
      example: `-- interphase: batch widget
-- The average of a batch is not the average of the table.
UPDATE widget SET share = price / (SELECT avg(price) FROM widget WHERE :batch) WHERE :batch;`,
    },
  },
  'batch.row': {
    exitCode: 1,
    message: ({ migration, table, key, message }) => `the data step ${migration} failed at one row of ${table} (${key}): ${message}`,
    remedy:
      formatRemedyAlternatives(
        'If the row is wrong: correct the row in the database.',
        'If the data step is wrong: correct <file>, and run interphase record.',
      ) + '\nThen run the same command again. The data step continues with this row.',
  },
  'batch.quarantine-full': {
    exitCode: 1,
    message: ({ migration, table, key, message, limit }) =>
      `the data step ${migration} stopped, because the quarantine (the list of failed rows) is full with ${limit} rows, and one more row of ${table} (${key}) failed: ${message}`,
    remedy: formatRemedySteps(
      'To list the rows in quarantine, run: interphase quarantine list.',
      'In the database, correct these rows and the row that the message names.',
      'Run: interphase quarantine retry.',
      'Run the same command again. The data step continues with the row that the message names.',
    ),
  },
  'quarantine.left': {
    exitCode: 6,
    message: ({ rows, done }) =>
      `${formatRowCount(done)} left the quarantine. ${formatRowCount(rows.length)} failed again and stayed in quarantine:${formatIndentedLines(rows)}`,
    remedy: formatRemedyAlternatives(
      'If the data step must change these rows: correct the rows in the database, and run interphase quarantine retry.',
      "If the data step need not change a row: run interphase quarantine discard --key '<key>' --because 'your reason', where <key> is the key of the row. The row stays in its table, and only its entry in the quarantine is removed. Without --key, the command removes all entries.",
    ),
  },
  'quarantine.unknown': {
    exitCode: 2,
    message: ({ problem }) => `the command cannot change the quarantine (the rows that failed in a data step): ${problem}`,
    remedy: formatRemedySteps(
      'To list the rows in quarantine, run: interphase quarantine list.',
      'Run the command again with a migration and a key of this list.',
    ),
  },
  'batch.paused': {
    exitCode: 6,
    message: ({ migration, pause }) => `the data step ${migration} does not start, because the project is ${pause}`,
    remedy: 'To end the pause, run: interphase resume. Then run the same command again.',
  },
  'throttle.query': {
    exitCode: 2,
    message: ({ file, name, problem }) => `${file}: the query "${name}" in throttle.queries does not return one number: ${problem}`,
    remedy:
      'Write one SELECT that returns one row with one number in at most five seconds, such as: SELECT count(*) FROM jobs. Then run the same command again.',
  },
  'pending.shape': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: the pending query, which counts the rows still to change, is not valid: ${problem}`,
    remedy:
      'Write one SELECT that returns one number, such as: SELECT count(*) FROM widget WHERE code IS NULL. Then run: interphase record.',
  },
  'pending.writes': {
    exitCode: 2,
    message: ({ file, line, problem }) =>
      `${file}:${line}: the pending query tries to write, but a pending query must only count rows: ${problem}`,
    remedy:
      formatRemedySteps(
        'Replace the pending query by a SELECT that counts the rows still to change.',
        'Move the statements that write to the data step.',
        'Run: interphase record.',
      ) + '\nThe pending query changed no row.',
  },
  'pending.left': {
    exitCode: 8,
    message: ({ migration, rows, keys = [] }) =>
      `the data step ${migration} has run, but its pending query (the count of rows still to change) still counts ${rows} ${rows === '1' ? 'row' : 'rows'}${keys.length > 0 ? `, such as:${formatIndentedLines(keys)}` : ''}`,
    remedy: formatRemedyAlternatives(
      'If only these rows are left: change them by hand in the database, and run the same command again.',
      'If the application wrote these rows after the data step ran, and the data step can run twice without harm: run interphase migrate --again <migration>.',
      'If the data step or the pending query is wrong: stop the new version of the application, and run interphase undo. This command also undoes expand, and drops the new columns with their values. Then correct the file, and run interphase record, interphase expand and interphase migrate.',
    ),
  },
  'pending.not-rerunnable': {
    exitCode: 8,
    message: ({ migration, rows }) =>
      `the data step ${migration} is done, but its pending query (the count of rows still to change) counts ${rows} ${rows === '1' ? 'row' : 'rows'} again; the application has probably written new rows`,
    remedy: formatRemedyAlternatives(
      'If the data step can run twice without harm: run interphase migrate --again <migration>.',
      'If the data step must not run twice: change these rows by hand in the database, and run the same command again.',
    ),
  },
}
