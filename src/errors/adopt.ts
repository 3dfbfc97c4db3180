import { type ErrorWordings, formatIgnoreOptions, formatList, makeChoices, makeSteps } from './wording.ts'

/** A known state whose schema is near that of a database, with all differences from it. */
export interface NearbyState {
  /** The state, such as `the state after 2-word/010-word.expand`. */
  readonly state: string
  /** The objects that the known state has and the database does not have. */
  readonly missing: readonly string[]
  /** The objects that the database has and the known state does not have. */
  readonly extra: readonly string[]
  /** The objects that both have, with other properties. */
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
    /** The action whose SQL cannot be recorded, such as `starts another process`. */
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
    /** The nearest known states, at most three, the nearest first. */
    readonly nearest: readonly NearbyState[]
    /** The tables that the database has and the nearest state does not have. */
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
    /** The data steps that have not finished, one line each: `<migration>: <rows>`. */
    readonly left: readonly string[]
    /** The place in the chain before the first of these data steps. Absent if there is no such place. */
    readonly before?: string
  }
  'adopt.empty': { readonly where: string }
  'stamp.finished': { readonly migration: string; readonly state: string }
  'drift.before-end': { readonly release: string; readonly phase: string }
  'adopt.already': { readonly project: string; readonly release: string }
  'squash.inside': {
    /** The last replaced migration that the database ran. */
    readonly at: string
    readonly release: string
    readonly files: string
    /** The migrations that ran in another version than the replaced one. */
    readonly changed: readonly string[]
  }
  'squash.refused': { readonly problems: readonly string[] }
  'squash.differs': { readonly dialect: string; readonly differences: readonly string[] }
  'squash.ends-elsewhere': {
    readonly release: string
    readonly dialect: string
    readonly planned: string
    readonly found: string
    /** The differences from the old releases. Empty if the recorded states of the old releases are gone. */
    readonly differences: readonly string[]
  }
  'snapshot.not-empty': {
    readonly where: string
    readonly objects: readonly string[]
    /** True if an earlier command began the snapshot, and the objects appeared since then. */
    readonly isBegun: boolean
    /** True if the database has a ledger of the project. */
    readonly hasLedger: boolean
  }
  'snapshot.unwritable': { readonly dialect: string; readonly objects: readonly string[] }
  'snapshot.failed': {
    readonly statement: string
    readonly problem: string
    /** True if the database is as it was before the command. */
    readonly isEmpty: boolean
  }
  'snapshot.differs': {
    readonly differences: readonly string[]
    /** True if the database is as it was before the command. */
    readonly isEmpty: boolean
  }
  'snapshot.begun': { readonly withRows: boolean }
  'snapshot.changed': { readonly problems: readonly string[] }
  'snapshot.rows': {
    readonly problems: readonly string[]
    /** True if recording again can provide the rows. */
    readonly again: boolean
  }
}

/** The remedy for a database that contains a part of a snapshot. */
const ANEW = makeSteps('Drop the database, and create it again.', 'Build the schema with the migrations: interphase up.')

/** The alternatives for a database whose schema equals no recorded state. */
const DIFFERING = [
  'If these differences are mistakes: remove them in the database, and run interphase adopt again.',
  'If this is the first contact with the database: dump it as the first release (docs/existing-database.md), run interphase record, and run interphase adopt again.',
] as const

/** States what the command left in the database. */
const leftOver = (isEmpty: boolean) =>
  isEmpty ? 'The database is as it was before the command.' : 'The database contains a part of the schema.'

/** Makes the lines of one of the nearest known states: its differences, the different objects first. */
function nearby(one: NearbyState, index: number): string {
  const differences = [...one.different, ...one.missing, ...one.extra]
  const which = index === 0 ? 'the nearest is' : '\nthe next is'
  return `${which} ${one.state}, with these differences:${formatList(differences)}`
}

/** Makes the line that names the command for tables of other programs, or an empty text. */
function ignoring(tables: readonly string[]): string {
  return tables.length === 0 ? '' : `\nto ignore tables of other programs, run: interphase adopt${formatIgnoreOptions(tables)}`
}

