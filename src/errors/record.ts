import {
  CASCADE_HINT_PATTERN,
  DROP_WITHOUT_CASCADE_REMEDY,
  type ErrorWordings,
  formatIndentedLines,
  formatNameSuggestions,
  formatRemedyAlternatives,
  formatRemedySteps,
  formatTextAfterLineBreak,
} from './wording.ts'

/** The facts of the errors about recorded states, and about the proof that a release is sound. */
export interface RecordErrorFacts {
  'states.missing': { readonly release: string; readonly dialect: string; readonly missing: readonly string[] }
  'states.stale': { readonly release: string; readonly dialect: string; readonly reasons: readonly string[] }
  'states.invalid': { readonly file: string; readonly problem: string }
  'states.name-case': { readonly where: string; readonly recorded: number; readonly found: number; readonly table?: string }
  'record.failed': {
    readonly release: string
    readonly dialect: string
    readonly migration: string
    readonly order: 'authored' | 'phased'
    readonly file: string
    readonly problem: string
    /**
     * A sentence with better options for the dump tool. The field is present if the migration file is the output of a dump tool,
     * and the options of the dump tool caused the error.
     */
    readonly hint?: string
  }
  'record.lacks': {
    readonly release: string
    readonly dialect: string
    readonly migration: string
    readonly file: string
    readonly problem: string
    readonly needs: string
    readonly ways: readonly string[]
  }
  'record.undo': {
    readonly release: string
    readonly dialect: string
    readonly migration: string
    readonly file: string
    readonly problems: readonly string[]
    /** The effects of the release that the policies refuse. */
    readonly refused?: readonly string[]
  }
  'record.printed-otherwise': { readonly dialect: string; readonly differences: readonly string[] }
  'record.rows': { readonly file: string; readonly dialect: string; readonly problem: string }
  'record.no-server': { readonly dialect: string; readonly problem: string }
  'probe.invalid': { readonly file: string; readonly problem: string }
  'rehearse.command': { readonly command: string; readonly ended: string; readonly at: string }
  'rehearse.no-command': { readonly program: string; readonly problem: string }
  'rehearse.timeout': { readonly command: string; readonly seconds: number; readonly at: string }
  'rehearse.stopped': { readonly signal: string }
  'state.unknown': { readonly id: string; readonly known: readonly string[] }
}

/**
 * The messages, the remedies and the exit codes of the errors about recorded states, and about the proof that a release is sound.
 */
