import { type ErrorWordings, formatList, formatMoreLines, makeChoices, makeSteps, shortenStatement } from './wording.ts'

/** The facts of the errors about migrations and their statements. */
export interface MigrationErrorFacts {
  'migration.empty': { readonly file: string }
  'migration.front-matter': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.question': {
    readonly file: string
    readonly line: number
    readonly question: string
    /** The other open questions, each with its file and line. */
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
    /** The statements of the function that are committed already. Empty if the function runs in a transaction. */
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
    /** The column of the error in its line, counted from 1. Absent if the server names no position. */
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

/** The texts of the errors about migrations and their statements. */
export const MIGRATION_ERRORS: ErrorWordings<MigrationErrorFacts> = {
  'migration.empty': {
    exitCode: 2,
    says: ({ file }) => `the migration file ${file} is empty`,
    remedy: makeChoices(
      'If you wrote the file: write its statements into it, or only a comment if there is nothing to do.',
      'If a dump tool made the file: the dump has failed. Make it again.',
    ),
  },
  'migration.front-matter': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the comment with \`interphase:\` is not valid: ${problem}`,
    remedy: 'Correct the comment in line <line>. The section "Front matter" of docs/releases.md lists every valid comment.',
  },
  'migration.question': {
    exitCode: 2,
    says: ({ file, line, question, others }) =>
      `${file}:${line}: the question is not answered: ${question}${others.length === 0 ? '' : `\nMore questions are open:${formatList(others)}`}`,
    remedy: makeSteps(
      'Answer the question: change the statements of the file where they are wrong.',
      'Remove line <line>, which contains the words `interphase: question`.',
      'Run: interphase record.',
    ),
  },
  'migration.import-outside': {
    exitCode: 2,
    says: ({ file, line, imports, release }) =>
      `${file}:${line}: the migration imports ${imports}, which lies outside the directory of its release, ${release}`,
    remedy:
      makeSteps('Copy the imported code into the directory lib/ of the release, and import the copy.', 'Run: interphase record.') +
      '\nReason: a later change of the shared file would change a migration that has already run.',
  },
  'migration.import': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: an import of the migration cannot be resolved: ${problem}`,
    remedy:
      'Correct the import in line <line>. Write the name of a package or the path of a file of the release, in quotation marks and not as a variable.',
  },
  'migration.imports': {
    exitCode: 2,
    says: ({ problems }) => `migrations import code that interphase cannot check for changes:${formatList(problems)}`,
    remedy:
      makeChoices(
        'If a line names a file outside the release: copy the file into the directory lib/ of the release, and import the copy.',
        'If a line says that the code computes the name: write the path in quotation marks.',
        'If a line says that a file is missing or has a syntax error: correct that.',
      ) + '\nThen run: interphase check.',
  },
  'migration.module': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the migration cannot be loaded: ${problem}`,
    remedy:
      'Correct this problem in <file>. The file must export a migration, such as `export default expand({ up })`, or the functions `up` and `down`.',
  },
  'migration.transaction-control': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} is not allowed, because the engine itself begins and commits the transaction of the migration`,
    remedy: 'Delete the statement. If the statements after it need a transaction of their own, move them to another migration.',
  },
  'migration.committed': {
    exitCode: 8,
    says: ({ migration, file }) =>
      `${migration} (${file}) committed the transaction of the engine, so the engine cannot roll back the changes before this commit`,
    remedy:
      makeSteps(
        'To see what the migration changed, run: interphase status.',
        'Undo these changes by hand. Then run: interphase stamp <migration> --as not-done.',
        'Delete the COMMIT from <file>. If a routine commits, write its statements into the file instead of the call. If its statements change the schema, the call may stay with the comment: -- interphase: transaction off.',
        'Run interphase record. Then run the same command again.',
      ) +
      '\nIf you cannot undo the changes: complete them by hand, run interphase stamp <migration> --as done, and leave the file as it is.',
  },
  'migration.trespass': {
    exitCode: 7,
    says: ({ migration, file, objects }) =>
      `${migration} (${file}) was rolled back, because it changed objects that do not belong to this project:${formatList(objects)}`,
    remedy:
      makeSteps(
        'Find the statement in <file> that changed these objects. Usual causes: CASCADE, a loop over the catalog, or a trigger or foreign key of another program.',
        'Change the statement so that it changes only objects of the project.',
        'Run interphase record. Then run the same command again.',
      ) + '\nA rollback does not reset a sequence. If a line names a sequence, its owner must check its value.',
  },
  'migration.destructive-method': {
    exitCode: 2,
    says: ({ file, method, instead }) =>
      `${file}: the migration calls queryInterface.${method}, which is not allowed, because it removes every object that it finds; ${instead}`,
    remedy: "Remove each object by its name, such as: await queryInterface.dropTable('widget'). Then run: interphase record.",
  },
  'migration.threw': {
    exitCode: 1,
    says: ({ file, line, problem }) => `${file}:${line}: the migration threw an error: ${problem}`,
    remedy: makeSteps('Correct <file>.', 'Run: interphase record.', 'If another command reported this error, run that command again.'),
  },
  'migration.unstarted': {
    exitCode: 1,
    says: ({ file, returned }) => `${file}: the function of the migration returned ${returned}, so the code inside did not run`,
    remedy: makeSteps(
      'Write the function of the migration as an async function that awaits each statement.',
      'Run: interphase record.',
      'If another command reported this error, run that command again.',
    ),
  },
  'migration.unawaited': {
    exitCode: 1,
    says: ({ file, line, statement }) =>
      `${file}:${line}: an await is missing: the function of the migration ended before this statement was complete: ${shortenStatement(statement)}`,
    remedy: makeSteps(
      'Write await before the call in line <line>, and before every other call that sends a statement, also in loops and callbacks.',
      'Run: interphase record.',
      'If another command reported this error, run that command again.',
    ),
  },
  'migration.needs-off': {
    exitCode: 2,
    says: ({ file, line, statement, message }) =>
      `${file}:${line}: this statement cannot run inside a transaction (${message}): ${shortenStatement(statement)}`,
    remedy: makeSteps(
      'Add this comment at the top of <file>: `// interphase: transaction off`. The migration then runs without a transaction.',
      'Run: interphase record.',
      'If another command reported this error, run that command again.',
    ),
  },
  'migration.own-connection': {
    exitCode: 2,
    says: ({ file, line, where }) =>
      `${file}:${line}: the migration opens its own connection to ${where}, which the engine can neither lock nor roll back`,
    remedy:
      "Remove this connection. Send every statement through the argument of the function, such as: await queryInterface.sequelize.query('…'). Then run: interphase record.",
  },
  'sql.syntax': {
    exitCode: 2,
    says: ({ file, line, column, message, excerpt }) => `${file}:${line}:${column}: the SQL cannot be parsed: ${message}\n${excerpt}`,
    remedy: 'Correct the SQL in <file>, line <line>. Then run the same command again.',
  },
  'statement.veiled': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} is not allowed, because the engine can neither see in advance what it does nor roll it back`,
    remedy:
      makeChoices(
        'Replace the statement by the statements that it executes.',
        'If it must stay: add this line with your reason to <file>: -- interphase: despite veiled because ….',
      ) + '\nThen run: interphase record.',
  },
  'statement.rows': {
    exitCode: 7,
    says: ({ file, line, statement, migration, reason, committed }) =>
      `${file}:${line}: ${statement} was not sent. It writes rows, and ${migration} wrote none when it was recorded, because the shadow has no such rows. The policy of its phase forbids it: ${reason}${
        committed.length === 0
          ? ''
          : ` The migration has sent these statements before, outside a transaction, so they stay:${formatList(committed)}`
      }`,
    remedy:
      'The statement did not run. If the message lists no statement that stays, the earlier statements of the migration were rolled back; otherwise interphase status states what to do about them. Move the code that writes rows to a .migrate file of the same number. If you must break the rule, add the line `interphase: despite writes-rows because …` to the file, as a comment. Then run: interphase record. Then run the same command again.',
  },
  'statement.unrecorded': {
    exitCode: 7,
    says: ({ file, line, statement, migration, objects }) =>
      `${file}:${line}: ${statement} was not sent. ${migration} did not change these objects when it was recorded:${formatList(objects)}`,
    remedy:
      'The migration executes other statements on this database than on the shadow, for example because a function or a branch of a block reads rows. Add such rows to rows/ of the release, or change the migration so that the same statements run on every database. Then run: interphase record. Then run the same command again.',
  },
  'statement.stranger': {
    exitCode: 7,
    says: ({ file, line, statement, objects }) =>
      `${file}:${line}: ${statement} was not executed, because it would change objects that do not belong to this project:${formatList(objects)}`,
    remedy:
      makeChoices(
        'If you do not want to change these objects: remove their names from <file>.',
        'If the name of your new object is already taken: give it another name.',
        'If a line says that a foreign key changes rows: ask the owner of that table to remove those rows.',
      ) + '\nThen run interphase record, and run the same command again.',
  },
  'statement.refused': {
    exitCode: 2,
    says: ({ file, line, statement, because }) => `${file}:${line}: ${statement} is not allowed in a migration. ${because}`,
    remedy: 'Delete the statement, or replace it as the message says. docs/statements.md lists the statements that are allowed.',
    page: {
      means:
        'No statement of the file has run. Either the statement reaches beyond the migrated database (another database, the server, another server), or its changes cannot be known before it runs. The rule holds on a shadow too, because its server may hold other databases.',
      example: `-- 010-clean.contract.sql
