import { type ErrorWordings, formatList, formatMoreLines, makeChoices, makeSteps, suggestNames } from './wording.ts'

/** The facts of the errors about recorded states, and the proof that a release is sound. */
export interface RecordErrorFacts {
  'states.missing': { readonly release: string; readonly dialect: string; readonly missing: readonly string[] }
  'states.stale': { readonly release: string; readonly dialect: string; readonly reasons: readonly string[] }
  'states.invalid': { readonly file: string; readonly problem: string }
  'states.name-case': { readonly where: string; readonly recorded: number; readonly found: number; readonly table?: string }
  'record.failed': {
    readonly release: string
    readonly dialect: string
    readonly migration: string
    readonly order: string
    readonly file: string
    readonly problem: string
    /** A sentence about the option of the dump tool that is the cause, if the file is a dump. */
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

/** The texts of the errors about recorded states, and the proof that a release is sound. */
export const RECORD_ERRORS: ErrorWordings<RecordErrorFacts> = {
  'states.missing': {
    exitCode: 2,
    says: ({ release, dialect, missing }) =>
      `the release ${release} was not yet recorded for ${dialect}${missing.length === 0 ? '' : `; these migrations have no recorded state:${formatList(missing)}`}`,
    remedy: makeSteps('Run: interphase record.', 'Review the new files below states/, and commit them.'),
    page: {
      means:
        'The release never ran on a shadow of this dialect. The effects of its migrations are therefore unknown, and it is not proven that the release can run phase by phase. If interphase record refuses the release because it is not sound, its message names the reason.',
      example: 'releases/2016.1-mitaka has no states/postgres',
    },
  },
  'states.stale': {
    exitCode: 2,
    says: ({ release, dialect, reasons }) =>
      `the recorded states of the release ${release} for ${dialect} are out of date:${formatList(reasons)}`,
    remedy: makeSteps('Run: interphase record.', 'Review the changed files below states/, and commit them.'),
    page: {
      means:
        'The recorded states do not describe the files beside them. A migration was changed, added or removed; or an earlier release now ends in another schema; or an older version of interphase wrote the states. The proof does not cover the present files.',
      example: '010-price.expand.sql was edited after interphase record',
    },
  },
  'states.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: this recorded state cannot be used: ${problem}`,
    remedy: makeSteps(
      'Run: interphase record. The command writes the file again.',
      'Review the changed files below states/, and commit them.',
    ),
    page: {
      means:
        'interphase record generates the files under states/. Each file carries a digest of its content, and _release.json lists the digests of the others. This file cannot be read, was edited or merged by hand, or comes from another recording.',
      example: 'states/postgres/010-price.json, merged from two branches by hand',
    },
  },
  'states.name-case': {
    exitCode: 2,
    says: ({ where, recorded, found, table = 'a table' }) =>
      `${where} has lower_case_table_names = ${found}, but the release was recorded on a server with the value ${recorded}. The two servers store capital letters in table names (${table}) differently`,
    remedy: makeSteps(
      'In the configuration, set `shadow.mysql.url` or `shadow.mariadb.url` to a server with lower_case_table_names = <found>.',
      'Run: interphase record --all.',
      'Review the changed files below states/, and commit them. Then run the same command again.',
    ),
    page: {
      means:
        'lower_case_table_names decides whether MySQL and MariaDB keep the capital letters of table names. With 0 they do; with 1 they store lower case. No migration has run.',
      example: 'CREATE TABLE Customer, recorded on Linux, and run on a server of Windows',
    },
  },
  'record.failed': {
    exitCode: 1,
    says: ({ dialect, migration, order, problem, hint }) =>
      `${migration} failed on a shadow (a scratch database) of ${dialect}, ${order === 'phased' ? 'when the release ran phase by phase' : 'when the changes ran one after the other'} (${order} order): ${problem}${formatMoreLines(hint)}`,
    remedy: 'Correct <file>. Then run: interphase record. No other database was changed.',
  },
  'record.lacks': {
    exitCode: 1,
    says: ({ dialect, migration, problem, needs, ways }) =>
      `${migration} failed on a shadow (a scratch database) of ${dialect}, because ${needs} does not exist there: ${problem}${formatList(ways)}`,
    remedy:
      makeSteps('Do what one of the last lines of the message says.', 'Run: interphase record.') +
      '\nEvery database in which the release will run needs the same.',
  },
  'record.undo': {
    exitCode: 1,
    says: ({ file, dialect, migration, problems }) =>
      `${file} does not undo ${migration} completely on ${dialect}; these differences remain after the undo:${formatList(problems)}`,
    remedy:
      makeChoices(
        'Correct <file>, so that the undo restores the earlier schema and rows.',
        'If the migration cannot be undone: add this comment with your reason to the file of the migration: -- interphase: irreversible because ….',
        'If another tool has already run this release: set `history` in its release.json (docs/releases.md).',
      ) + '\nThen run: interphase record.',
  },
  'record.printed-otherwise': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `the ${dialect} server prints these definitions in another form than they were written, so a restored dump would differ:${formatList(differences)}`,
    remedy: [
      {
        when: 'Characters are lost',
        applies: ({ differences }) => differences.some((one) => one.includes('characters are lost')),
        remedy: "Write these characters as bytes, such as CONVERT(unhex('E9') USING latin1). Then run: interphase record.",
      },
      {
        when: 'The server prints an expression in another form',
        applies: () => true,
        remedy:
          'Write the expression in the form that the server prints in full, such as CONVERT(CHAR(77) USING utf8mb4) instead of CHAR(77 USING utf8mb4). If the expression has only constants, write its value. Then run: interphase record.',
      },
    ],
  },
  'record.rows': {
    exitCode: 1,
    says: ({ file, dialect, problem }) => `the statements of ${file} failed on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy: [
      {
        when: 'The file is the set-up file of the shadow',
        applies: ({ file }) => /shadow\.setup\./.test(file),
        remedy: 'Correct <file>. Then run the same command again.',
      },
      {
        when: 'The file contains sample rows',
        applies: () => true,
        remedy: 'Correct <file>, so that its rows fit the schema before the release. Then run: interphase record.',
      },
    ],
  },
  'record.no-server': {
    exitCode: 2,
    says: ({ dialect, problem }) => `interphase cannot create a shadow (a scratch database) for ${dialect}: ${problem}`,
    remedy: [
      {
        when: 'The embedded PostgreSQL is not installed',
        applies: ({ problem }) => problem.includes('is not installed'),
        remedy:
          makeChoices(
            'To install the embedded server, run: npm install --include=optional.',
            'To use another development server, set its URL in `shadow.postgres.url` of the configuration, or in the variable INTERPHASE_SHADOW_POSTGRES_URL.',
          ) + '\nThen run the same command again.',
      },
      {
        when: 'No server is named',
        applies: ({ problem }) => problem.endsWith('is named'),
        remedy:
          'Set the URL of a development server in `shadow.<dialect>.url` of the configuration, or in the variable INTERPHASE_SHADOW_<DIALECT>_URL. Then run the same command again. The engine creates scratch databases on that server, and drops them afterwards.',
      },
      {
        when: 'The server cannot be used',
        applies: () => true,
        remedy:
          makeChoices(
            'Correct the problem at the end of the message.',
            'Or name another development server: set its URL in `shadow.<dialect>.url` of the configuration, or in the variable INTERPHASE_SHADOW_<DIALECT>_URL.',
          ) + '\nThen run the same command again.',
      },
    ],
  },
  'probe.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the probe (statements of the application that a rehearsal tests) is not valid: ${problem}`,
    remedy:
      makeChoices(
        'If it contains BEGIN, COMMIT or DDL: remove these statements. A probe contains only queries and writes of rows.',
        'If its comment is wrong: write -- interphase: fails after 010-add-date.contract because ….',
        'If it is empty: write a statement into it, or delete it.',
      ) + '\nThen run: interphase rehearse.',
  },
  'rehearse.command': {
    exitCode: 1,
    says: ({ command, ended, at }) => `your command ${command} ended with ${ended} on a shadow (a scratch database) ${at}`,
    remedy:
      'Read the output of the command above, and correct the cause. Then run the same interphase rehearse command again. The engine creates the scratch database again.',
  },
  'rehearse.no-command': {
    exitCode: 2,
    says: ({ program, problem }) => `your command ${program} cannot be started: ${problem}`,
    remedy: makeChoices(
      'If the name is wrong: write the name of an installed program after --.',
      'If the command contains a pipe or &&: call a shell, such as -- sh -c "npm test && npm run e2e".',
    ),
  },
  'rehearse.timeout': {
    exitCode: 1,
    says: ({ command, seconds, at }) => `your command ${command} was stopped after ${seconds} s, on a shadow (a scratch database) ${at}`,
    remedy:
      'Find out why the command waits. If it only needs more time, run interphase rehearse again with a larger number after --timeout.',
  },
  'rehearse.stopped': {
    exitCode: 10,
    says: ({ signal }) => `the rehearsal was stopped by ${signal}, and its scratch databases were dropped`,
    remedy: 'Run the same command again. The rehearsal starts from its beginning.',
  },
  'state.unknown': {
    exitCode: 2,
    says: ({ id, known }) => `there is no release, change or migration ${id}${suggestNames(id, known)}`,
    remedy:
      'Write the name of a release (2026.1-first), a change (2026.1-first/010-add-date) or a migration (2026.1-first/010-add-date.expand).',
  },
}