/** The texts of the errors about existing databases: adopting, importing and building them. */
export const ADOPT_ERRORS: ErrorWordings<AdoptErrorFacts> = {
  'dump.no-program': {
    exitCode: 2,
    says: ({ programs, file }) => `the schema was not dumped into ${file}, because ${programs.join(' and ')} is not installed`,
    remedy:
      makeChoices(
        'Install the client programs of the database server, in the version of the server or newer.',
        'If the program is installed in another place: name it with --dump-program <path>.',
      ) + '\nThen run the same command again. docs/existing-database.md shows how to make the dump by hand.',
  },
  'dump.failed': {
    exitCode: 1,
    says: ({ program, problem }) => `the dump of the schema failed, because ${program} ended with an error: ${problem}`,
    remedy: [
      {
        when: 'The program is older than the server',
        applies: ({ problem }) => /version/i.test(problem),
        remedy:
          'Install the program in the version of the server or newer, and name it with --dump-program <path>. Then run the same command again. No file was written.',
      },
      {
        when: 'The user lacks a privilege',
        applies: ({ problem }) => /privilege|permission|denied/i.test(problem),
        remedy:
          'Grant this privilege to the user of the database URL. docs/privileges.md lists what a dump needs. Then run the same command again. No file was written.',
      },
      {
        when: 'Any other error',
        applies: () => true,
        remedy:
          'Correct the cause that the message names. Then run the same command again. No file was written. docs/existing-database.md shows how to make the dump by hand.',
      },
    ],
  },
  'import.no-files': {
    exitCode: 2,
    says: ({ directory, problem }) => `no old migration was found in ${directory}: ${problem}`,
    remedy: 'Name the directory of the old migration files with --from, such as --from db/migrations. Then run the same command again.',
  },
  'import.process': {
    exitCode: 2,
    says: ({ file, action }) => `${file} was not imported, because it ${action}, so its SQL cannot be recorded`,
    remedy:
      makeSteps(
        'Run the same command again with --skip <name>.',
        'Write the SQL that the file executes into a migration of the imported release, with the number of this file.',
      ) + '\nNothing was written.',
  },
  'import.differs': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `on ${dialect}, the SQL of the old migrations does not make the same schema and rows as the migrations themselves:${formatList(differences)}`,
    remedy:
      makeChoices(
        'Find the old migration that makes these objects, leave it out with --skip <name>, and write its SQL by hand into a migration of the imported release, with the number of this file.',
        'Or keep the old migrations as functions (docs/coming-from-sequelize.md).',
      ) + '\nNothing was written.',
  },
  'import.sequelize': {
    exitCode: 2,
    says: ({ directory, problem }) => `the package sequelize cannot be loaded for the migrations in ${directory}: ${problem}`,
    remedy:
      'Run npm install in the old project, so that Sequelize and the driver of the database are installed. Then run the same command again.',
  },
  'import.failed': {
    exitCode: 1,
    says: ({ file, problem }) => `the old migration ${file} failed on an empty scratch database: ${problem}`,
    remedy:
      makeChoices(
        'If the migration needs a table or rows that no migration creates: write the SQL that creates them into the set-up file of the shadow, such as shadow.setup.postgres.sql.',
        'If the migration need not run: leave it out with --skip <name>.',
      ) + '\nThen run the same command again. Nothing was written.',
  },
  'draft.source': {
    exitCode: 1,
    says: ({ file, dialect, problem }) => `the wanted schema in ${file} failed on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy:
      makeChoices(
        'If the SQL is wrong: correct <file>. It must contain the whole wanted schema for an empty database, as CREATE statements or as a dump.',
        'If a role or an extension is missing: create it in shadow.setup.<dialect>.sql.',
      ) + '\nThen run the same command again.',
  },
  'draft.models': {
    exitCode: 1,
    says: ({ file, dialect, problem }) =>
      `the Sequelize models in ${file} could not be created on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy: makeSteps(
      'Correct <file>. It must export a Sequelize instance of this dialect with its models, or a function (sequelize, DataTypes) that defines them.',
      'Run the same command again.',
    ),
  },
  'init.unfinished': {
    exitCode: 7,
    says: ({ tool, table, entries }) =>
      `migrations of ${tool} failed or did not finish (table ${table}), so the schema is not complete:${formatList(entries)}`,
    remedy: makeSteps('Complete or remove these migrations with <tool>.', 'Run the same command again.') + '\nNothing was written.',
  },
  'init.empty': {
    exitCode: 7,
    says: ({ where }) => `the database ${where} is empty, so it has no schema that can become the first release`,
    remedy:
      makeChoices(
        'If another database has the schema: run the same command again with the URL of that database.',
        'If there is no schema yet: run interphase init, and write the first release with interphase new.',
      ) + '\nNothing was written.',
  },
  'adopt.old-ledger': {
    exitCode: 7,
    says: ({ table, missing, last }) =>
      `the table ${table} of the old tool contains ${last}, but not these older migrations:${formatList(missing)}`,
    remedy:
      makeChoices(
        'If these migrations ran in this database: run interphase adopt --at <migration>, with the migration that ran last.',
        'If they did not run: run them with the old tool. Then run interphase adopt.',
      ) + '\nNothing was written.',
  },
  'adopt.no-match': {
    exitCode: 7,
    says: ({ nearest, extra }) =>
      `the schema of the database equals no recorded state of the project; ${nearest.map(nearby).join('')}${ignoring(extra)}`,
    remedy: [
      {
        when: 'The database has tables that the nearest state does not have',
        applies: ({ extra }) => extra.length > 0,
        remedy: makeChoices('If these tables belong to other programs: run the last command of the message.', ...DIFFERING),
      },
      { when: 'The database has no other tables', applies: () => true, remedy: makeChoices(...DIFFERING) },
    ],
  },
  'adopt.bridge': {
    exitCode: 7,
    says: ({ base, migrations, continues, ignore }) =>
      `the database has the old schema "${base}"; these migrations change it to the schema after ${continues}:${formatList(migrations)}\nto run them: interphase adopt${formatIgnoreOptions(ignore)} --bridge`,
    remedy:
      makeSteps(
        'Read these migrations. If they remove something that the application uses, stop the application.',
        'Run the command in the last line of the message. If the command is interrupted, run it again.',
      ) + '\nNothing was changed yet.',
  },
  'bridge.begun': {
    exitCode: 8,
    says: ({ base }) => `the migrations that bring this database from the old schema "${base}" to the chain are not complete`,
    remedy: makeSteps('Run: interphase adopt --bridge. It continues where it stopped.', 'Run the same command again.'),
  },
  'base.invalid': {
    exitCode: 2,
    says: ({ base, file, problem }) =>
      base === ''
        ? `the directory ${file}, which contains the old schemas of the project, cannot be read: ${problem}`
        : `the base "${base}" (an old schema that the project can adopt) cannot be used: ${file}: ${problem}`,
    remedy: [
      {
        when: 'The directory of bases cannot be read',
        applies: ({ base }) => base === '',
        remedy: 'Make sure that your user may read <file>. Then run the same command again.',
      },
      {
        when: 'A base is not valid',
        applies: () => true,
        remedy:
          makeSteps(
            'Correct the base: bases/<base>.json must name a migration or a release in its field `continues`, and the directory bases/<base>/ must contain a release with the old schema as SQL.',
            'Run: interphase record.',
          ) + '\ndocs/existing-database.md shows an example.',
      },
    ],
  },
  'base.ends-elsewhere': {
    exitCode: 1,
    says: ({ base, dialect, continues, differences }) =>
      `the base "${base}" (an old schema that the project can adopt) must end in the schema after ${continues} on ${dialect}, but its schema differs:${formatList(differences)}`,
    remedy:
      makeChoices(
        'Add a migration to the directory bases/<base>/ that removes these differences.',
        'If the base ends in the schema after another migration: write the name of that migration into the field `continues` of bases/<base>.json.',
      ) + '\nThen run: interphase record.',
  },
  'adopt.ambiguous': {
    exitCode: 7,
    says: ({ states }) => `the database was not adopted, because its schema equals several recorded states:${formatList(states)}`,
    remedy: makeSteps(
      'Find out which of these migrations ran last in this database: look at the table of the tool that ran it, or at the rows that the data steps change.',
      'Name this migration: interphase adopt --at <migration>.',
    ),
  },
  'adopt.data-left': {
    exitCode: 7,
    says: ({ left, before }) =>
      `the database was not adopted, because these data steps have not changed all rows yet:${formatList(left)}${before === undefined ? '' : `\nThe migration before these data steps is ${before}.`}`,
    remedy: [
      {
        when: 'A migration comes before these data steps',
        applies: ({ before }) => before !== undefined,
        remedy: makeChoices(
          'If the next run must change these rows: run interphase adopt --at <before>.',
          'If not: change these rows by hand, and run interphase adopt again.',
        ),
      },
      {
        when: 'No migration comes before these data steps',
        applies: () => true,
        remedy:
          'Change these rows by hand, until the pending queries (the .pending.sql files) count zero. Then run interphase adopt again.',
      },
    ],
  },
  'adopt.empty': {
    exitCode: 7,
    says: ({ where }) => `the database ${where} is empty, so there is nothing to adopt`,
    remedy: 'Run: interphase up. The command creates the schema from the first release on.',
  },
  'stamp.finished': {
    exitCode: 2,
    says: ({ migration, state }) => `interphase stamp works only on an interrupted migration, but ${migration} is ${state}`,
    remedy:
      'To see which migration is interrupted, run: interphase status. To repeat a data step that is done, run: interphase migrate --again <migration>.',
  },
  'adopt.already': {
    exitCode: 7,
    says: ({ project, release }) =>
      `the database was not adopted, because interphase already manages it for ${project}, at the release ${release}`,
    remedy: makeChoices(
      'To see the progress of the database and the next command, run: interphase status.',
      'If somebody made the changes of a later release by hand, record this release, and name it: interphase adopt --at <release>.',
    ),
  },
  'drift.before-end': {
    exitCode: 7,
    says: ({ release, phase }) =>
      `no release was written, because ${phase} of ${release} is next in this database. A new release stands after ${release}, so it cannot make the schema that the database has now`,
    remedy: makeChoices(
      'Take the database back to the planned schema: interphase drift --draft-back back.sql. Review the file, and run it.',
      'To keep the change, write it into a release by hand, before you take the database back.',
    ),
  },
  'squash.inside': {
    exitCode: 7,
    says: ({ at, release, files, changed }) =>
      changed.length > 0
        ? `${release} replaces older releases, and this database ran other versions of these migrations:${formatList(changed)}`
        : `this database is at ${at}, in the middle of the older releases that ${release} replaces; to complete them: interphase up --project-dir ${files}`,
    remedy: [
      {
        when: 'The database ran other versions of the replaced migrations',
        applies: ({ changed }) => changed.length > 0,
        remedy: makeSteps(
          'Get the files of the project from before the squash, for example from an older commit.',
          'Run interphase status with these files. It tells how to bring this database to the end of the replaced releases.',
          'Run the same command again with the present files.',
        ),
      },
      {
        when: 'The database ran a part of the replaced migrations',
        applies: () => true,
        remedy: makeSteps(
          'Run the command at the end of the message, with the URL of this database. If the directory is gone, use an older commit of the project instead, and run: interphase up --to <release>.',
          'Run the same command again.',
        ),
      },
    ],
  },
  'squash.refused': {
    exitCode: 2,
    says: ({ problems }) => `these releases cannot be squashed (replaced by one first release):${formatList(problems)}`,
    remedy: 'Remove each cause in the list, or name another release after --through. Nothing was written.',
  },
  'squash.differs': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `on ${dialect}, the new first release does not create the same schema as the old releases:${formatList(differences)}`,
    remedy:
      'Squash fewer releases: name an earlier release after --through, so that a later release creates these objects. Nothing was written.',
  },
  'squash.ends-elsewhere': {
    exitCode: 1,
    says: ({ release, dialect, planned, found, differences }) =>
      `on ${dialect}, the squashed release ${release} does not end in the same schema as the old releases that it replaces${differences.length > 0 ? `:${formatList(differences)}` : ` (state ${found} instead of ${planned})`}`,
    remedy: makeSteps(
      'Restore the files of this release as interphase squash wrote them.',
      'Write the change of the schema into a new release.',
      'Run: interphase record.',
    ),
  },
  'snapshot.not-empty': {
    exitCode: 7,
    says: ({ where, objects, isBegun }) =>
      isBegun
        ? `the database ${where} has objects that the interrupted interphase up --from-snapshot does not create:${formatList(objects)}`
        : `the database ${where} is not empty, so interphase up --from-snapshot cannot create the schema in it. The database contains:${formatList(objects)}`,
    remedy: [
      {
        when: 'The database has a ledger of the project',
        applies: ({ hasLedger }) => hasLedger,
        remedy: 'To run the releases that this database does not have yet: interphase up.',
      },
      {
        when: 'The database has objects and no ledger',
        applies: () => true,
        remedy: makeChoices(
          'If the objects belong to another program: add their names to the setting `ignore`, and run the same command again.',
          'If the schema is that of the project: run interphase adopt.',
          'If the objects are not needed: drop the database, create it again, and run the same command again.',
        ),
      },
    ],
  },
  'snapshot.unwritable': {
    exitCode: 1,
    says: ({ dialect, objects }) =>
      `on ${dialect}, interphase cannot write the SQL for these objects of the newest recorded state:${formatList(objects)}`,
    remedy: 'Build the schema with the migrations: interphase up. Nothing was written.',
  },
  'snapshot.failed': {
    exitCode: 1,
    says: ({ statement, problem, isEmpty }) =>
      `the schema was not created from the recorded state, because the server refused a statement: ${problem}\n${statement}\n${leftOver(isEmpty)}`,
    remedy: [
      {
        when: 'The database is as before',
        applies: ({ isEmpty }) => isEmpty,
        remedy: makeChoices(
          'If the server lacks something, such as an extension: add it, and run the same command again.',
          'If not: build the schema with the migrations, with interphase up.',
        ),
      },
      { when: 'The database contains a part of the schema', applies: () => true, remedy: ANEW },
    ],
  },
  'snapshot.differs': {
    exitCode: 7,
    says: ({ differences, isEmpty }) =>
      `the schema that interphase up --from-snapshot created differs from the newest recorded state:${formatList(differences)}\n${leftOver(isEmpty)}`,
    remedy: [
      {
        when: 'The database is as before',
        applies: ({ isEmpty }) => isEmpty,
        remedy: 'Build the schema with the migrations: interphase up.',
      },
      { when: 'The database contains a part of the schema', applies: () => true, remedy: ANEW },
    ],
  },
  'snapshot.begun': {
    exitCode: 8,
    says: ({ withRows }) =>
      `interphase up --from-snapshot was interrupted, so the schema of the database is incomplete; to continue: interphase up --from-snapshot${withRows ? ' --rows' : ''}`,
    remedy: makeChoices(
      'Run the command at the end of the message. The command continues where it was interrupted.',
      'Or drop the database, create it again, and run interphase up.',
    ),
  },
  'snapshot.changed': {
    exitCode: 8,
    says: ({ problems }) => `the interrupted interphase up --from-snapshot cannot continue:${formatList(problems)}`,
    remedy: makeChoices(
      'Run the command again with the files of the releases and the options with which it began.',
      'Or drop the database, create it again, and run the same command again.',
    ),
  },
  'snapshot.rows': {
    exitCode: 2,
    says: ({ problems }) => `the rows of the releases cannot be loaded:${formatList(problems)}`,
    remedy: [
      {
        when: 'The rows are not recorded',
        applies: ({ again }) => again,
        remedy: makeSteps('Run: interphase record.', 'Run the same command again.'),
      },
      {
        when: 'The recording does not have all rows',
        applies: () => true,
        remedy: makeChoices(
          'Run the command without --rows, and insert the rows by hand.',
          'Or build schema and rows with the migrations: interphase up.',
        ),
      },
    ],
  },
}
