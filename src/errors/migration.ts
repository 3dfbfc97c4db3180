import {
  CASCADE_HINT_PATTERN,
  DROP_WITHOUT_CASCADE_REMEDY,
  type ErrorWordings,
  formatIndentedLines,
  formatRemedyAlternatives,
  formatRemedySteps,
  formatTextAfterLineBreak,
  LIST_SESSIONS_REMEDY_STEP,
  shortenStatement,
} from './wording.ts'

/** The facts of the errors about migrations and their statements. */
export interface MigrationErrorFacts {
  'migration.empty': { readonly file: string }
  'migration.front-matter': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.question': {
    readonly file: string
    readonly line: number
    readonly question: string
    /**
     * All other open questions of the releases, each with its file and line. The list does not contain the question in the field
     * `question`.
     */
    readonly others: readonly string[]
  }
  'migration.import-outside': { readonly file: string; readonly line: number; readonly imports: string; readonly release: string }
  'migration.import': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.imports': { readonly problems: readonly string[] }
  'migration.module': { readonly file: string; readonly problem: string }
  'migration.transaction-control': { readonly file: string; readonly line: number; readonly statement: string }
  'migration.committed': { readonly migration: string; readonly file: string }
  'migration.trespass': { readonly migration: string; readonly file: string; readonly objects: readonly string[] }
  'migration.destructive-method': { readonly file: string; readonly method: string; readonly instead: string }
  'migration.threw': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.unstarted': { readonly file: string; readonly returned: string }
  'migration.unawaited': { readonly file: string; readonly line: number; readonly statement: string }
  'migration.needs-off': { readonly file: string; readonly line: number; readonly statement: string; readonly message: string }
  'migration.own-connection': { readonly file: string; readonly line: number; readonly where: string }
  'sql.syntax': {
    readonly file: string
    readonly line: number
    readonly column: number
    readonly message: string
    readonly excerpt: string
  }
  'statement.veiled': { readonly file: string; readonly line: number; readonly statement: string }
  'statement.rows': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly migration: string
    readonly reason: string
    /**
     * The statements of the function that the server has already committed. The list is empty if the function runs in a
     * transaction.
     */
    readonly committed: readonly string[]
  }
  'statement.unrecorded': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly migration: string
    readonly objects: readonly string[]
  }
  'statement.stranger': { readonly file: string; readonly line: number; readonly statement: string; readonly objects: readonly string[] }
  'statement.refused': { readonly file: string; readonly line: number; readonly statement: string; readonly because: string }
  'statement.failed': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly sqlState: string
    readonly message: string
    /**
     * The number of the column in the line at which the error is, counted from 1. The field is absent if the server reports no
     * position.
     */
    readonly column?: number
    readonly excerpt?: string
    /** Further fields of the server's error, under PostgreSQL's names. Warnings of MySQL and MariaDB are in `detail`. */
    readonly detail?: string
    readonly hint?: string
    readonly context?: string
    readonly constraint?: string
    readonly table?: string
    readonly tableColumn?: string
  }
  'statement.lock-timeout': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly attempts: number
    readonly blockers: readonly string[]
  }
  'statement.too-large': { readonly file: string; readonly line: number; readonly bytes: number; readonly limit: number }
  'statement.timeout': { readonly file: string; readonly line: number; readonly statement: string; readonly afterMs: number }
}

const RUN_OTHER_COMMAND = 'If a command other than interphase record reported this error, run that command again.'

const MOVE_ROW_WRITES =
  'Move the code that writes rows to a .migrate file with the same number. If the migration must break the rule, add `// interphase: despite writes-rows because …` to <file> instead.'

