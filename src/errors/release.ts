import { type ErrorWordings, formatIndentedLines, formatRemedyAlternatives, joinWordsWithOr } from './wording.ts'

/** The facts of the errors about the files of a release directory. */
export interface ReleaseErrorFacts {
  'release.unreadable': { readonly directory: string; readonly problem: string }
  'release.bad-name': { readonly file: string; readonly problem: string }
  'release.unknown-phase': { readonly file: string; readonly phase: string; readonly known: readonly string[] }
  'release.unknown-dialect': { readonly file: string; readonly dialect: string; readonly known: readonly string[] }
  'release.duplicate': { readonly migration: string; readonly files: readonly string[] }
  'release.two-slugs': { readonly release: string; readonly number: string; readonly slugs: readonly string[] }
  'release.orphan': { readonly file: string; readonly needs: string }
  'release.dialect-missing': { readonly migration: string; readonly dialect: string; readonly files: readonly string[] }
  'release.invalid-json': { readonly file: string; readonly problem: string }
  'release.no-chain': { readonly problem: string; readonly releases: readonly string[] }
  'release.not-sound': {
    readonly release: string
    readonly dialect: string
    readonly findings: readonly string[]
    readonly remedies: readonly string[]
  }
  'release.refused': { readonly release: string; readonly dialect: string; readonly refusals: readonly string[] }
}

/** The messages, the remedies and the exit codes of the errors about the files of a release directory. */
export const RELEASE_ERRORS: ErrorWordings<ReleaseErrorFacts> = {
  'release.unreadable': {
    exitCode: 2,
    message: ({ directory, problem }) => `the release directory ${directory} cannot be read: ${problem}`,
    remedy: [
      {
        when: 'If the directory does not exist',
        applies: ({ problem }) => /ENOENT/.test(problem),
        remedy: formatRemedyAlternatives(
          'If the project has no release yet: run interphase new <release> <change>, which creates the directory. Git does not keep an empty directory.',
          'If the releases are in another directory: correct the setting `releases` of the configuration.',
        ),
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: formatRemedyAlternatives(
          'If <directory> is a release: correct the problem at the end of the message.',
          'If <directory> is not a release: move it out of the directory of releases, because interphase reads every directory there as a release.',
        ),
      },
    ],
  },
  'release.bad-name': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: the file name is not valid: ${problem}`,
    remedy: [
      {
        when: 'If the file contains sample rows or a probe',
        applies: ({ file }) => /[\\/](?:rows|probes)[\\/]/.test(file),
        remedy: 'Give the file a name that ends in .sql, such as widget.sql, or widget.mysql.sql for one database server.',
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy: formatRemedyAlternatives(
          'If the file is a migration: give it a name such as 010-add-date.expand.sql, 010-add-date.expand.mysql.sql (for one database server) or 010-add-date.migrate.ts (for a function).',
          'If the file is the pending query or the undo of a migration: give it a name such as 010-add-date.migrate.pending.sql or 010-add-date.expand.undo.sql.',
          'In all other cases: move <file> out of the directory of releases.',
        ),
      },
    ],
  },
  'release.unknown-phase': {
    exitCode: 2,
    message: ({ file, phase, known }) =>
      `${file}: the file name contains the unknown phase "${phase}"; the phase must be ${joinWordsWithOr(known)}`,
    remedy: 'Rename the file, so that the part of its name after the first dot is a phase, such as 010-add-date.expand.sql.',
  },
  'release.unknown-dialect': {
    exitCode: 2,
    message: ({ file, dialect, known }) =>
      `${file}: the file name contains the unknown database server "${dialect}"; the server must be ${joinWordsWithOr(known)}`,
    remedy: formatRemedyAlternatives(
      'If the file is for one database server: give it a name such as 010-add-date.expand.postgres.sql.',
      'If the file is for all database servers: remove ".<dialect>" from the name of the file.',
    ),
  },
  'release.duplicate': {
    exitCode: 2,
    message: ({ migration, files }) => `more than one file defines the migration ${migration}: ${files.join(', ')}`,
    remedy: 'Keep one of these files. Delete the other files, or give each of them another number.',
  },
  'release.two-slugs': {
    exitCode: 2,
    message: ({ release, number, slugs }) => `${release}: two changes have the same number ${number}: ${slugs.join(', ')}`,
    remedy: formatRemedyAlternatives(
      'If the two names belong to two changes: give the files of one change another number.',
      'If the two names belong to one change: use one name after the number in all files of the change, such as <number>-date.expand.sql and <number>-date.contract.sql.',
    ),
  },
  'release.orphan': {
    exitCode: 2,
    message: ({ file, needs }) => `${file} belongs to the migration ${needs}, but this migration has no file`,
    remedy: 'Add the file of the migration <needs>, or delete <file>.',
  },
  'release.dialect-missing': {
    exitCode: 2,
    message: ({ migration, dialect, files }) =>
      `${migration} has no file for the database server ${dialect}; its only files are ${files.join(', ')}`,
    remedy: 'Add a file whose name ends in .<dialect>.sql. If no statement is needed on <dialect>, write only a comment into the file.',
  },
  'release.invalid-json': {
    exitCode: 2,
    message: ({ file, problem }) => `the file ${file} is not valid: ${problem}`,
    remedy: 'Correct <file>. The section "release.json" of docs/releases.md describes the fields of this file.',
  },
  'release.no-chain': {
    exitCode: 2,
    message: ({ problem, releases }) =>
      `the order of the releases is not clear: ${problem}. The releases are:${formatIndentedLines(releases)}`,
    remedy:
      'Correct the field `after` in the file release.json of these releases, such as { "after": "2026.1-first" }. If a release has no `after`, it follows the previous release in the order of the names. Each release except the first must follow exactly one release. Two releases must not follow the same release.',
  },
  'release.not-sound': {
    exitCode: 1,
    message: ({ release, dialect, findings }) =>
      `${release} is not sound on ${dialect}: executed phase by phase (phased order), its migrations do not work as they do when executed change by change (authored order):${formatIndentedLines(findings)}`,
    remedy: 'Change the migrations as the lines with `remedy:` describe. Then run: interphase record.',
  },
  'release.refused': {
    exitCode: 6,
    message: ({ release, dialect, refusals }) =>
      `${release} cannot run on ${dialect}, because the policies (the rules of the phases) do not allow these migrations:${formatIndentedLines(refusals)}`,
    remedy:
      formatRemedyAlternatives(
        'Change the migrations as the lines of the message describe.',
        'If a migration must break the rule: add this line with your reason to the SQL file: -- interphase: despite <effect> because …. For the size of a data step, write one-transaction as the effect. In a function, add this field to the definition: despite: [{ effect: "<effect>", because: "…" }].',
      ) + '\nThen run interphase record, and run the same command again.',
  },
}
