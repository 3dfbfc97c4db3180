import {
  type ErrorWordings,
  formatIgnoreOptions,
  formatIndentedLines,
  formatRemedyAlternatives,
  formatRemedySteps,
  joinWordsWithOr,
} from './wording.ts'

/** A recorded state whose schema resembles the schema of a database, with all differences between the two schemas. */
export interface NearbyState {
  /** The recorded state, such as `the state after 2-word/010-word.expand`. */
  readonly state: string
  /** The objects that the recorded state contains and the database does not contain. */
  readonly missing: readonly string[]
  /** The objects that the database contains and the recorded state does not contain. */
  readonly extra: readonly string[]
  /** The objects that the recorded state and the database contain with different properties. */
  readonly different: readonly string[]
}

/** The facts of the errors about existing databases: adopting, importing and building them. */
export interface AdoptErrorFacts {
  'dump.no-program': { readonly programs: readonly string[]; readonly file: string }
  'dump.failed': { readonly program: string; readonly problem: string }
  'import.no-files': { readonly directory: string; readonly problem: string }
  'import.process': {
    readonly file: string
    readonly name: string
    /** The action because of which the SQL of an old migration cannot be recorded, such as `starts another process`. */
    readonly action: string
  }
  'import.sequelize': { readonly directory: string; readonly problem: string }
  'import.differs': { readonly dialect: string; readonly differences: readonly string[] }
  'import.failed': { readonly file: string; readonly name: string; readonly problem: string }
  'draft.source': { readonly file: string; readonly dialect: string; readonly problem: string }
  'draft.models': { readonly file: string; readonly dialect: string; readonly problem: string }
  'init.unfinished': { readonly tool: string; readonly table: string; readonly entries: readonly string[] }
  'init.empty': { readonly where: string }
  'adopt.old-ledger': { readonly table: string; readonly missing: readonly string[]; readonly last: string }
  'adopt.no-match': {
    /** At most three recorded states that resemble the schema of the database. The most similar state is the first. */
    readonly nearest: readonly NearbyState[]
    /** The tables and standalone objects that the database contains and the most similar recorded state does not contain. */
    readonly extra: readonly string[]
  }
  'adopt.bridge': {
    readonly base: string
    readonly migrations: readonly string[]
    readonly continues: string
    readonly ignore: readonly string[]
  }
  'bridge.begun': { readonly base: string }
  'base.invalid': { readonly base: string; readonly file: string; readonly problem: string }
  'base.ends-elsewhere': {
    readonly base: string
    readonly dialect: string
    readonly continues: string
    readonly differences: readonly string[]
  }
  'adopt.ambiguous': { readonly states: readonly string[] }
  'adopt.data-left': {
    /** The data steps whose pending queries still count rows, one line each: `<migration>: <rows>`. */
    readonly left: readonly string[]
    /** The last migration before the first unfinished data step. The field is absent if no migration precedes the data step. */
    readonly before?: string
  }
  'adopt.empty': { readonly where: string }
  'stamp.finished': { readonly migration: string; readonly state: string }
  'drift.before-end': { readonly release: string; readonly phase: string }
  'adopt.already': { readonly project: string; readonly release: string }
  'squash.inside': {
    /** The last migration that ran in the database among the old migrations that the squashed release replaces. */
    readonly at: string
    readonly release: string
    readonly files: string
    /** The old migrations that the squashed release replaces, and that ran in the database with another checksum. */
    readonly changed: readonly string[]
  }
  'squash.refused': { readonly problems: readonly string[] }
  'squash.differs': { readonly dialect: string; readonly differences: readonly string[] }
  'squash.ends-elsewhere': {
    readonly release: string
    readonly dialect: string
    readonly planned: string
    readonly found: string
    /**
     * The differences between the schema after the squashed release and the schema after the old releases that it replaces. The
     * list is empty if the recorded states of the old releases no longer exist.
     */
    readonly differences: readonly string[]
  }
  'snapshot.not-empty': {
    readonly where: string
    readonly objects: readonly string[]
    /** True if an interrupted `interphase up --from-snapshot` has begun to create the schema in the database. */
    readonly isBegun: boolean
    /** True if the database has a ledger of the project. */
    readonly hasLedger: boolean
  }
  'snapshot.unwritable': { readonly dialect: string; readonly objects: readonly string[] }
  'snapshot.failed': {
    readonly statement: string
    readonly problem: string
    /** True if the database is as it was before the command `interphase up --from-snapshot`. */
    readonly isEmpty: boolean
  }
  'snapshot.differs': {
    readonly differences: readonly string[]
    /** True if the database is as it was before the command `interphase up --from-snapshot`. */
    readonly isEmpty: boolean
  }
  'snapshot.begun': { readonly withRows: boolean }
  'snapshot.changed': { readonly problems: readonly string[] }
  'snapshot.rows': {
    readonly problems: readonly string[]
    /** True if the recorded states lack the rows that the migrations create, so that running `interphase record` again can help. */
    readonly again: boolean
  }
}

