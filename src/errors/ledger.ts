import { type ErrorWordings, formatList, makeChoices, makeSteps } from './wording.ts'

/** The facts of the errors about the ledger, which records the applied migrations, and the lock of a run. */
export interface LedgerErrorFacts {
  'ledger.newer': { readonly found: number; readonly knows: number }
  'ledger.elsewhere': {
    readonly project: string
    readonly where: string
    /** The schemas that have the ledger, one line each: `<schema>: <parameter of the URL>`. */
    readonly there: readonly string[]
    /** The line for the current schema in the same form. Absent if the connection has no current schema. */
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
  'hook.failed': { readonly problem: string }
  'lock.busy': { readonly holder: string; readonly waitedMs: number }
  'lock.lost': { readonly migration: string; readonly file: string }
  'schema.differs': { readonly at: string; readonly differences: readonly string[] }
}

/** The texts of the errors about the ledger, which records the applied migrations, and the lock of a run. */
export const LEDGER_ERRORS: ErrorWordings<LedgerErrorFacts> = {
  'ledger.newer': {
    exitCode: 2,
    says: ({ found, knows }) =>
      `a newer version of interphase wrote the ledger (the tables interphase_…) of this database: it has format ${found}, and this version reads formats up to ${knows}`,
    remedy: 'Install the newer version of interphase in this project. Then run the same command again.',
  },
  'ledger.elsewhere': {
    exitCode: 2,
    says: ({ project, where, there, here }) =>
      `the connection to ${where} does not see the ledger (the tables interphase_…) of ${project}, because it is in another schema:${formatList(there)}${here === undefined ? '' : `\nThe connection uses this schema:${formatList([here])}`}`,
    remedy:
      makeSteps(
        'Append the parameter of the first list (options=…) to the database URL: after ?, or after & if the URL contains ? already.',
        'Run the same command again.',
      ) + '\nOnly if the project must start again in the schema that the connection uses: append the parameter of that schema.',
    page: {
      means:
        'The search path of the connection begins with a schema that has no ledger of the project, and another schema has one. The usual causes are ALTER ROLE … SET search_path, ALTER DATABASE … SET search_path, and a dump that a role with another search path restored. The engine works in the current schema. It would find nothing applied there and run every release again.',
      example: `ALTER DATABASE shop SET search_path = audit, billing;
-- the ledger is in billing; the current schema is audit
interphase status --database-url 'postgres://app@host/shop?options=-csearch_path%3Dbilling'`,
    },
  },
  'ledger.unreadable': {
    exitCode: 2,
    says: ({ what, problem }) => `this version of interphase cannot read ${what} in the ledger (the tables interphase_…): ${problem}`,
    remedy: makeSteps(
      'Find the version of interphase that wrote the ledger: SELECT project, id, engine FROM interphase_migration. It is in the column engine.',
      'Install that version, and run the same command again.',
      'If that version also fails, somebody changed the ledger by hand: restore its tables from a backup.',
    ),
  },
  'ledger.taken-over': {
    exitCode: 6,
    says: ({ project, by }) => `this run was stopped, because another run works on the project ${project} now: ${by}`,
    remedy: 'Wait until the other run ends. To see its progress, run: interphase status.',
  },
  'ledger.changed': {
    exitCode: 7,
    says: ({ migrations }) =>
      `the files of these migrations were changed after the migrations were applied to this database:${formatList(migrations)}`,
    remedy: makeSteps(
      'Restore these files from version control, as they were when they were applied.',
      'Write your change as a new migration.',
    ),
  },
  'ledger.vanished': {
    exitCode: 7,
    says: ({ migrations }) => `these migrations were applied to this database, but their files do not exist:${formatList(migrations)}`,
    remedy: 'Restore the files of these migrations from version control. Then run the same command again.',
  },
  'ledger.early': {
    exitCode: 7,
    says: ({ migrations, before }) =>
      `these new migrations come before ${before}, which is already applied to this database:${formatList(migrations)}`,
    remedy: makeSteps(
      'Give the new migrations a higher number than <before>, or move them to the next release.',
      'Run interphase record. Then run the same command again.',
    ),
  },
  'ledger.ahead': {
    exitCode: 7,
    says: ({ releases }) => `releases were applied to this database that your copy of the project does not contain:${formatList(releases)}`,
    remedy:
      'Update your copy of the project to the version that contains these releases, such as with git pull. Then run the same command again.',
  },
  'ledger.unfinished': {
    exitCode: 8,
    says: ({ migration, statement, of, differences }) =>
      `${migration} was interrupted at statement ${statement} of ${of}, and the engine cannot tell whether this statement is done:${formatList(differences)}`,
    remedy: [
      {
        when: 'The file has changed',
        applies: ({ differences }) => differences.some((one) => one.startsWith('the file has changed')),
        remedy: makeSteps(
          'Restore the file of <migration> from version control, as it was when the migration began. Only statement <statement> and the statements after it may change.',
          'Run the same command again.',
        ),
      },
      {
        when: 'The schema does not show whether the statement is done',
        applies: ({ differences }) => differences.some((one) => /does not show|committed implicitly/.test(one)),
        remedy: makeSteps(
          'Find out whether the statement is done: look at the rows that it writes.',
          'Complete the whole migration by hand, and run: interphase stamp <migration> --as done. Or undo the whole migration by hand, and run: interphase stamp <migration> --as not-done.',
          'Run the same command again.',
        ),
      },
      {
        when: 'The schema equals neither the state before the statement nor the state after it',
        applies: () => true,
        remedy:
          makeSteps(
            'Change the schema by hand: complete the statement, or undo it. The lines show the differences.',
            'Run the same command again.',
          ) +
          '\nIf the file is wrong: undo the whole migration by hand, run interphase stamp <migration> --as not-done, correct the file, and run interphase record.',
      },
    ],
  },
  'ledger.session-lost': {
    exitCode: 8,
    says: ({ migration, statement, of, lost }) =>
      `${migration} was interrupted before statement ${statement} of ${of}, and the rest of the file may need session state that no longer exists:${formatList(lost)}`,
    remedy:
      makeSteps(
        'Open one database session, and set this state there, as the named lines of <file> set it: for example variables and temporary tables.',
        'In the same session, execute statement <statement> and all later statements of the file. Do not repeat earlier statements that write, because they are committed.',
        'Run: interphase stamp <migration> --as done. Then run the same command again.',
      ) + '\nOr undo the earlier statements by hand, run interphase stamp <migration> --as not-done, and run the same command again.',
  },
  'hook.failed': {
    exitCode: 1,
    says: ({ problem }) => problem,
    remedy: 'Correct the program or the URL of the hook in the configuration. The command itself was not affected.',
  },
  'lock.busy': {
    exitCode: 6,
    says: ({ holder, waitedMs }) =>
      `another run (${holder}) is migrating this database; this command waited for ${waitedMs} ms and then ended`,
    remedy:
      'Wait until the other run ends, or run the same command with --wait 600, which waits up to ten minutes. To see the progress of the other run, run: interphase status.',
  },
  'lock.lost': {
    exitCode: 1,
    says: ({ migration, file }) => `${migration} (${file}) was stopped, because its database session lost the lock of the project`,
    remedy:
      makeChoices(
        'If <file>, or a routine that it calls, contains pg_advisory_unlock_all(), DISCARD ALL or RELEASE_ALL_LOCKS(): delete this call, and run interphase record.',
        'If not, a proxy changed the connection: give the URL of the database server itself with --database-url.',
      ) + '\nThen run the same command again. The open transaction was rolled back; statements that commit by themselves remain done.',
  },
  'schema.differs': {
    exitCode: 7,
    says: ({ at, differences }) => `the schema of the database differs from the plan ${at}:${formatList(differences)}`,
    remedy:
      makeChoices(
        'If somebody changed the schema: take the change back. To write the SQL for this into a file, run: interphase drift --draft-back back.sql.',
        'If a listed table belongs to another program: add its name to the setting `ignore` in the configuration.',
      ) + '\nThen run the same command again.',
  },
}