/** The messages, the remedies and the exit codes of the errors about migrations and their statements. */
export const MIGRATION_ERRORS: ErrorWordings<MigrationErrorFacts> = {
  'migration.empty': {
    exitCode: 2,
    message: ({ file }) => `the migration file ${file} is empty`,
    remedy: formatRemedyAlternatives(
      'If you created the file: write the statements of the migration into the file. If the migration has no statements, write only a comment.',
      'If a dump tool created the file: the dump failed. Run the dump tool again.',
    ),
  },
  'migration.front-matter': {
    exitCode: 2,
    message: ({ file, line, problem }) => `${file}:${line}: the comment with \`interphase:\` is not valid: ${problem}`,
    remedy:
      'Correct the comment in line <line> of <file>. The section "Front matter" of docs/releases.md lists every valid comment. Then run the same command again.',
  },
  'migration.question': {
    exitCode: 2,
    message: ({ file, line, question, others }) =>
      `${file}:${line}: the file contains a question that is not answered: ${question}${others.length === 0 ? '' : `\nOther questions are not answered either:${formatIndentedLines(others)}`}`,
    remedy: formatRemedySteps(
      'Answer the question: if the answer shows that a statement of <file> is wrong, correct the statement.',
      'Delete line <line> of <file>, which contains the words `interphase: question`.',
      'Do the same for every other question that the message lists.',
      'Run: interphase record.',
    ),
  },
  'migration.import-outside': {
    exitCode: 2,
    message: ({ file, line, imports, release }) =>
      `${file}:${line}: the migration imports ${imports}, which is outside the directory of its release ${release}`,
    remedy:
      formatRemedySteps('Copy the imported code into the directory lib/ of the release, and import the copy.', 'Run: interphase record.') +
      '\nThe reason for this rule: a later change of <imports> would change a migration that has already run.',
  },
  'migration.import': {
    exitCode: 2,
    message: ({ file, line, problem }) => `${file}:${line}: an import of the migration cannot be resolved: ${problem}`,
    remedy:
      'Correct the import in line <line> of <file>. Write the name of a package or the path of a file of the release as a text in quotation marks. Then run: interphase record.',
  },
  'migration.imports': {
    exitCode: 2,
    message: ({ problems }) => `some migrations import code that interphase cannot check for changes:${formatIndentedLines(problems)}`,
    remedy:
      formatRemedyAlternatives(
        'If a line names a file outside the release: copy the file into the directory lib/ of the release, and import the copy.',
        'If a line says that the code computes the name of an import: write the name as a text in quotation marks.',
        'If a line says that a file is missing: add the file. If a line says that a file has a syntax error: correct the file.',
      ) + '\nThen run: interphase check.',
  },
  'migration.module': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: the migration cannot be loaded: ${problem}`,
    remedy:
      'Correct the problem that the message names in <file>. The file must export a migration, such as `export default expand({ up })`, or the functions `up` and `down`. Then run the same command again.',
  },
  'migration.transaction-control': {
    exitCode: 2,
    message: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} is not allowed, because the engine itself begins and commits the transaction of the migration`,
    remedy:
      'Delete <statement>. If the statements after line <line> need a separate transaction, move these statements to another migration. Then run: interphase record.',
  },
  'migration.committed': {
    exitCode: 8,
    message: ({ migration, file }) =>
      `${migration} (${file}) committed the transaction of the engine, so the engine cannot roll back the changes before this commit`,
    remedy:
      'If the migration ran on a shadow, such as during interphase record, the target database was not changed: begin with step 2.\n' +
      formatRemedySteps(
        'In the database, undo the changes of the migration by hand. To list these changes, run: interphase status. Then run: interphase stamp <migration> --as not-done.',
        'If <file> contains COMMIT: delete the COMMIT. If a routine that <file> calls commits: write the statements of the routine into <file> instead of the call. If this routine only changes the schema, you can keep the call, and add this comment to <file>: -- interphase: transaction off.',
        'Run interphase record. Then run the same command again.',
      ) +
      '\nIf you cannot undo the changes: complete the migration by hand, run interphase stamp <migration> --as done, and do not change the file.',
  },
  'migration.trespass': {
    exitCode: 7,
    message: ({ migration, file, objects }) =>
      `${migration} (${file}) was rolled back, because the migration changed objects that do not belong to this project:${formatIndentedLines(objects)}`,
    remedy:
      formatRemedySteps(
        'Find the statement in <file> that changed these objects. Usual causes: CASCADE, a loop over the catalog, or a trigger or foreign key of another program.',
        'Change the statement so that it changes only objects of the project.',
        'Run interphase record. Then run the same command again.',
      ) +
      '\nA rollback does not reset a sequence. If a line of the message names a sequence, the owner of the sequence must check its value.',
  },
  'migration.destructive-method': {
    exitCode: 2,
    message: ({ file, method, instead }) =>
      `${file}: the migration calls queryInterface.${method}, which is not allowed in a migration; ${instead}`,
    remedy: [
      {
        when: 'If the method creates or drops a database',
        applies: ({ method }) => method.endsWith('Database'),
        remedy: 'Delete the call of queryInterface.<method> from <file>. Then run: interphase record.',
      },
      {
        when: 'If the method drops many objects',
        applies: () => true,
        remedy:
          "Replace the call of queryInterface.<method> by one call for each object to remove, such as: await queryInterface.dropTable('widget'). Then run: interphase record.",
      },
    ],
  },
  'migration.threw': {
    exitCode: 1,
    message: ({ file, line, problem }) => `${file}:${line}: the migration threw an error: ${problem}`,
    remedy: formatRemedySteps('Correct <file>.', 'Run: interphase record.', RUN_OTHER_COMMAND),
  },
  'migration.unstarted': {
    exitCode: 1,
    message: ({ file, returned }) =>
      `${file}: the migration sent no statement, because its function returned ${returned} that was not executed`,
    remedy: formatRemedySteps(
      'Write the function of the migration as an async function that awaits each statement.',
      'Run: interphase record.',
      RUN_OTHER_COMMAND,
    ),
  },
  'migration.unawaited': {
    exitCode: 1,
    message: ({ file, line, statement }) =>
      `${file}:${line}: an await is missing, so the function of the migration ended before this statement was complete: ${shortenStatement(statement)}`,
    remedy: formatRemedySteps(
      'Write await before the call in line <line> of <file>, and before every other call that sends a statement, also in loops and callbacks.',
      'Run: interphase record.',
      RUN_OTHER_COMMAND,
    ),
  },
  'migration.needs-off': {
    exitCode: 2,
    message: ({ file, line, statement, message }) =>
      `${file}:${line}: the function sends a statement that cannot run inside a transaction (${message}): ${shortenStatement(statement)}`,
    remedy: formatRemedySteps(
      'Add this comment at the top of the TypeScript or JavaScript file <file>: `// interphase: transaction off`. The migration then runs without a transaction.',
      'Run: interphase record.',
      RUN_OTHER_COMMAND,
    ),
  },
  'migration.own-connection': {
    exitCode: 2,
    message: ({ file, line, where }) =>
      `${file}:${line}: the migration opens its own connection to ${where}, but the engine can neither lock nor roll back the statements of another connection`,
    remedy:
      "Remove the connection that <file> opens. Send every statement through the argument of the function, such as: await queryInterface.sequelize.query('…'). Then run: interphase record.",
  },
  'sql.syntax': {
    exitCode: 2,
    message: ({ file, line, column, message, excerpt }) => `${file}:${line}:${column}: the SQL cannot be parsed: ${message}\n${excerpt}`,
    remedy: 'Correct the SQL in line <line> of <file>. Then run the same command again.',
  },
  'statement.veiled': {
    exitCode: 2,
    message: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} is not allowed, because interphase cannot know in advance which objects the statement changes, and cannot roll the changes back`,
    remedy:
      formatRemedyAlternatives(
        'Replace this statement by the statements that it executes.',
        'If this statement is necessary: add this line with your reason to <file>: -- interphase: despite veiled because ….',
      ) + '\nThen run: interphase record.',
  },
  'statement.rows': {
    exitCode: 7,
    message: ({ file, line, statement, migration, reason, committed }) =>
      `${file}:${line}: ${statement} was not sent, because the statement writes rows, and the policy of its phase forbids writes of rows: ${reason} When ${migration} was recorded, the migration wrote no rows, probably because the shadow contains no rows that the statement would write.${
        committed.length === 0 ? '' : ` These earlier statements of the migration are already committed:${formatIndentedLines(committed)}`
      }`,
    remedy: [
      {
        when: 'If earlier statements of the migration are committed',
        applies: ({ committed }) => committed.length > 0,
        remedy: formatRemedySteps(
          'To read how to continue after the committed statements, run: interphase status.',
          MOVE_ROW_WRITES,
          'Run interphase record. Then run the same command again.',
        ),
      },
      {
        when: 'If the earlier statements of the migration were rolled back',
        applies: () => true,
        remedy: formatRemedySteps(MOVE_ROW_WRITES, 'Run interphase record. Then run the same command again.'),
      },
    ],
  },
  'statement.unrecorded': {
    exitCode: 7,
    message: ({ file, line, statement, migration, objects }) =>
      `${file}:${line}: ${statement} was not sent, because the statement changes objects that ${migration} did not change when it was recorded:${formatIndentedLines(objects)}`,
    remedy:
      'The cause: on this database the migration executes other statements than on the shadow. Usually a function or a branch of a block reads rows.\n' +
      formatRemedySteps(
        'Change the migration so that the same statements run on every database. If the statements depend on rows, you can instead add rows to the directory rows/ of the release: rows with which the same statements run on the shadow.',
        'Run: interphase record.',
        'Run the same command again.',
      ),
  },
  'statement.stranger': {
    exitCode: 7,
    message: ({ file, line, statement, objects }) =>
      `${file}:${line}: ${statement} was not executed, because the statement would change objects that do not belong to this project:${formatIndentedLines(objects)}`,
    remedy:
      formatRemedyAlternatives(
        'If the migration need not change these objects: remove their names from <file>.',
        'If the name of your new object is already in use: give the new object another name.',
        'If a line says that a foreign key changes rows: ask the owner of that table to remove those rows.',
      ) + '\nThen run interphase record, and run the same command again.',
  },
  'statement.refused': {
    exitCode: 2,
    message: ({ file, line, statement, because }) => `${file}:${line}: ${statement} is not allowed in a migration. ${because}`,
    remedy:
      'Delete the statement, or replace the statement as the message describes. Then run the same command again. docs/statements.md lists the statements that are allowed.',
    page: {
      means:
        'interphase did not send the statement. Usual reasons: the statement affects objects outside the migrated database (another database, the server, another server), or the changes of the statement cannot be determined before it runs. The rule applies to a shadow too, because the server of the shadow can contain other databases.',
      example: `-- 010-clean.contract.sql
