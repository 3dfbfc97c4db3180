import { type ErrorWordings, formatIndentedLines, formatRemedyAlternatives, formatRemedySteps } from './wording.ts'

/** The facts of the errors about the ledger, which records the applied migrations, and about the lock of a run. */
export interface LedgerErrorFacts {
  'ledger.newer': { readonly found: number; readonly knows: number }
  'ledger.elsewhere': {
    readonly project: string
    readonly where: string
    /**
     * The schemas that contain a ledger of the project. Each line has a schema and the URL parameter that selects it: `app:
     * options=-csearch_path%3Dapp`.
     */
    readonly there: readonly string[]
    /**
     * The current schema of the connection and its URL parameter, in the same form as a line of `there`. The field is absent if the
     * connection has no current schema.
     */
    readonly here?: string
  }
  'ledger.unreadable': { readonly what: string; readonly problem: string }
  'ledger.taken-over': { readonly project: string; readonly epoch: string; readonly by: string }
  'ledger.changed': { readonly migrations: readonly string[] }
  'ledger.vanished': { readonly migrations: readonly string[] }
  'ledger.early': { readonly migrations: readonly string[]; readonly before: string }
  'ledger.ahead': { readonly releases: readonly string[] }
  'ledger.unfinished': {
    readonly migration: string
    readonly statement: number
    readonly of: number
    readonly differences: readonly string[]
  }
  'ledger.session-lost': {
    readonly migration: string
    readonly file: string
    readonly statement: number
    readonly of: number
    readonly lost: readonly string[]
  }
  /**
   * The facts of `hook.failed`, the error of a hook (a program or URL that interphase calls on some occasions). The field `hook`
   * is the program, or the host of the URL.
   */
  'hook.failed': { readonly hook: string; readonly occasion: string; readonly problem: string }
  'lock.busy': { readonly holder: string; readonly waitedMs: number }
  'lock.lost': { readonly migration: string; readonly file: string }
  'schema.differs': { readonly at: string; readonly differences: readonly string[] }
}

const CHANGED_SCHEMA = [
  'If the change must not stay: run interphase drift --draft-back back.sql, which writes the SQL that reverses the change. Review the file back.sql, and execute it.',
  'If the change must stay, and every release is done in this database: run interphase drift --draft-forward <name of a new release>, which writes a release with the change for the other databases.',
  'If a listed table belongs to another program: add its name to the setting `ignore` in the configuration.',
]

/**
 * The messages, the remedies and the exit codes of the errors about the ledger, which records the applied migrations, and about
 * the lock of a run.
 */