export const RECORD_ERRORS: ErrorWordings<RecordErrorFacts> = {
  'states.missing': {
    exitCode: 2,
    message: ({ release, dialect, missing }) =>
      `the release ${release} is not recorded for ${dialect}${missing.length === 0 ? '' : `; these migrations have no recorded state:${formatIndentedLines(missing)}`}`,
    remedy: formatRemedySteps('Run: interphase record.', 'Review the new files below states/, and commit them.'),
    page: {
      means:
        'The migrations of the release were never executed on a shadow of this dialect. Their effects are therefore unknown, and interphase cannot guarantee that the release can run phase by phase. If interphase record refuses the release, its error names the reason.',
      example: 'releases/2016.1-mitaka has no states/postgres',
    },
  },
  'states.stale': {
    exitCode: 2,
    message: ({ release, dialect, reasons }) =>
      `the recorded states of the release ${release} for ${dialect} are out of date:${formatIndentedLines(reasons)}`,
    remedy: [
      {
        when: 'If the file of a migration has changed',
        applies: ({ reasons }) => reasons.some((reason) => reason.endsWith(' has changed')),
        remedy: formatRemedyAlternatives(
          'If the changed migration has not run in any database: run interphase record, review the changed files below states/, and commit them.',
          'If the migration has run in a database: restore its file from version control, and write the change as a new migration. A recording does not help there, because the next run in that database would stop with ledger.changed.',
        ),
      },
      {
        when: 'If an undo was never executed',
        applies: ({ reasons }) => reasons.some((reason) => reason.includes('record --all')),
        remedy: formatRemedySteps('Run: interphase record --all.', 'Review the changed files below states/, and commit them.'),
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: formatRemedySteps('Run: interphase record.', 'Review the changed files below states/, and commit them.'),
      },
    ],
    page: {
      means:
        'The recorded states of the release do not belong to its present files. Possible causes: a migration was changed, added or removed; an earlier release now ends in another schema; an older version of interphase wrote the states. The proof that the release is sound does not cover the present files.',
      example: '010-price.expand.sql was edited after interphase record',
    },
  },
  'states.invalid': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: this recorded state cannot be used: ${problem}`,
    remedy: [
      {
        when: 'If a newer version of interphase wrote the file',
        applies: ({ problem }) => problem.startsWith('a newer version'),
        remedy: 'Install the newer version of interphase in this project. Then run the same command again.',
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: formatRemedySteps(
          'Run: interphase record. The command writes the file again.',
          'Review the changed files below states/, and commit them.',
        ),
      },
    ],
    page: {
      means:
        'interphase record generates the files below states/. Each file contains a digest of its own content, and _release.json contains the digests of the other files. Possible causes of the error: the file is missing or cannot be read, was edited or merged by hand, comes from another recording, or was written by a newer version of interphase.',
      example: 'states/postgres/010-price.json, merged from two branches by hand',
    },
  },
  'states.name-case': {
    exitCode: 2,
    message: ({ where, recorded, found, table = 'a table' }) =>
      `${where} has lower_case_table_names = ${found}, but the release was recorded on a server with the value ${recorded}. The two servers store capital letters in table names (${table}) differently`,
    remedy: formatRemedySteps(
      'In the configuration, set `shadow.mysql.url` or `shadow.mariadb.url` to a server with lower_case_table_names = <found>.',
      'Run: interphase record --all.',
      'Review the changed files below states/, and commit them. Then run the same command again.',
    ),
    page: {
      means:
        'The server variable lower_case_table_names of MySQL and MariaDB determines how the server stores table names. With the value 0 the server stores capital letters. With the value 1 the server stores lower case. With the value 2 the server stores capital letters, but compares names in lower case. The command has run no migration.',
      example: 'CREATE TABLE Customer, recorded on a server on Linux, and run on a server on Windows',
    },
  },
  'record.failed': {
    exitCode: 1,
    message: ({ dialect, migration, order, problem, hint }) =>
      `${migration} failed on a shadow (a scratch database) of ${dialect}, ${order === 'phased' ? 'when the release ran phase by phase' : 'when the changes ran one after the other'} (${order} order): ${problem}${formatTextAfterLineBreak(hint)}`,
    remedy: [
      {
        when: 'If the server proposes CASCADE',
        applies: ({ problem }) => CASCADE_HINT_PATTERN.test(problem),
        remedy: formatRemedySteps(DROP_WITHOUT_CASCADE_REMEDY, 'Run: interphase record. No other database was changed.'),
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: 'Correct <file>. Then run: interphase record. No other database was changed.',
      },
    ],
  },
  'record.lacks': {
    exitCode: 1,
    message: ({ dialect, migration, problem, needs, ways }) =>
      `${migration} failed on a shadow (a scratch database) of ${dialect}, because ${needs} does not exist there: ${problem}${formatIndentedLines(ways)}`,
    remedy:
      formatRemedySteps('The last lines of the message are alternatives. Follow one of them.', 'Run: interphase record.') +
      '\nEvery database in which the release will run needs <needs> too.',
  },
  'record.undo': {
    exitCode: 1,
    message: ({ file, dialect, migration, problems, refused = [] }) =>
      `${file} does not undo ${migration} completely on ${dialect}; after the undo, these differences from the state before the migration remain:${formatIndentedLines(problems)}${refused.length > 0 ? `\nThe policies also refuse the release:${formatIndentedLines(refused)}` : ''}`,
    remedy: [
      {
        when: 'If a policy also refuses the release',
        applies: ({ refused = [] }) => refused.length > 0,
        remedy:
          formatRemedyAlternatives(
            'If another phase allows the refused effect: move the statement to that phase. The last lines of the message name the phase, and a contract needs no undo.',
            'If the migration must break the rule: add this comment with your reason to the file of the migration: -- interphase: despite <effect> because …, with the effect in the message. Also correct <file>, or add the comment: -- interphase: irreversible because ….',
          ) + '\nThen run: interphase record.',
      },
      {
        when: 'If no policy refuses the release',
        applies: () => true,
        remedy:
          formatRemedyAlternatives(
            'If the migration can be undone: correct <file>, so that the undo restores the earlier schema and rows.',
            'If the migration cannot be undone: add this comment with your reason to the file of the migration: -- interphase: irreversible because ….',
            'If another tool has already run this release: set `history` in its release.json (docs/releases.md).',
          ) + '\nThen run: interphase record.',
      },
    ],
  },
  'record.printed-otherwise': {
    exitCode: 1,
    message: ({ dialect, differences }) =>
      `the ${dialect} server prints these definitions in another form than the migrations wrote them, so a restored dump would differ:${formatIndentedLines(differences)}`,
    remedy: [
      {
        when: 'If characters are lost',
        applies: ({ differences }) => differences.some((one) => one.includes('characters are lost')),
        remedy:
          "In the migration that creates the object, write these characters as bytes, such as CONVERT(unhex('E9') USING latin1). Then run: interphase record.",
      },
      {
        when: 'If the server prints an expression in another form',
        applies: () => true,
        remedy: formatRemedySteps(
          'In the migration that creates the object, write the expression in a form that the server prints without a change, such as CONVERT(CHAR(77) USING utf8mb4) instead of CHAR(77 USING utf8mb4). If the expression contains only constants, write its value instead.',
          'Run: interphase record.',
        ),
      },
    ],
  },
  'record.rows': {
    exitCode: 1,
    message: ({ file, dialect, problem }) => `the statements of ${file} failed on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy: [
      {
        when: 'If the file is the set-up file of the shadow',
        applies: ({ file }) => /shadow\.setup\./.test(file),
        remedy: 'Correct <file>. Then run the same command again.',
      },
      {
        when: 'If the file contains sample rows',
        applies: () => true,
        remedy: 'Correct <file>, so that its rows fit the schema before the release. Then run: interphase record.',
      },
    ],
  },
  'record.no-server': {
    exitCode: 2,
    message: ({ dialect, problem }) => `interphase cannot create a shadow (a scratch database) for ${dialect}: ${problem}`,
    remedy: [
      {
        when: 'If the embedded PostgreSQL is not installed',
        applies: ({ problem }) => problem.includes('is not installed'),
        remedy:
          formatRemedyAlternatives(
            'To install the embedded server, run: npm install --include=optional.',
            'To use another development server, set its URL in `shadow.postgres.url` of the configuration, or in the variable INTERPHASE_SHADOW_POSTGRES_URL.',
          ) + '\nThen run the same command again.',
      },
      {
        when: 'If no server is named',
        applies: ({ problem }) => problem.endsWith('is named'),
        remedy:
          'Set the URL of a development server in `shadow.<dialect>.url` of the configuration, or in the variable INTERPHASE_SHADOW_<DIALECT>_URL. Then run the same command again. The engine creates scratch databases on that server, and drops them afterwards.',
      },
      {
        when: 'If the server cannot be used',
        applies: () => true,
        remedy:
          formatRemedyAlternatives(
            'To use this server: correct the problem at the end of the message.',
            'To use another development server: set its URL in `shadow.<dialect>.url` of the configuration, or in the variable INTERPHASE_SHADOW_<DIALECT>_URL.',
          ) + '\nThen run the same command again.',
      },
    ],
  },
  'probe.invalid': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: the probe (statements of the application that a rehearsal tests) is not valid: ${problem}`,
    remedy: [
      {
        when: 'If a comment of the probe is not valid',
        applies: ({ problem }) => /^line \d+: "/.test(problem),
        remedy:
          'Write the comment in this form: -- interphase: fails after <number>-<slug>.<phase> because <reason>. For example: -- interphase: fails after 010-add-date.contract because the old version reads this column. Then run the same command again.',
      },
      {
        when: 'If the probe contains no statement',
        applies: ({ problem }) => problem.includes('no statement'),
        remedy: 'Write a query or a write of rows into <file>, or delete <file>. Then run the same command again.',
      },
      {
        when: 'If a statement of the probe is not allowed',
        applies: () => true,
        remedy:
          'Remove this statement from <file>. A probe contains only queries and writes of rows, but no BEGIN, COMMIT or DDL. Then run the same command again.',
      },
    ],
  },
  'rehearse.command': {
    exitCode: 1,
    message: ({ command, ended, at }) => `your command ${command} ended with ${ended} on a shadow (a scratch database) ${at}`,
    remedy: formatRemedySteps(
      'Read the output of <command>, which is printed above this message, and correct the cause.',
      'Run the same interphase rehearse command again. interphase creates the scratch database again.',
    ),
  },
  'rehearse.no-command': {
    exitCode: 2,
    message: ({ program, problem }) => `your command ${program} cannot be started: ${problem}`,
    remedy: formatRemedyAlternatives(
      'If the name is wrong: write the name of an installed program after --.',
      'If the command contains a pipe or &&: call a shell, such as -- sh -c "npm test && npm run e2e".',
    ),
  },
  'rehearse.timeout': {
    exitCode: 1,
    message: ({ command, seconds, at }) => `your command ${command} was stopped after ${seconds} s on a shadow (a scratch database) ${at}`,
    remedy: formatRemedyAlternatives(
      'If <command> waits for something: correct the cause, and run the same interphase rehearse command again.',
      'If <command> needs more time: run the same interphase rehearse command with a larger number after --timeout.',
    ),
  },
  'rehearse.stopped': {
    exitCode: 10,
    message: ({ signal }) => `the rehearsal was stopped by ${signal}, and its scratch databases were dropped`,
    remedy: 'Run the same command again. The rehearsal starts from its beginning.',
  },
  'state.unknown': {
    exitCode: 2,
    message: ({ id, known }) => `there is no release, change or migration ${id}${formatNameSuggestions(id, known)}`,
    remedy:
      'Run the command again with the name of a release (2026.1-first), a change (2026.1-first/010-add-date) or a migration (2026.1-first/010-add-date.expand) of the project.',
  },
}
