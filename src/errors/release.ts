import { type ErrorWordings, formatList, joinWithOr, makeChoices } from './wording.ts'

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

/** The texts of the errors about the files of a release directory. */
export const RELEASE_ERRORS: ErrorWordings<ReleaseErrorFacts> = {
  'release.unreadable': {
    exitCode: 2,
    says: ({ directory, problem }) => `the release directory ${directory} cannot be read: ${problem}`,
    remedy: makeChoices(
      'If <directory> is a release: correct the problem at the end of the message.',
      'If <directory> is not a release: move it out of the directory of releases, because the engine reads everything there.',
    ),
  },
  'release.bad-name': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the file name is not valid: ${problem}`,
    remedy: [
      {
        when: 'The file contains sample rows or a probe',
        applies: ({ file }) => /[\\/](?:rows|probes)[\\/]/.test(file),
        remedy: 'Give the file a name that ends in .sql, such as widget.sql, or widget.mysql.sql for one database server.',
      },
      {
        when: 'Any other file',
        applies: () => true,
        remedy: makeChoices(
          'If the file is a migration: give it a name such as 010-add-date.expand.sql, 010-add-date.expand.mysql.sql (for one database server) or 010-add-date.migrate.ts (for a function).',
          'If it belongs to a migration: give it a name such as 010-add-date.migrate.pending.sql or 010-add-date.expand.undo.sql.',
          'In all other cases: move <file> out of the directory of releases.',
        ),
      },
    ],
  },
  'release.unknown-phase': {
    exitCode: 2,
    says: ({ file, phase, known }) =>
      `${file}: the file name contains the unknown phase "${phase}"; the phase must be ${joinWithOr(known)}`,
    remedy: 'Rename the file, so that the part after its first dot is a phase, such as 010-add-date.expand.sql.',
  },
  'release.unknown-dialect': {
    exitCode: 2,
    says: ({ file, dialect, known }) =>
      `${file}: the file name contains the unknown database server "${dialect}"; the server must be ${joinWithOr(known)}`,
    remedy: makeChoices(
      'If the file is for one database server: rename it, such as 010-add-date.expand.postgres.sql.',
      'If the file is for all database servers: remove ".<dialect>" from its name.',
    ),
  },
  'release.duplicate': {
    exitCode: 2,
    says: ({ migration, files }) => `${files.length} files define the same migration ${migration}: ${files.join(', ')}`,
    remedy: 'Keep one of these files. Delete the others, or give them another number.',
  },
  'release.two-slugs': {
    exitCode: 2,
    says: ({ release, number, slugs }) => `${release}: two changes have the same number ${number}: ${slugs.join(', ')}`,
    remedy: makeChoices(
      'If they are two changes: give the files of one change another number.',
      'If they are one change: give all its files the same name after the number, such as <number>-date.expand.sql and <number>-date.contract.sql.',
    ),
  },
  'release.orphan': {
    exitCode: 2,
    says: ({ file, needs }) => `${file} belongs to the migration ${needs}, but this migration has no file`,
    remedy: 'Add the file of the migration <needs>, or delete <file>.',
  },
  'release.dialect-missing': {
    exitCode: 2,
    says: ({ migration, dialect, files }) =>
      `the migration ${migration} has no file for the database server ${dialect}; it has only ${files.join(', ')}`,
    remedy:
      'Add a file whose name ends in .<dialect>.sql. If the migration has nothing to do on <dialect>, write only a comment into the file.',
  },
  'release.invalid-json': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the release.json is not valid: ${problem}`,
    remedy: 'Correct <file>. The section "release.json" of docs/releases.md describes its fields.',
  },
  'release.no-chain': {
    exitCode: 2,
    says: ({ problem, releases }) => `the order of the releases is not clear: ${problem}. The releases are:${formatList(releases)}`,
    remedy:
      'Correct the field `after` in the file release.json of these releases. Each release except the first must name the release before it, such as { "after": "2026.1-first" }.',
  },
  'release.not-sound': {
    exitCode: 1,
    says: ({ release, dialect, findings }) =>
      `${release} is not sound on ${dialect}: phase by phase (phased order), the release gives another result than change by change (authored order):${formatList(findings)}`,
    remedy: 'Change the migrations as the lines with `remedy:` say. Then run: interphase record.',
  },
  'release.refused': {
    exitCode: 6,
    says: ({ release, dialect, refusals }) =>
      `${release} does not run on ${dialect}, because the policies (the rules of the phases) do not allow these parts of it:${formatList(refusals)}`,
    remedy:
      makeChoices(
        'Change the migrations as the lines say.',
        'If a part must stay: add this line with your reason to the SQL file: -- interphase: despite <effect> because …. For the size of a data step, write one-transaction as the effect. In a function, write `despite` into its definition.',
      ) + '\nThen run interphase record, and run the same command again.',
  },
}