export const LEDGER_ERRORS: ErrorWordings<LedgerErrorFacts> = {
  'ledger.newer': {
    exitCode: 2,
    message: ({ found, knows }) =>
      `a newer version of interphase wrote the ledger (the tables interphase_…) of this database: the ledger has the format ${found}, and this version of interphase reads formats up to ${knows}`,
    remedy: 'Install the newer version of interphase in this project. Then run the same command again.',
  },
  'ledger.elsewhere': {
    exitCode: 2,
    message: ({ project, where, there, here }) =>
      `the connection to ${where} does not find the ledger (the tables interphase_…) of ${project}, because the ledger is in another schema:${formatIndentedLines(there)}${here === undefined ? '' : `\nThe connection uses this schema:${formatIndentedLines([here])}`}`,
    remedy:
      formatRemedySteps(
        'Append the parameter options=… of the first list to the database URL. Write ? before the parameter, or & if the URL contains ? already.',
        'Run the same command again.',
      ) + '\nOnly if the project must start again in the schema that the connection uses: append the parameter of that schema instead.',
    page: {
      means:
        'The search path of the connection begins with a schema that does not contain a ledger of the project, but another schema contains one. The usual causes are ALTER ROLE … SET search_path, ALTER DATABASE … SET search_path, and a dump that was restored by a role with another search path. The engine works in the current schema. Without this error, the engine would find no applied migration there, and would run every release again.',
      example: `ALTER DATABASE shop SET search_path = audit, billing;
-- the ledger is in billing; the current schema is audit
interphase status --database-url 'postgres://app@host/shop?options=-csearch_path%3Dbilling'`,
    },
  },
  'ledger.unreadable': {
    exitCode: 2,
    message: ({ what, problem }) => `this version of interphase cannot read ${what} in the ledger (the tables interphase_…): ${problem}`,
    remedy: formatRemedySteps(
      'Execute SELECT project, id, engine FROM interphase_migration in the database. The column engine contains the version of interphase that ran each migration.',
      'Install the newest of these versions, and run the same command again.',
      'If the error stays the same, somebody has changed the ledger by hand: restore the tables of the ledger from a backup.',
    ),
  },
  'ledger.taken-over': {
    exitCode: 6,
    message: ({ project, by }) => `this run was stopped, because ${by} holds the lock of the project ${project}`,
    remedy:
      'This run lost the lock before, for example because its connection to the database was interrupted. Wait until the later run ends. To print the progress of the later run, run: interphase status.',
  },
  'ledger.changed': {
    exitCode: 7,
    message: ({ migrations }) =>
      `the files of these migrations were changed after the migrations were applied to this database:${formatIndentedLines(migrations)}`,
    remedy: formatRemedySteps(
      'Restore these files from version control, in the version that was applied.',
      'Write your change as a new migration, and run: interphase record.',
      'Run the same command again.',
    ),
  },
  'ledger.vanished': {
    exitCode: 7,
    message: ({ migrations }) =>
      `these migrations were applied to this database, but their files do not exist:${formatIndentedLines(migrations)}`,
    remedy: 'Restore the files of these migrations from version control. Then run the same command again.',
  },
  'ledger.early': {
    exitCode: 7,
    message: ({ migrations, before }) =>
      `these new migrations come before ${before}, which is already applied to this database:${formatIndentedLines(migrations)}`,
    remedy: formatRemedySteps(
      'Give the new migrations a higher number than <before>, or move them to the next release.',
      'Run interphase record. Then run the same command again.',
    ),
  },
  'ledger.ahead': {
    exitCode: 7,
    message: ({ releases }) =>
      `these releases were applied to this database, but your copy of the project does not contain them:${formatIndentedLines(releases)}`,
    remedy:
      'Update your copy of the project, such as with git pull, to a version that contains these releases. Then run the same command again.',
  },
  'ledger.unfinished': {
    exitCode: 8,
    message: ({ migration, statement, of, differences }) =>
      `${migration} was interrupted at statement ${statement} of ${of}, and a run cannot continue it, for this reason:${formatIndentedLines(differences)}`,
    remedy: [
      {
        when: 'If the file has changed',
        applies: ({ differences }) => differences.some((one) => one.startsWith('the file has changed')),
        remedy: formatRemedySteps(
          'In the file of <migration>, restore the statements before statement <statement> as they were when the migration began. Version control has them. Statement <statement> and later statements can stay changed.',
          'Run the same command again.',
        ),
      },
      {
        when: 'If the schema does not show which statements were executed',
        applies: ({ differences }) => differences.some((one) => /does not show|committed implicitly|ended with an error/.test(one)),
        remedy: formatRemedySteps(
          'Find out which statements the server executed: query the rows that the statements write.',
          'If you can complete the whole migration by hand: complete it, and run interphase stamp <migration> --as done. Otherwise: undo the whole migration by hand, and run interphase stamp <migration> --as not-done.',
          'Run the same command again.',
        ),
      },
      {
        when: 'If the schema equals neither the state before the statement nor the state after it',
        applies: () => true,
        remedy:
          formatRemedySteps(
            'Complete statement <statement> by hand, or undo it by hand. The lines of the message list the differences of the schema.',
            'Run the same command again.',
          ) +
          '\nTo correct the file instead: undo the whole migration by hand, run interphase stamp <migration> --as not-done, correct the file, run interphase record, and then run the same command again.',
      },
    ],
  },
  'ledger.session-lost': {
    exitCode: 8,
    message: ({ migration, statement, of, lost }) =>
      `${migration} was interrupted before statement ${statement} of ${of}, and the rest of the file can depend on session state that no longer exists:${formatIndentedLines(lost)}`,
    remedy:
      formatRemedySteps(
        'Open one database session. In this session, execute the statements of <file> that the message lists with their lines, in this order. These statements set variables and settings, prepare statements, or create and fill temporary tables. If one of these statements also writes other tables, do not repeat it, because these writes are committed. Instead, set its variable or fill its temporary table with a statement of your own.',
        'In the same session, execute statement <statement> and all later statements of the file. Do not repeat other earlier statements.',
        'Run: interphase stamp <migration> --as done. Then run the same command again.',
      ) +
      '\nTo run the migration again from its start instead: undo the earlier statements by hand, run interphase stamp <migration> --as not-done, and run the same command again.',
  },
  'hook.failed': {
    exitCode: 1,
    message: ({ hook, occasion, problem }) => `the hook ${hook} failed on the occasion "${occasion}": ${problem}`,
    remedy:
      'The hook did not affect the result of the command. In the setting `hooks` of the configuration, correct the program or the URL of this hook. To see the output of a program, run the program by hand with a JSON text on its stdin.',
  },
  'lock.busy': {
    exitCode: 6,
    message: ({ holder, waitedMs }) =>
      `another run (${holder}) holds the lock of this database; this command waited for the lock for ${waitedMs} ms and then ended`,
    remedy: formatRemedySteps(
      'To print the progress of the other run, run: interphase status.',
      'When the other run has ended, run the same command again. Many commands can wait for the lock themselves: with --wait 600, for up to ten minutes.',
    ),
  },
  'lock.lost': {
    exitCode: 1,
    message: ({ migration, file }) => `${migration} (${file}) was stopped, because its database session lost the lock of the project`,
    remedy:
      formatRemedyAlternatives(
        'If <file>, or a routine that <file> calls, contains pg_advisory_unlock_all(), DISCARD ALL or RELEASE_ALL_LOCKS(): delete this statement, and run interphase record.',
        'If none of these statements occurs there, a proxy changed the connection: set --database-url to the URL of the database server itself.',
      ) + '\nThen run the same command again. The open transaction was rolled back, except statements that commit implicitly.',
  },
  'schema.differs': {
    exitCode: 7,
    message: ({ at, differences }) =>
      `the schema of the database differs from the planned schema ${at}:${formatIndentedLines(differences)}`,
    remedy: [
      {
        when: 'If a run finds the difference after a migration or a statement',
        applies: ({ at }) => at.startsWith('after '),
        remedy: `${formatRemedyAlternatives(
          'If the migration made the difference, because the result of a statement depends on the time, on a random value or on other objects of the database: correct the file so that the statement has the same result in every database, and run interphase record.',
          ...CHANGED_SCHEMA,
        )}\nThen run the same command again.`,
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: `${formatRemedyAlternatives(...CHANGED_SCHEMA)}\nThen run the same command again.`,
      },
    ],
  },
}