DROP DATABASE IF EXISTS old_shop;`,
    },
  },
  'statement.failed': {
    exitCode: 1,
    message: ({ file, line, column, message, sqlState, excerpt, detail, hint, context }) =>
      `${file}:${line}${column === undefined ? '' : `:${column}`}: ${message} (${sqlState})${formatTextAfterLineBreak(excerpt)}${formatIndentedLines(
        [
          ...(detail === undefined ? [] : [`Detail: ${detail}`]),
          ...(hint === undefined ? [] : [`Hint: ${hint}`]),
          ...(context === undefined ? [] : [`Context: ${context}`]),
        ],
      )}`,
    remedy: [
      {
        when: 'If the server proposes CASCADE',
        applies: ({ hint }) => hint !== undefined && CASCADE_HINT_PATTERN.test(hint),
        remedy: formatRemedySteps(
          `${DROP_WITHOUT_CASCADE_REMEDY} Do not change earlier statements of the file, because they can be committed already.`,
          'Run: interphase record. Then run the same command again.',
        ),
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: formatRemedySteps(
          'Correct the cause: the rows in the database, or the statement in line <line> of <file>. Do not change earlier statements of the file, because they can be committed already.',
          'If you changed the file, run: interphase record.',
          'Run the same command again.',
        ),
      },
    ],
  },
  'statement.lock-timeout': {
    exitCode: 6,
    message: ({ file, line, attempts, blockers }) =>
      `${file}:${line}: the statement did not get its lock in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${blockers.length > 0 ? `; these sessions block the statement:${formatIndentedLines(blockers)}` : '; the blocking sessions are not known'}`,
    remedy: [
      {
        when: 'If the blocking sessions are known',
        applies: ({ blockers }) => blockers.length > 0,
        remedy: formatRemedySteps(
          'Wait until the blocking sessions end. To end a session, execute SELECT pg_terminate_backend(<pid>) on PostgreSQL, or KILL <id> on MySQL and MariaDB.',
          'Run the same command again. The statement changed nothing.',
        ),
      },
      {
        when: 'If the blocking sessions are not known',
        applies: () => true,
        remedy: formatRemedySteps(
          'Run the same command again, because the blocking sessions have probably ended. The statement changed nothing.',
          `If the error occurs again: ${LIST_SESSIONS_REMEDY_STEP.charAt(0).toLowerCase()}${LIST_SESSIONS_REMEDY_STEP.slice(1)} Then run the same command again.`,
        ),
      },
    ],
  },
  'statement.too-large': {
    exitCode: 1,
    message: ({ file, line, bytes, limit }) =>
      `${file}:${line}: the statement was not sent, because it has ${bytes} bytes and the server accepts at most ${limit} (max_allowed_packet)`,
    remedy: formatRemedyAlternatives(
      'If you can change the server: execute SET GLOBAL max_allowed_packet = 1073741824, write max_allowed_packet=1G under [mysqld] into the configuration file of the server, and run the same command again.',
      'If you cannot change the server: split the statement into smaller statements, run interphase record, and run the same command again. The option --net-buffer-length=1000000 makes mysqldump and mariadb-dump write smaller statements.',
    ),
  },
  'statement.timeout': {
    exitCode: 1,
    message: ({ file, line, afterMs }) =>
      `${file}:${line}: the server cancelled the statement after ${afterMs} ms, which is the statement timeout of the phase`,
    remedy:
      formatRemedyAlternatives(
        'If the statement can be split: split it into smaller statements, and run interphase record.',
        'If the statement needs more time: increase `session.statementTimeoutMs` in the policy file of the phase. If the project has no policy files, first copy the policy files of the package (node_modules/interphase/phases/README.md describes how).',
      ) + '\nThen run the same command again.',
  },
}
