import { type ErrorWordings, formatList, joinWithOr, makeChoices, makeSteps } from './wording.ts'

/** The facts of the errors about the configuration, the command line and the files that a command writes. */
export interface ConfigErrorFacts {
  'config.missing': { readonly directory: string }
  'config.invalid': { readonly file: string; readonly problem: string }
  'config.certificate': { readonly file: string; readonly problem: string }
  'config.dialect': { readonly dialect: string; readonly declared: readonly string[] }
  'usage': { readonly problem: string; readonly try: string }
  'file.exists': { readonly files: readonly string[] }
  'file.unwritable': { readonly file: string; readonly problem: string }
}

/** The texts of the errors about the configuration, the command line and the files that a command writes. */
export const CONFIG_ERRORS: ErrorWordings<ConfigErrorFacts> = {
  'config.missing': {
    exitCode: 2,
    says: ({ directory }) =>
      `no configuration file interphase.config.ts (or .js, .mjs, .json) exists in ${directory} or in a directory above it`,
    remedy: makeChoices(
      'If the project exists: change to its directory, or add --project-dir <path> to the command.',
      'If the project is new: run interphase init.',
    ),
  },
  'config.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the configuration is not valid: ${problem}`,
    remedy:
      'Correct the problem at the end of the message. Then run the same command again. docs/configuration.md describes every setting.',
  },
  'config.certificate': {
    exitCode: 2,
    says: ({ file, problem }) => `the certificate or key file ${file} cannot be read: ${problem}`,
    remedy: makeSteps(
      'Check that <file> exists, and that your user may read it.',
      'If the path is wrong, correct it where you gave it: in the option --tls-ca, --tls-cert or --tls-key, in the database URL, or in the setting `database.tls` or `shadow.<dialect>.tls` of the configuration.',
      'Run the same command again.',
    ),
  },
  'config.dialect': {
    exitCode: 2,
    says: ({ dialect, declared }) => `the database server is ${dialect}, but the project is configured only for ${joinWithOr(declared)}`,
    remedy:
      makeChoices(
        'If the URL names the wrong database: correct it in --database-url or INTERPHASE_DATABASE_URL.',
        "If the project must support <dialect>: add '<dialect>' to `dialects` in the configuration, and run interphase record.",
      ) + '\nThen run the same command again.',
  },
  'usage': {
    exitCode: 2,
    says: ({ problem, try: better }) => `${problem.replace(/\.$/, '')}. ${better}`,
    remedy: 'Correct the command. To see its options, run the command with --help.',
  },
  'file.exists': {
    exitCode: 2,
    says: ({ files }) => `no file was written, because these files exist already:${formatList(files)}`,
    remedy: 'Move these files to another place, or give other names in the command. Then run the same command again.',
  },
  'file.unwritable': {
    exitCode: 1,
    says: ({ file, problem }) => `the file ${file} cannot be written: ${problem}`,
    remedy: 'Make sure that the directory of <file> exists, and that your user may write to it. Then run the same command again.',
  },
}