/** The remedy for a database in which `up --from-snapshot` created only a part of the schema. */
const ANEW = formatRemedySteps(
  'Drop the database, and create the database again.',
  'To create the schema with the migrations, run: interphase up.',
)

/** The remedies in the error message for a database whose schema equals no recorded state. */
const DIFFERING = [
  'If the database must not have these differences: change the database so that they disappear, and run interphase adopt again.',
  'If the schema of the database is right, and the project has no release yet: dump the schema as the first release (docs/existing-database.md), run interphase record, and run interphase adopt again.',
  'If the schema of the database is right, and the project has releases: describe the schema as a base (docs/existing-database.md#legacy-scripts-bases), run interphase record, and run interphase adopt again.',
] as const

/** Returns a sentence about the state of the database after a failed command. */
const leftOver = (isEmpty: boolean) =>
  isEmpty ? 'The command left the database unchanged.' : 'The database now contains a part of the schema.'

/**
 * Returns the lines of a message about a recorded state that resembles the schema of the database: the name of the state and its
 * differences, the different objects first.
 */
function nearby(one: NearbyState, index: number): string {
  const differences = [...one.different, ...one.missing, ...one.extra]
  const which = index === 0 ? 'the nearest state is' : '\nthe next state is'
  return `${which} ${one.state}, with these differences:${formatIndentedLines(differences)}`
}

/** Returns the line of a message with the command that ignores the given objects. Without objects, the line is empty. */
function ignoring(objects: readonly string[]): string {
  return objects.length === 0 ? '' : `\nto ignore objects of other programs, run: interphase adopt${formatIgnoreOptions(objects)}`
}