DROP DATABASE IF EXISTS old_shop;`,
    },
  },
  'statement.failed': {
    exitCode: 1,
    says: ({ file, line, column, message, sqlState, excerpt, detail, hint, context }) =>
      `${file}:${line}${column === undefined ? '' : `:${column}`}: ${message} (${sqlState})${formatMoreLines(excerpt)}${formatList([
        ...(detail === undefined ? [] : [`Detail: ${detail}`]),
        ...(hint === undefined ? [] : [`Hint: ${hint}`]),
        ...(context === undefined ? [] : [`Context: ${context}`]),
      ])}`,
    remedy: makeSteps(
      'Correct the cause: the rows in the database, or the statement in line <line> of <file>. Do not change earlier statements of the file, because they may be done already.',
      'If you changed the file, run: interphase record.',
      'Run the same command again.',
    ),
  },
  'statement.lock-timeout': {
    exitCode: 6,
    says: ({ file, line, attempts, blockers }) =>
      `${file}:${line}: the statement did not get its lock in ${attempts} attempts${blockers.length > 0 ? `; these sessions block it:${formatList(blockers)}` : ''}`,
    remedy: makeSteps(
      'Wait until the blocking sessions end. To end a session: SELECT pg_terminate_backend(<pid>) on PostgreSQL, KILL <id> on MySQL and MariaDB.',
      'Run the same command again. The statement changed nothing.',
    ),
  },
  'statement.too-large': {
    exitCode: 1,
    says: ({ file, line, bytes, limit }) =>
      `${file}:${line}: the statement was not sent, because it has ${bytes} bytes and the server accepts at most ${limit} (max_allowed_packet)`,
    remedy: makeChoices(
      'If you may change the server: run SET GLOBAL max_allowed_packet = 1073741824, write max_allowed_packet=1G under [mysqld] into its configuration file, and run the same command again.',
      'If you may not: split the statement into smaller ones, run interphase record, and run the same command again. A dump tool writes smaller statements with --net-buffer-length=1000000.',
    ),
  },
  'statement.timeout': {
    exitCode: 1,
    says: ({ file, line, afterMs }) =>
      `${file}:${line}: the server cancelled the statement after ${afterMs} ms, which is the statement timeout of the phase`,
    remedy:
      makeChoices(
        'Split the statement into smaller ones, and run interphase record.',
        'Or allow more time: raise `session.statementTimeoutMs` in the policy file of the phase. If the project has no policy files, first copy those of the package (phases/README.md in node_modules/interphase).',
      ) + '\nThen run the same command again.',
  },
}
