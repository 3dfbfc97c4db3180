import { type ErrorWordings, formatIndentedLines, formatRemedyAlternatives, formatRemedySteps, joinWordsWithOr } from './wording.ts'

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

/**
 * The messages, the remedies and the exit codes of the errors about the configuration, the command line and the files that a
 * command writes.
 */
export const CONFIG_ERRORS: ErrorWordings<ConfigErrorFacts> = {
  'config.missing': {
    exitCode: 2,
    message: ({ directory }) =>
      `no configuration file interphase.config.ts (or .mts, .js, .mjs, .json) exists in ${directory} or in a directory above it`,
    remedy: formatRemedyAlternatives(
      'If the project exists: change to its directory, or add --project-dir <path> to the command.',
      'If the project is new: run interphase init.',
    ),
  },
  'config.invalid': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: the configuration is not valid: ${problem}`,
    remedy:
      'Correct the problem at the end of the message. Then run the same command again. docs/configuration.md describes every setting.',
  },
  'config.certificate': {
    exitCode: 2,
    message: ({ file, problem }) => `the certificate or key file ${file} cannot be read: ${problem}`,
    remedy: formatRemedySteps(
      'Make sure that the file <file> exists, and that your user has the permission to read the file.',
      'If the path is wrong, correct the path in the option --tls-ca, --tls-cert or --tls-key, in the database URL, or in the setting `database.tls` or `shadow.<dialect>.tls` of the configuration.',
      'Run the same command again.',
    ),
  },
  'config.dialect': {
    exitCode: 2,
    message: ({ dialect, declared }) =>
      `the database server is ${dialect}, but the project is configured only for ${joinWordsWithOr(declared)}`,
    remedy:
      formatRemedyAlternatives(
        'If the database URL names the wrong database: correct the URL.',
        "If the project must support <dialect>: add '<dialect>' to `dialects` in the configuration, and run interphase record.",
      ) + '\nThen run the same command again.',
  },
  'usage': {
    exitCode: 2,
    message: ({ problem, try: better }) => `${problem.replace(/\.$/, '')}. ${better}`,
    remedy: 'Correct the command. To print the options of the command, run the command with --help.',
    page: {
      means:
        'The command line contains an unknown command or option, or a wrong value, or a required option is missing. The first sentence of the message names the problem, and the second sentence states how to correct the command.',
      example: `interphase migrate --max-rows many
"many" is not a number of rows. Write --max-rows 1000000 for a million rows`,
    },
  },
  'file.exists': {
    exitCode: 2,
    message: ({ files }) => `no file was written, because these files exist already:${formatIndentedLines(files)}`,
    remedy: formatRemedyAlternatives(
      'If the files are not needed: move them to another directory, and run the same command again.',
      'If the files are needed, and the command contains a name for the new files: run the command with another name or number.',
      'If the change exists, and it lacks the file of a phase: run interphase new with the name of this change and --phase <phase>.',
    ),
  },
  'file.unwritable': {
    exitCode: 1,
    message: ({ file, problem }) => `the file ${file} cannot be written: ${problem}`,
    remedy:
      'Make sure that the directory of <file> exists, and that your user has the permission to write into this directory. Then run the same command again.',
  },
}