/** The messages, the remedies and the exit codes of the errors about adopting, importing and building databases. */
export const ADOPT_ERRORS: ErrorWordings<AdoptErrorFacts> = {
  'dump.no-program': {
    exitCode: 2,
    message: ({ programs, file }) =>
      `the schema was not dumped into ${file}, because the program ${joinWordsWithOr(programs)} was not found`,
    remedy:
      formatRemedyAlternatives(
        'If the program is not installed: install the client programs of the database server, in the version of the server or newer.',
        'If the program is installed in a directory that is not in the PATH: add --dump-program <path> to the command.',
      ) + '\nThen run the same command again. docs/existing-database.md describes how to make the dump by hand.',
  },
  'dump.failed': {
    exitCode: 1,
    message: ({ program, problem }) => `the dump of the schema failed, because ${program} ended with an error: ${problem}`,
    remedy: [
      {
        when: 'If the program is older than the server',
        applies: ({ problem }) => /version/i.test(problem),
        remedy:
          'Install <program> in the version of the server or newer. Then run the same command again with --dump-program <path>, where <path> is the path of the new program. No file was written.',
      },
      {
        when: 'If the user lacks a privilege',
        applies: ({ problem }) => /privilege|permission|denied/i.test(problem),
        remedy:
          'Grant the missing privilege to the user of the database URL. docs/privileges.md lists the privileges that a dump needs. Then run the same command again. No file was written.',
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy:
          'Correct the cause that the message names. Then run the same command again. No file was written. docs/existing-database.md describes how to make the dump by hand.',
      },
    ],
  },
  'import.no-files': {
    exitCode: 2,
    message: ({ directory, problem }) => `no old migration was found in ${directory}: ${problem}`,
    remedy: 'Name the directory of the old migration files with --from, such as --from db/migrations. Then run the same command again.',
  },
  'import.process': {
    exitCode: 2,
    message: ({ file, action }) =>
      `the old migration ${file} was not imported: it ${action}, and interphase cannot record the SQL of such a file`,
    remedy:
      formatRemedySteps(
        'Run the same command again with --skip <name>.',
        'Write the SQL that <file> executes into a migration of the imported release. Use the number of <file> for this migration.',
      ) + '\nThe command wrote no file.',
  },
  'import.differs': {
    exitCode: 1,
    message: ({ dialect, differences }) =>
      `on ${dialect}, the SQL of the old migrations does not create the same schema and rows as the old migrations themselves:${formatIndentedLines(differences)}`,
    remedy:
      formatRemedyAlternatives(
        'If you can write the SQL of the old migration that creates these objects: run the same command again with --skip <name of its file>. Then write the SQL by hand into a migration of the imported release, and give this migration the number of the old file.',
        'In all other cases: keep the old migrations as functions. docs/coming-from-sequelize.md shows how.',
      ) + '\nThe command wrote no file.',
  },
  'import.sequelize': {
    exitCode: 2,
    message: ({ directory, problem }) => `the package sequelize cannot be loaded for the migrations in ${directory}: ${problem}`,
    remedy: 'Run npm install in the old project, which installs Sequelize and the driver of the database. Then run the same command again.',
  },
  'import.failed': {
    exitCode: 1,
    message: ({ file, problem }) => `the old migration ${file} failed on an empty scratch database: ${problem}`,
    remedy:
      formatRemedyAlternatives(
        'If the migration needs a table or rows that no migration creates: write the SQL that creates them into the file shadow.setup.sql, or shadow.setup.<dialect>.sql, in the directory of the project.',
        'If the migration contains an error: correct <file>.',
        'If the migration is not needed: add --skip <name> to the command.',
      ) + '\nThen run the same command again. The command wrote no file.',
  },
  'draft.source': {
    exitCode: 1,
    message: ({ file, dialect, problem }) =>
      `the wanted schema in ${file} failed on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy:
      formatRemedyAlternatives(
        'If the SQL is wrong: correct <file>. The file must contain the whole wanted schema for an empty database, as CREATE statements or as a dump.',
        'If a role or an extension is missing: write the SQL that creates the role or extension into shadow.setup.<dialect>.sql.',
      ) + '\nThen run the same command again.',
  },
  'draft.models': {
    exitCode: 1,
    message: ({ file, dialect, problem }) =>
      `the Sequelize models in ${file} could not be created on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy: formatRemedySteps(
      'Correct <file>. The file must export a Sequelize instance of the dialect <dialect> with its models, or a function (sequelize, DataTypes) that defines the models.',
      'Run the same command again.',
    ),
  },
  'init.unfinished': {
    exitCode: 7,
    message: ({ tool, table, entries }) =>
      `the schema is not complete, because these migrations of ${tool} (table ${table}) failed or did not finish:${formatIndentedLines(entries)}`,
    remedy:
      formatRemedySteps('Complete or undo these migrations with <tool>.', 'Run the same command again.') + '\nThe command wrote no file.',
  },
  'init.empty': {
    exitCode: 7,
    message: ({ where }) => `the database ${where} is empty, so it has no schema that can become the first release`,
    remedy:
      formatRemedyAlternatives(
        'If another database has the schema: run the same command again with the URL of that database.',
        'If there is no schema yet: run interphase init, and write the first release with interphase new.',
      ) + '\nNothing was written.',
  },
  'adopt.old-ledger': {
    exitCode: 7,
    message: ({ table, missing, last }) =>
      `the database was not adopted, because the table ${table} of the old tool contains ${last}, but does not contain these older migrations:${formatIndentedLines(missing)}`,
    remedy: formatRemedyAlternatives(
      'If these migrations ran in this database: run interphase adopt --at <migration>, where <migration> is the migration that ran last.',
      'If these migrations did not run: run them with the old tool. Then run interphase adopt.',
    ),
  },
  'adopt.no-match': {
    exitCode: 7,
    message: ({ nearest, extra }) =>
      `the schema of the database equals no recorded state of the project; ${nearest.map(nearby).join('')}${ignoring(extra)}`,
    remedy: [
      {
        when: 'If the database contains tables or other objects that the nearest state does not contain',
        applies: ({ extra }) => extra.length > 0,
        remedy: formatRemedyAlternatives(
          'If these objects belong to other programs: run the command in the last line of the message.',
          ...DIFFERING,
        ),
      },
      { when: 'If the database contains no such objects', applies: () => true, remedy: formatRemedyAlternatives(...DIFFERING) },
    ],
  },
  'adopt.bridge': {
    exitCode: 7,
    message: ({ base, migrations, continues, ignore }) =>
      `the database has the old schema "${base}"; these migrations change the old schema to the schema after ${continues}:${formatIndentedLines(migrations)}\nto run these migrations: interphase adopt${formatIgnoreOptions(ignore)} --bridge`,
    remedy:
      formatRemedySteps(
        'Read these migrations. If they remove an object that the application uses, stop the application.',
        'Run the command in the last line of the message. If the command is interrupted, run the command again.',
      ) + '\nThe database was not changed yet.',
  },
  'bridge.begun': {
    exitCode: 8,
    message: ({ base }) =>
      `the migrations that change the old schema "${base}" of this database to a schema of the releases are not complete`,
    remedy: formatRemedySteps(
      'Run: interphase adopt --bridge. This command continues with the first migration that is not complete.',
      'Run the same command again.',
    ),
  },
  'base.invalid': {
    exitCode: 2,
    message: ({ base, file, problem }) =>
      base === ''
        ? `the directory ${file}, which contains the old schemas of the project, cannot be read: ${problem}`
        : `the base "${base}" (an old schema that the project can adopt) cannot be used: ${file}: ${problem}`,
    remedy: [
      {
        when: 'If the directory of bases cannot be read',
        applies: ({ base }) => base === '',
        remedy: 'Make sure that your user has the permission to read <file>. Then run the same command again.',
      },
      {
        when: 'If a base is not valid',
        applies: () => true,
        remedy:
          formatRemedySteps(
            'Correct the base. The field `continues` of bases/<base>.json must name a migration or a release, and the directory bases/<base>/ must contain a release with the old schema as SQL.',
            'Run: interphase record.',
          ) + '\ndocs/existing-database.md shows an example.',
      },
    ],
  },
  'base.ends-elsewhere': {
    exitCode: 1,
    message: ({ base, dialect, continues, differences }) =>
      `the migrations of the base "${base}" (an old schema that the project can adopt) must end in the schema after ${continues} on ${dialect}, but they end in a schema with these differences:${formatIndentedLines(differences)}`,
    remedy:
      formatRemedyAlternatives(
        'Add a migration to the directory bases/<base>/ that removes these differences.',
        'If the base ends in the schema after another migration: write the name of that migration into the field `continues` of bases/<base>.json.',
      ) + '\nThen run: interphase record.',
  },
  'adopt.ambiguous': {
    exitCode: 7,
    message: ({ states }) =>
      `the database was not adopted, because its schema equals several recorded states:${formatIndentedLines(states)}`,
    remedy: formatRemedySteps(
      'Find out which of the listed migrations ran last in this database: query the table of the tool that ran the migrations, or the rows that the data steps change.',
      'Run: interphase adopt --at <migration>, where <migration> is the migration that ran last.',
    ),
  },
  'adopt.data-left': {
    exitCode: 7,
    message: ({ left, before }) =>
      `the database was not adopted, because these data steps have not changed all rows yet:${formatIndentedLines(left)}${before === undefined ? '' : `\nThe migration before these data steps is ${before}.`}`,
    remedy: [
      {
        when: 'If a migration precedes these data steps',
        applies: ({ before }) => before !== undefined,
        remedy: formatRemedyAlternatives(
          'If the next run must change these rows: run interphase adopt --at <before>.',
          'If you want to change these rows by hand: change them, and run interphase adopt again.',
        ),
      },
      {
        when: 'If no migration precedes these data steps',
        applies: () => true,
        remedy:
          'Change these rows by hand, until the pending query (the .pending.sql file) of each of these data steps counts zero rows. Then run interphase adopt again.',
      },
    ],
  },
  'adopt.empty': {
    exitCode: 7,
    message: ({ where }) => `the database ${where} is empty, so interphase adopt finds no schema in it`,
    remedy: formatRemedyAlternatives(
      'If the database URL names the wrong database: correct the URL, and run interphase adopt again.',
      'If the database is new: run interphase up, which creates the schema with the migrations of all releases, or interphase up --from-snapshot, which creates the newest schema without the migrations.',
    ),
  },
  'stamp.finished': {
    exitCode: 2,
    message: ({ migration, state }) => `interphase stamp can only mark an interrupted migration, but ${migration} is ${state}`,
    remedy: [
      {
        when: 'If the migration is done',
        applies: ({ state }) => state === 'done',
        remedy: formatRemedyAlternatives(
          'To print which migration is interrupted, run: interphase status.',
          'To repeat a data step that is done, run: interphase migrate --again <migration>.',
        ),
      },
      {
        when: 'If the migration has not begun',
        applies: () => true,
        remedy: formatRemedyAlternatives(
          'To print which migration is interrupted, run: interphase status.',
          'If somebody made the changes of the migration by hand, run: interphase adopt --at <migration>.',
        ),
      },
    ],
  },
  'adopt.already': {
    exitCode: 7,
    message: ({ project, release }) =>
      `the database was not adopted, because the ledger already contains migrations of ${project}, up to the release ${release}`,
    remedy: formatRemedyAlternatives(
      'To print the progress of the database and the next command, run: interphase status.',
      'If somebody made the changes of a later release by hand: run interphase record, and then interphase adopt --at with the name of that release.',
    ),
  },
  'drift.before-end': {
    exitCode: 7,
    message: ({ release, phase }) =>
      `no release was written for the differences of the schema, because ${phase} of ${release} has not run in this database. A new release would follow ${release}, so its migrations would start from another schema than the schema of this database`,
    remedy: formatRemedyAlternatives(
      'To keep the differences: write them by hand into a new release after <release>. Then remove them from the database: run interphase drift --draft-back back.sql, review the file back.sql, which can destroy rows, and execute it. The next runs execute <release>, and then the new release, which makes the differences again.',
      'To remove the differences: run interphase drift --draft-back back.sql, review the file back.sql, which can destroy rows, and execute it.',
    ),
  },
  'squash.inside': {
    exitCode: 7,
    message: ({ at, release, files, changed }) =>
      changed.length > 0
        ? `the release ${release} replaces older releases, but other versions of these replaced migrations ran in this database:${formatIndentedLines(changed)}`
        : `the release ${release} replaces older releases, and ${at} is the last of their migrations that ran in this database; to run the others: interphase up --project-dir ${files}`,
    remedy: [
      {
        when: 'If other versions of the replaced migrations ran in the database',
        applies: ({ changed }) => changed.length > 0,
        remedy: formatRemedySteps(
          'Check out the files of the project from before interphase squash, for example from an older commit.',
          'With these files, run interphase status, and follow its output until all replaced releases are done in this database.',
          'Run the same command again with the present files.',
        ),
      },
      {
        when: 'If only a part of the replaced migrations ran in the database',
        applies: () => true,
        remedy: formatRemedySteps(
          'Run the command at the end of the message with the URL of this database. If the directory <files> does not exist, check out an older commit of the project instead, and run: interphase up --to <release>.',
          'Run the same command again.',
        ),
      },
    ],
  },
  'squash.refused': {
    exitCode: 2,
    message: ({ problems }) =>
      `the releases cannot be squashed (replaced by one first release), for these reasons:${formatIndentedLines(problems)}`,
    remedy:
      'Remove each cause that the message lists, or write the name of another release after the option --through. The command wrote no file.',
  },
  'squash.differs': {
    exitCode: 1,
    message: ({ dialect, differences }) =>
      `the releases were not squashed, because on ${dialect} the SQL that interphase wrote for the new first release does not create the same schema and rows as the old releases:${formatIndentedLines(differences)}`,
    remedy:
      formatRemedySteps(
        'Find the release whose migrations create the listed objects or rows.',
        'Run interphase squash again, and name a release that precedes that release: --through <release>.',
      ) +
      '\nThe cause: interphase cannot write SQL that creates these objects or rows in exactly the same form. An example is a default that has another value at each execution. The command wrote no file.',
  },
  'squash.ends-elsewhere': {
    exitCode: 1,
    message: ({ release, dialect, planned, found, differences }) =>
      `on ${dialect}, the squashed release ${release} does not end in the same schema as the releases that it replaces${differences.length > 0 ? `:${formatIndentedLines(differences)}` : ` (state ${found} instead of ${planned})`}`,
    remedy: formatRemedySteps(
      'Restore the files of <release> from version control, in the version that interphase squash wrote.',
      'If you changed these files in order to change the schema, write the change into a new release.',
      'Run: interphase record.',
    ),
  },
  'snapshot.not-empty': {
    exitCode: 7,
    message: ({ where, objects, isBegun }) =>
      isBegun
        ? `the database ${where} contains objects that the interrupted interphase up --from-snapshot does not create:${formatIndentedLines(objects)}`
        : `interphase up --from-snapshot needs an empty database, but the database ${where} contains:${formatIndentedLines(objects)}`,
    remedy: [
      {
        when: 'If the database contains a ledger of the project',
        applies: ({ hasLedger }) => hasLedger,
        remedy: 'To run the releases that have not run in this database yet, run: interphase up.',
      },
      {
        when: 'If the database contains objects and no ledger',
        applies: () => true,
        remedy: formatRemedyAlternatives(
          'If the objects belong to another program: add their names to the setting `ignore` in the configuration, and run the same command again.',
          'If the objects belong to the schema of the project: run interphase adopt.',
          'If the objects are not needed: drop the database, create it again, and run the same command again.',
        ),
      },
    ],
  },
  'snapshot.unwritable': {
    exitCode: 1,
    message: ({ dialect, objects }) =>
      `on ${dialect}, interphase cannot write the SQL for these objects of the newest recorded state:${formatIndentedLines(objects)}`,
    remedy: 'To create the schema with the migrations instead, run: interphase up. The database was not changed.',
  },
  'snapshot.failed': {
    exitCode: 1,
    message: ({ statement, problem, isEmpty }) =>
      `the schema was not created from the recorded state, because the server refused a statement: ${problem}\n${statement}\n${leftOver(isEmpty)}`,
    remedy: [
      {
        when: 'If the database was not changed',
        applies: ({ isEmpty }) => isEmpty,
        remedy: formatRemedyAlternatives(
          'If an extension or a role is missing on the server: install the extension or create the role, and run the same command again.',
          'In all other cases: create the schema with the migrations. Run: interphase up.',
        ),
      },
      { when: 'If the database contains a part of the schema', applies: () => true, remedy: ANEW },
    ],
  },
  'snapshot.differs': {
    exitCode: 7,
    message: ({ differences, isEmpty }) =>
      `the schema that interphase up --from-snapshot created differs from the newest recorded state:${formatIndentedLines(differences)}\n${leftOver(isEmpty)}`,
    remedy: [
      {
        when: 'If the database was not changed',
        applies: ({ isEmpty }) => isEmpty,
        remedy: 'To create the schema with the migrations instead, run: interphase up.',
      },
      { when: 'If the database contains a part of the schema', applies: () => true, remedy: ANEW },
    ],
  },
  'snapshot.begun': {
    exitCode: 8,
    message: ({ withRows }) =>
      `interphase up --from-snapshot was interrupted, so the schema of the database is incomplete; to continue: interphase up --from-snapshot${withRows ? ' --rows' : ''}`,
    remedy: formatRemedyAlternatives(
      'To continue: run the command at the end of the message. It continues after the objects that exist already.',
      'To run the migrations instead: drop the database, create it again, and run interphase up.',
    ),
  },
  'snapshot.changed': {
    exitCode: 8,
    message: ({ problems }) => `the interrupted interphase up --from-snapshot cannot continue:${formatIndentedLines(problems)}`,
    remedy: formatRemedyAlternatives(
      'If you have the files of the releases as in the interrupted run: run interphase up --from-snapshot with these files and with the same options.',
      'If you do not have these files any more: drop the database, create it again, and run the same command again.',
    ),
  },
  'snapshot.rows': {
    exitCode: 2,
    message: ({ problems }) => `the rows that the migrations of the releases insert cannot be loaded:${formatIndentedLines(problems)}`,
    remedy: [
      {
        when: 'If the rows are not recorded',
        applies: ({ again }) => again,
        remedy: formatRemedySteps(
          'Run: interphase record.',
          'If interphase record printed no remark about these rows: run the same command again.',
          'If interphase record printed that the rows "are not known": the releases do not run on an empty database. Run the same command without --rows.',
        ),
      },
      {
        when: 'If the recording does not contain all rows, or a table of the database contains other rows',
        applies: () => true,
        remedy: formatRemedyAlternatives(
          'To insert the rows by hand: run the same command without --rows. Then insert the rows.',
          'To create the schema and the rows with the migrations instead: run interphase up.',
        ),
      },
    ],
  },
}
