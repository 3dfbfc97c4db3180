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

/** The facts of every error, by its code. A code keeps its meaning forever. Each code has a page `docs/errors/<code>.md`. */
export interface ErrorFacts {
  // config: errors about the configuration, the command line and the files that a command writes
  'config.missing': { readonly directory: string }
  'config.invalid': { readonly file: string; readonly problem: string }
  'config.certificate': { readonly file: string; readonly problem: string }
  'config.dialect': { readonly dialect: string; readonly declared: readonly string[] }
  'usage': { readonly problem: string; readonly try: string }
  'file.exists': { readonly files: readonly string[] }
  'file.unwritable': { readonly file: string; readonly problem: string }

  // release: errors about the files of a release directory
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
  'migration.empty': { readonly file: string }
  'migration.front-matter': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.import-outside': { readonly file: string; readonly line: number; readonly imports: string; readonly release: string }
  'migration.import': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.imports': { readonly problems: readonly string[] }
  'migration.module': { readonly file: string; readonly problem: string }
  'migration.transaction-control': { readonly file: string; readonly line: number; readonly statement: string }
  'migration.committed': { readonly migration: string; readonly file: string }
  'migration.trespass': { readonly migration: string; readonly file: string; readonly objects: readonly string[] }
  'migration.destructive-method': { readonly file: string; readonly method: string; readonly instead: string }
  'migration.threw': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.unawaited': { readonly file: string; readonly line: number; readonly statement: string }
  'migration.needs-off': { readonly file: string; readonly line: number; readonly statement: string; readonly message: string }
  'migration.own-connection': { readonly file: string; readonly line: number; readonly where: string }
  'sql.syntax': {
    readonly file: string
    readonly line: number
    readonly column: number
    readonly message: string
    readonly excerpt: string
  }
  'statement.veiled': { readonly file: string; readonly line: number; readonly statement: string }
  'statement.stranger': { readonly file: string; readonly line: number; readonly statement: string; readonly objects: readonly string[] }
  'statement.refused': { readonly file: string; readonly line: number; readonly statement: string; readonly because: string }
  'batch.statement': { readonly file: string; readonly line: number; readonly statement: string; readonly problem: string }
  'batch.declaration': { readonly file: string; readonly line: number; readonly problem: string }
  'batch.key': { readonly file: string; readonly line: number; readonly table: string; readonly problem: string; readonly instead: string }
  'batch.depends': {
    readonly migration: string
    readonly file: string
    readonly line: number
    readonly how: string
    readonly differences: readonly string[]
  }
  'batch.row': {
    readonly migration: string
    readonly file: string
    readonly table: string
    readonly key: string
    readonly message: string
  }
  'batch.quarantine-full': {
    readonly migration: string
    readonly file: string
    readonly table: string
    readonly key: string
    readonly message: string
    readonly limit: number
  }
  'quarantine.left': { readonly rows: readonly string[]; readonly done: number }
  'quarantine.unknown': { readonly problem: string }
  'batch.paused': { readonly migration: string; readonly pause: string }
  'throttle.query': { readonly file: string; readonly name: string; readonly problem: string }
  'approval.no-ssh-keygen': { readonly problem: string }
  'approval.unsigned': { readonly key: string; readonly problem: string }
  'approval.wrong-key': { readonly approver: string; readonly file: string; readonly problem: string }
  'gate.query': { readonly gate: string; readonly problem: string }
  'pending.shape': { readonly file: string; readonly problem: string }
  'pending.writes': { readonly file: string; readonly line: number; readonly problem: string }
  'policy.invalid': { readonly file: string; readonly problem: string }
  'policy.refuses': {
    readonly migration: string
    readonly file: string
    readonly dialect: string
    readonly phase: string
    readonly effect: string
    readonly object: string
    readonly on: string
    readonly reason: string
  }
  'relies.catalog': {
    readonly migration: string
    readonly file: string
    readonly line: number
    readonly dialect: string
    readonly on: string
  }
  'relies.generated-name': {
    readonly migration: string
    readonly file: string
    readonly line: number
    readonly dialect: string
    readonly on: string
  }
  'relies.all-columns': {
    readonly migration: string
    readonly file: string
    readonly line: number
    readonly dialect: string
    readonly on: string
  }
  'policy.price': {
    readonly migration: string
    readonly file: string
    readonly dialect: string
    readonly phase: string
    /** The number of the statement in the file, counted from 1. The number is 0 for a function. */
    readonly statement: number
    readonly line: number
    readonly text: string
    readonly works: string
    readonly blocks: string
    readonly tables: readonly string[]
    readonly object: string
    readonly reason: string
    readonly instead: string
  }

  // states: errors about recording a release, and about the proof that the release is sound
  'states.missing': { readonly release: string; readonly dialect: string; readonly missing: readonly string[] }
  'states.stale': { readonly release: string; readonly dialect: string; readonly reasons: readonly string[] }
  'states.invalid': { readonly file: string; readonly problem: string }
  'states.name-case': { readonly where: string; readonly recorded: number; readonly found: number; readonly table?: string }
  'release.not-sound': {
    readonly release: string
    readonly dialect: string
    readonly findings: readonly string[]
    readonly remedies: readonly string[]
  }
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

  // database: errors about connections and privileges
  'database.no-url': { readonly command: string }
  'database.bad-url': { readonly problem: string }
  'database.unreachable': { readonly where: string; readonly problem: string }
  'database.login': { readonly where: string; readonly user: string }
  'database.missing': { readonly where: string; readonly database: string }
  'database.privilege': { readonly doing: string; readonly problem: string }
  'database.read-only': { readonly doing: string; readonly problem: string }
  'database.pooler': { readonly where: string }
  'database.version': { readonly dialect: string; readonly found: string; readonly needs: string }
  'database.lost': { readonly doing: string; readonly problem: string }
  'database.locked': { readonly reading: string; readonly waitedMs: number; readonly blockers: readonly string[] }
  'statement.failed': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly sqlState: string
    readonly message: string
    /** The column of the error in its line, counted from 1. Absent if the server names no position. */
    readonly column?: number
    readonly excerpt?: string
    /** Further fields of the server's error, under PostgreSQL's names. Warnings of MySQL and MariaDB are in `detail`. */
    readonly detail?: string
    readonly hint?: string
    readonly context?: string
    readonly constraint?: string
    readonly table?: string
    readonly tableColumn?: string
  }
  'statement.lock-timeout': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly attempts: number
    readonly blockers: readonly string[]
  }
  'statement.too-large': { readonly file: string; readonly line: number; readonly bytes: number; readonly limit: number }
  'statement.timeout': { readonly file: string; readonly line: number; readonly statement: string; readonly afterMs: number }

  // ledger: errors about the ledger, which records the applied migrations
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

  // run: errors about running the phases of a release
  'schema.differs': { readonly at: string; readonly differences: readonly string[] }
  'release.refused': { readonly release: string; readonly dialect: string; readonly refusals: readonly string[] }
  'phase.held': {
    readonly phase: string
    readonly release: string
    /** The gates that are not open. Absent if the phase is held by the order of phases alone. */
    readonly gates?: readonly string[]
    readonly reasons: readonly string[]
    readonly next: string
  }
  'phase.preconditions': { readonly phase: string; readonly release: string; readonly violations: readonly string[] }
  'phase.reached': { readonly phase: string; readonly migration: string; readonly file: string; readonly violations: readonly string[] }
  'phase.declined': { readonly phase: string; readonly release: string }
  'phase.unconfirmed': { readonly phase: string; readonly release: string; readonly destroys: readonly string[]; readonly command: string }
  'undo.refused': { readonly release: string; readonly reasons: readonly string[] }
  'undo.missing': { readonly release: string; readonly missing: readonly string[] }
  'undo.begun': { readonly release: string; readonly migration: string; readonly statement: number; readonly of: number }
  'pending.left': { readonly migration: string; readonly rows: string }
  'pending.not-rerunnable': { readonly migration: string; readonly rows: string }
  'run.stopped': { readonly at: string; readonly signal: string }
  'run.limit': { readonly at: string; readonly limit: string }

  // adopt: errors about adopting an existing database
  'dump.no-program': { readonly programs: readonly string[]; readonly file: string }
  'dump.failed': { readonly program: string; readonly problem: string }
  'import.no-files': { readonly directory: string; readonly problem: string }
  'import.process': { readonly file: string; readonly name: string }
  'import.sequelize': { readonly directory: string; readonly problem: string }
  'import.failed': { readonly file: string; readonly name: string; readonly problem: string }
  'init.unfinished': { readonly tool: string; readonly table: string; readonly entries: readonly string[] }
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
  'adopt.already': { readonly project: string; readonly release: string }

  // process: errors about a process that ends too early
  'process.ended': { readonly how: string }
  'process.stray-error': { readonly problem: string }

  // internal: the error for a fault of the engine itself
  'internal': { readonly problem: string }
}

export type ErrorCode = keyof ErrorFacts

interface Wording<C extends ErrorCode> {
  /** The exit code of the process when this error ends the command. `docs/cli.md` lists the meanings. */
  readonly exitCode: 1 | 2 | 6 | 7 | 8 | 10
  readonly says: (facts: ErrorFacts[C]) => string
  readonly remedy: string
  /** The text for the generated page of an error that `check` reports: the meaning, and an example of the cause. */
  readonly page?: { readonly means: string; readonly example: string }
}

/** The only error class of the engine. The message and the remedy are for people; `code` and `facts` are for programs. */
export class InterphaseError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'InterphaseError'
  readonly code: C
  readonly facts: ErrorFacts[C]

  constructor(code: C, facts: ErrorFacts[C], options?: { readonly cause?: unknown }) {
    super(ERROR_WORDINGS[code].says(facts), options)
    this.code = code
    this.facts = facts
  }

  get remedy(): string {
    return ERROR_WORDINGS[this.code].remedy
  }

  get exitCode(): number {
    return ERROR_WORDINGS[this.code].exitCode
  }
}

/** True for an InterphaseError with this code. The check also narrows the type of `facts`. */
export function isError<C extends ErrorCode>(error: unknown, code: C): error is InterphaseError<C> {
  return error instanceof InterphaseError && error.code === code
}

/** Returns the message of a thrown value, which need not be an Error. */
export function errorMessageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const list = (items: readonly string[]) => items.map((item) => `\n  ${item}`).join('')
const brief = (statement: string) => {
  const line = statement.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
const lines = (text: string | undefined) => (text === undefined ? '' : `\n${text}`)
const waiting = (blocks: string) => ({ ddl: 'other schema changes wait', writes: 'writes wait' })[blocks] ?? 'everyone waits'
const or = (items: readonly string[]) => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`)

// The largest number of suggestions in a message.
const MOST_SUGGESTIONS = 5

/** Makes the lines of one of the nearest known states: its differences, the different objects first. */
function nearby(one: NearbyState, index: number): string {
  const differences = [...one.different, ...one.missing, ...one.extra]
  const which = index === 0 ? 'the nearest is' : '\nthe next is'
  return `${which} ${one.state}, with these differences:${list(differences)}`
}

/** Makes the line that names the command for tables of other programs, or an empty text. */
function ignoring(tables: readonly string[]): string {
  return tables.length === 0 ? '' : `\nto ignore tables of other programs, run: interphase adopt${ignoreOptions(tables)}`
}

function ignoreOptions(names: readonly string[]): string {
  return names.map((name) => ` --ignore ${quoteForShell(name)}`).join('')
}

function quoteForShell(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Suggests names for an unknown name: the known names that resemble it, or all known names if they are few. */
function instead(id: string, known: readonly string[]): string {
  const within = known.filter((one) => one.includes(id))
  const near = within.length > 0 ? within : known.filter((one) => id.includes(one))
  if (near.length > 0) return `; did you mean ${or(near.slice(0, MOST_SUGGESTIONS))}?`
  return known.length > 0 && known.length <= MOST_SUGGESTIONS ? `; it must be ${or(known)}` : ''
}

export const ERROR_WORDINGS: { readonly [C in ErrorCode]: Wording<C> } = {
  'config.missing': {
    exitCode: 2,
    says: ({ directory }) => `there is no interphase.config.ts (or .js, .mjs, .json) in ${directory} or in a directory above it`,
    remedy: 'Change to the directory of the project, name it with --project-dir, or create a project: interphase init.',
  },
  'config.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the configuration is not valid: ${problem}`,
    remedy: 'Correct the setting that the message names, then run the same command again. docs/configuration.md lists every setting.',
  },
  'config.certificate': {
    exitCode: 2,
    says: ({ file, problem }) => `the certificate or key file ${file} cannot be read: ${problem}`,
    remedy:
      'Correct the path in the setting database.tls or shadow.<dialect>.tls, or in the parameters sslrootcert, sslcert and sslkey of the database URL. The user who runs the command must be allowed to read the file. Then run the same command again.',
  },
  'config.dialect': {
    exitCode: 2,
    says: ({ dialect, declared }) => `the database server is ${dialect}, but the project declares only ${declared.join(', ')}`,
    remedy:
      'Give the URL of a database of a declared dialect with --database-url or INTERPHASE_DATABASE_URL. Or, to support this dialect too, add it to `dialects` in the configuration, and run: interphase record. Then run the same command again.',
  },
  'usage': {
    exitCode: 2,
    says: ({ problem, try: better }) => `${problem.replace(/\.$/, '')}. ${better}`,
    remedy: 'Correct the command line. docs/cli.md lists every command and option.',
  },
  'file.exists': {
    exitCode: 2,
    says: ({ files }) => `no file was written, because these files exist already:${list(files)}`,
    remedy: 'Choose another name, or move the existing files. Then run the same command again.',
  },
  'file.unwritable': {
    exitCode: 1,
    says: ({ file, problem }) => `cannot write ${file}: ${problem}`,
    remedy: 'Remove the cause that the message names: for example, make the directory writable. Then run the same command again.',
  },
  'release.unreadable': {
    exitCode: 2,
    says: ({ directory, problem }) => `cannot read ${directory}: ${problem}`,
    remedy:
      'Correct what the message names: rename the file or the directory, or give yourself the permission to read it. If it is not a release, move it out of the releases directory. The engine never skips a release that it cannot read.',
  },
  'release.bad-name': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the file name is not valid: ${problem}`,
    remedy:
      'Rename the file to <number>-<slug>.<phase>[.<dialect>].<sql|ts|js|mjs|cjs>, or move it out of the release. In the name of a pending query or an undo file, .pending or .undo follows the phase.',
  },
  'release.unknown-phase': {
    exitCode: 2,
    says: ({ file, phase, known }) => `${file}: unknown phase "${phase}"; it must be ${or(known)}`,
    remedy: 'Rename the file. The part after the first dot of its name is its phase: expand, migrate or contract.',
  },
  'release.unknown-dialect': {
    exitCode: 2,
    says: ({ file, dialect, known }) => `${file}: unknown dialect "${dialect}"; it must be ${or(known)}`,
    remedy: 'Rename the file. The part of its name before the extension is the dialect. If the file serves all dialects, remove that part.',
  },
  'release.duplicate': {
    exitCode: 2,
    says: ({ migration, files }) => `${files.length} files define the migration ${migration}: ${files.join(', ')}`,
    remedy: 'Keep one of the files, and remove or renumber the others. Only one file per dialect may have the same number and phase.',
  },
  'release.two-slugs': {
    exitCode: 2,
    says: ({ release, number, slugs }) => `${release}: two changes have the number ${number}: ${slugs.join(', ')}`,
    remedy:
      'Rename the files of one change, so that it has another number. If the files belong to one change, rename them so that the number and the name after it are written alike: 010-name.expand.sql, 010-name.contract.sql.',
  },
  'release.orphan': {
    exitCode: 2,
    says: ({ file, needs }) => `${file} belongs to the migration ${needs}, which does not exist`,
    remedy: 'Add the file of the migration, or remove this file.',
  },
  'release.dialect-missing': {
    exitCode: 2,
    says: ({ migration, dialect, files }) => `the migration ${migration} has no file for ${dialect}; it has only ${files.join(', ')}`,
    remedy: 'Add a file for this dialect. If the dialect needs no statement, write a file that contains only a comment.',
  },
  'release.invalid-json': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the release.json is not valid: ${problem}`,
    remedy: 'Correct the file. docs/formats.md describes its fields.',
  },
  'release.no-chain': {
    exitCode: 2,
    says: ({ problem, releases }) => `the releases do not form one chain: ${problem}. The releases are:${list(releases)}`,
    remedy: 'Correct `after` in the release.json files: each release except the first one names the release before it.',
  },
  'migration.empty': {
    exitCode: 2,
    says: ({ file }) => `the migration file ${file} is empty`,
    remedy:
      'Write the statements into the file. If the migration needs no statement, write a comment. A dump that failed also leaves an empty file: repeat the dump then.',
  },
  'migration.front-matter': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the front matter is not valid: ${problem}`,
    remedy: 'Correct the line that begins with `interphase:`. The section "Front matter" in docs/releases.md lists every entry.',
  },
  'migration.import-outside': {
    exitCode: 2,
    says: ({ file, line, imports, release }) => `${file}:${line}: the migration imports ${imports}, which lies outside ${release}`,
    remedy:
      'Copy the code that the migration needs into the directory lib/ of its release. Code that is shared between releases must not be imported, because a later edit would change a migration that has already run.',
  },
  'migration.import': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the import cannot be followed: ${problem}`,
    remedy:
      'Import a package by its name, or a file of the release by its path. Write the name or path in quotation marks, and not as a variable.',
  },
  'migration.imports': {
    exitCode: 2,
    says: ({ problems }) => `function migrations import code that their checksums do not cover:${list(problems)}`,
    remedy:
      'For each line: if the file lies outside the release, copy it into the directory lib/ of the release and import it from there. If the code computes the name, write the path as a plain text in quotation marks. If the file is missing or has a syntax error, correct that. Then run: interphase check.',
  },
  'migration.module': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the migration cannot be loaded: ${problem}`,
    remedy:
      'Correct the cause that the message names. The file must export a migration: `export default expand({ up })`, or functions `up` and `down`.',
  },
  'migration.transaction-control': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} would end the transaction in which the engine runs the migration and writes its ledger row`,
    remedy:
      'Remove the statement. The engine itself begins and commits the transaction of a migration. Move statements that need a separate commit to another migration.',
  },
  'migration.committed': {
    exitCode: 8,
    says: ({ migration, file }) =>
      `${migration} (${file}) committed the transaction that the engine had begun. Its changes before that commit cannot be rolled back`,
    remedy:
      'Run interphase status to see what the migration changed. Complete the changes by hand, and run: interphase stamp <migration> --as done. Or undo them by hand, and run: interphase stamp <migration> --as not-done. Then remove the COMMIT, or the call that commits, from the file, if no other database has applied the file. A call whose DDL statements change the schema may stay if the file contains the line: -- interphase: transaction off. If its DDL statements leave the schema as it was, write them into the file instead of the call.',
  },
  'migration.destructive-method': {
    exitCode: 2,
    says: ({ file, method, instead }) => `${file}: queryInterface.${method} removes every object that it finds in the database; ${instead}`,
    remedy:
      'Remove each object by its name: await queryInterface.dropTable(…), or a statement with await queryInterface.sequelize.query(…).',
  },
  'migration.threw': {
    exitCode: 1,
    says: ({ file, line, problem }) => `${file}:${line}: the migration threw an error: ${problem}`,
    remedy: 'Correct the migration. Then run: interphase record. If a run reported this error, run that command again.',
  },
  'migration.unawaited': {
    exitCode: 1,
    says: ({ file, line, statement }) =>
      `${file}:${line}: an await is missing. The function of the migration did not wait for this statement: ${brief(statement)}`,
    remedy:
      'Write await before every call that sends a statement, also in loops, callbacks and transactions: await queryInterface.createTable(…), await Promise.all(…). Then run: interphase record. If a run reported this error, run that command again.',
  },
  'migration.needs-off': {
    exitCode: 2,
    says: ({ file, line, statement, message }) =>
      `${file}:${line}: the statement cannot run in the transaction of the engine: ${message}: ${brief(statement)}`,
    remedy:
      "To run the function without a transaction, write `// interphase: transaction off` at the top of the file, or transaction: 'off' in the definition. Then run interphase record, and run the same command again.",
  },
  'migration.own-connection': {
    exitCode: 2,
    says: ({ file, line, where }) =>
      `${file}:${line}: the migration opens its own connection to ${where}, which is outside the transaction and the lock of the engine`,
    remedy:
      'Open no connection in a migration. Send every statement through the argument of the function: queryInterface.…, or queryInterface.sequelize.query(…).',
  },
  'sql.syntax': {
    exitCode: 2,
    says: ({ file, line, column, message, excerpt }) => `${file}:${line}:${column}: the SQL cannot be parsed: ${message}\n${excerpt}`,
    remedy: 'Correct the statement at this line and column. Then run: interphase record.',
  },
  'migration.trespass': {
    exitCode: 7,
    says: ({ migration, file, objects }) =>
      `${migration} (${file}) changed objects that do not belong to this project, and was rolled back:${list(objects)}`,
    remedy:
      'The database is as it was before the migration, except for the value of a sequence that a line names: its owner must check that value. Find the statement that changed these objects. It can be a block or function that reads the catalog, a CASCADE, or a statement that fires a foreign key or trigger of another program. Change the statement so that it names only objects of the project.',
  },
  'statement.veiled': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: the engine cannot read in advance what ${statement} does, and cannot roll it back afterwards, because it commits`,
    remedy:
      'Write the statements that it executes into the migration file. On MySQL and MariaDB, PREPARE and EXECUTE in the file are allowed too, because the engine then reads the prepared text. If the file must stay as it is, add a line with the reason to it: -- interphase: despite veiled because ….',
  },
  'statement.stranger': {
    exitCode: 7,
    says: ({ file, line, statement, objects }) =>
      `${file}:${line}: ${statement} was not sent, because it would change objects of this database that do not belong to the project:${list(objects)}`,
    remedy:
      'The statement did not run. The objects belong to another program, or the setting `ignore` names them. Remove their names from the migration, or give the new object another name. If a listed table refers to a table of the project by a foreign key, its rows would change too: ask its owner to remove those rows first.',
  },
  'statement.refused': {
    exitCode: 2,
    says: ({ file, line, statement, because }) => `${file}:${line}: ${statement} is refused. ${because}`,
    remedy:
      'Remove the statement, or write the alternative that the message names. docs/statements.md lists every kind of statement and whether it is allowed.',
    page: {
      means:
        'No statement of the file has run. Either the statement reaches beyond the migrated database (another database, the server, another server), or its changes cannot be known before it runs. The rule holds on a shadow too, because its server may hold other databases.',
      example: `-- 010-clean.contract.sql
DROP DATABASE IF EXISTS old_shop;`,
    },
  },
  'batch.statement': {
    exitCode: 2,
    says: ({ file, line, statement, problem }) => `${file}:${line}: ${statement} cannot run in batches: ${problem}`,
    remedy:
      'Write :batch into the WHERE clause of every statement of the file, as a condition on the table that the batch declaration names. Move other statements into a migration of their own.',
    page: {
      means:
        'A data step in batches executes its statements once for each range of rows. The engine replaces :batch with the condition for the rows of the range. A statement without the condition would run on all rows each time.',
      example: `-- interphase: batch widget
UPDATE widget SET code = upper(name) WHERE :batch AND code IS DISTINCT FROM upper(name);`,
    },
  },
  'batch.declaration': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the declared data step cannot run: ${problem}`,
    remedy: 'Correct the declaration. docs/batches.md contains an example of each form.',
  },
  'batch.key': {
    exitCode: 2,
    says: ({ file, line, table, problem, instead }) =>
      `${file}:${line}: the rows of ${table} cannot be divided into batches: ${problem}. ${instead}`,
    remedy: 'Follow the last sentence of the message. Or remove the batch declaration, so that the data step runs in one transaction.',
  },
  'batch.depends': {
    exitCode: 1,
    says: ({ file, line, migration, how, differences }) =>
      `${file}:${line}: ${migration} does not give the same rows ${how}:${list(differences)}`,
    remedy:
      'Write a statement whose result for a row depends only on that row and on rows that the step does not change. The statement must skip the rows that are changed already, with a condition such as `code IS DISTINCT FROM upper(name)`. Or remove the batch declaration: the step then runs in one transaction.',
    page: {
      means:
        'The engine ran the step on copies of the sample rows: as one piece, in batches of one and of two rows, and repeated after every batch. The rows were not equal. On a live table the result would depend on the size of the batches and on interruptions.',
      example: `-- interphase: batch widget
-- The average of a batch is not the average of the table.
UPDATE widget SET share = price / (SELECT avg(price) FROM widget WHERE :batch) WHERE :batch;`,
    },
  },
  'batch.row': {
    exitCode: 1,
    says: ({ migration, table, key, message }) => `the data step ${migration} failed for one row of ${table}, ${key}: ${message}`,
    remedy:
      'Correct the row by hand. Or change the data step so that it handles such rows, and run interphase record. Then run the same command again. The data step resumes before this row.',
  },
  'batch.quarantine-full': {
    exitCode: 1,
    says: ({ migration, table, key, message, limit }) =>
      `the data step ${migration} failed for one more row of ${table} than the ${limit} that it may put into quarantine, ${key}: ${message}`,
    remedy:
      'See which rows failed: interphase quarantine list. Correct them and the row of the message by hand. Then run: interphase quarantine retry. Then run the same command again. The data step resumes before this row.',
  },
  'quarantine.left': {
    exitCode: 6,
    says: ({ rows, done }) => `${done} rows are done now, and ${rows.length} rows failed again:${list(rows)}`,
    remedy:
      "Correct the rows by hand, and run: interphase quarantine retry. To give them up, run: interphase quarantine discard --because '<reason>'.",
  },
  'quarantine.unknown': {
    exitCode: 2,
    says: ({ problem }) => problem,
    remedy: 'To list the rows in quarantine, run: interphase quarantine list.',
  },
  'batch.paused': {
    exitCode: 6,
    says: ({ migration, pause }) => `${migration} does not start: ${pause}`,
    remedy: 'To end the pause, run: interphase resume. Then run the same command again.',
  },
  'throttle.query': {
    exitCode: 2,
    says: ({ file, name, problem }) => `${file}: the query "${name}" under throttle.queries gives no number: ${problem}`,
    remedy:
      'Write one SELECT that returns one row with one number. It runs in a read-only transaction of the migrating user for at most five seconds.',
  },
  'approval.no-ssh-keygen': {
    exitCode: 2,
    says: ({ problem }) => `ssh-keygen cannot be started, and signed approvals need it: ${problem}`,
    remedy: 'Install the OpenSSH client, version 8.2 or newer, and make sure that ssh-keygen is in the PATH.',
  },
  'approval.unsigned': {
    exitCode: 2,
    says: ({ key, problem }) => `ssh-keygen could not sign the approval with ${key}: ${problem}`,
    remedy: 'Name the file of your private key with --key, or the file of its public key if an agent holds the private key.',
  },
  'approval.wrong-key': {
    exitCode: 2,
    says: ({ approver, file, problem }) => `the signature is not valid for ${approver} by the file ${file}: ${problem}`,
    remedy:
      'Put a line with the name and the public key of the approver into the file allowed-signers beside the configuration, such as: anna ssh-ed25519 AAAA… Or sign with the key that the file names.',
  },
  'gate.query': {
    exitCode: 2,
    says: ({ gate, problem }) => `the query of the gate "${gate}" is not valid: ${problem}`,
    remedy: 'Write one SELECT statement that returns one row into the policy. The first column is the answer.',
  },
  'pending.shape': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the pending query is not valid: ${problem}`,
    remedy: 'Write one SELECT statement that returns one row with one number: the number of rows that the data step has not changed yet.',
  },
  'pending.writes': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: a pending query may only count, but this one writes: ${problem}`,
    remedy:
      'No row was changed, because a pending query runs in a read-only transaction. Write one SELECT that returns the number of rows still to change, and move the writes to the data step.',
  },
  'policy.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the policy is not valid: ${problem}`,
    remedy: 'Correct the policy file. phases/policy.schema.json describes its fields.',
  },
  'policy.refuses': {
    exitCode: 1,
    says: ({ file, dialect, phase, effect, on, reason }) =>
      `${file} (${dialect}): ${phase} refuses the effect "${effect}"\n  ${on}\n  ${reason}`,
    remedy:
      'Change the migration, or move the statement to another phase, as the last line of the message says. If the migration must have the effect, add a line with the reason to its file: -- interphase: despite <effect> because …. docs/effects.md explains every effect.',
    page: {
      means:
        'On a shadow, the migration had an effect that the policy of its phase refuses. Code that runs at that moment would fail, or would read other data. The finding names the object and quotes the reason from the policy.',
      example: `-- 010-price.expand.sql
ALTER TABLE item ADD COLUMN price int NOT NULL;

expand refuses the effect "tightens": + column item.price int not null`,
    },
  },
  'relies.catalog': {
    exitCode: 1,
    says: ({ file, line, on }) => `${file}:${line}: the statement changes the objects that it finds in ${on} when it runs`,
    remedy:
      'Write one statement for each object, with the name of the object. If the statement must read the catalog, add a line with the reason to the file: -- interphase: despite catalog because ….',
    page: {
      means:
        'The statement reads the catalog of the database and changes the objects that it finds. On the shadow it found the objects of the releases. In phased order, or in a database with more objects, it may find others. Example: a contract dropped every foreign key that it found, including one that a later expand had added.',
      example: `DO $$ … FOR k IN SELECT conname FROM pg_constraint WHERE contype = 'f' LOOP
  EXECUTE format('ALTER TABLE child DROP CONSTRAINT %I', k.conname); …`,
    },
  },
  'relies.generated-name': {
    exitCode: 1,
    says: ({ file, line, on }) =>
      `${file}:${line}: the statement names ${on}, but the server generated that name, and it can differ in another database`,
    remedy:
      'Give the object a name in the statement that creates it. If that statement has already run, add a line with the reason to this file: -- interphase: despite generated-name because ….',
    page: {
      means:
        'The statement that created the constraint or index gave it no name, so the server generated one. Generated names depend on the order of creation and on the version of the server. The same name may therefore mean another object in another database.',
      example: `CREATE TABLE child (parent_id int REFERENCES parent (id));
-- in a later release:
ALTER TABLE child DROP CONSTRAINT child_parent_id_fkey;`,
    },
  },
  'relies.all-columns': {
    exitCode: 1,
    says: ({ file, line, on }) =>
      `${file}:${line}: ${on} takes all columns that the table has when the statement runs, also columns that are added later`,
    remedy:
      'List the columns in the statement. If the statement must take all columns, add a line with the reason to the file: -- interphase: despite all-columns because ….',
    page: {
      means:
        'A view, a new table or an INSERT takes one column for each column that its source has at that moment. In another order, or in a database where a column was added later, the list of columns is different.',
      example: `CREATE VIEW items AS SELECT * FROM item;
-- a later expand adds item.colour, which in phased order comes first`,
    },
  },
  'policy.price': {
    exitCode: 1,
    says: ({ file, line, dialect, phase, works, blocks, tables, object, text, reason, instead }) =>
      [
        `${file}:${line} (${dialect}): ${phase} refuses ${works === 'rewrite' ? 'to rewrite a whole table' : 'to read a whole table'} while ${waiting(blocks)}`,
        `  ${object}${tables.length > 1 ? `, with ${tables.join(' and ')}` : ''}${text === '' ? '' : `: ${text}`}`,
        `  ${reason}`,
        `  On ${dialect}: ${instead}.`,
      ].join('\n'),
    remedy:
      'Use the alternative that the last line of the message names. If the file must stay as it is, add a line with the reason to it: -- interphase: despite scan because …, or for a rewrite: -- interphase: despite rewrite because ….',
    page: {
      means:
        'On a shadow, the statement read or rewrote a whole table that existed before the release, and its locks blocked more sessions than the policy of its phase allows. On a small table the wait is short. On a large table it is an outage.',
      example: `-- 010-find-items.expand.sql
CREATE INDEX item_price ON item (price);

expand refuses to read a whole table while writes wait: index item_price on item`,
    },
  },
  'states.missing': {
    exitCode: 2,
    says: ({ release, dialect, missing }) => `${release} has no recorded states for ${dialect}:${list(missing)}`,
    remedy: 'Run: interphase record. Then review the files under states/, and commit them.',
    page: {
      means:
        'The release never ran on a shadow of this dialect. The effects of its migrations are therefore unknown, and it is not proven that the release can run phase by phase. If interphase record refuses the release because it is not sound, its message names the reason.',
      example: 'releases/2016.1-mitaka has no states/postgres',
    },
  },
  'states.stale': {
    exitCode: 2,
    says: ({ release, dialect, reasons }) => `the recorded states of ${release} for ${dialect} are out of date:${list(reasons)}`,
    remedy: 'Run: interphase record. Then review the changed files under states/, and commit them.',
    page: {
      means:
        'The recorded states do not describe the files beside them. A migration was changed, added or removed; or an earlier release now ends in another schema; or an older version of interphase wrote the states. The proof does not cover the present files.',
      example: '010-price.expand.sql was edited after interphase record',
    },
  },
  'states.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the recorded states cannot be used: ${problem}`,
    remedy: 'Run: interphase record. Then review the changed files under states/, and commit them.',
    page: {
      means:
        'interphase record generates the files under states/. Each file carries a digest of its content, and _release.json lists the digests of the others. This file cannot be read, was edited or merged by hand, or comes from another recording.',
      example: 'states/postgres/010-price.json, merged from two branches by hand',
    },
  },
  'states.name-case': {
    exitCode: 2,
    says: ({ where, recorded, found, table = 'a table' }) =>
      `the states were recorded on a server with lower_case_table_names = ${recorded}, but ${where} has ${found}. The two servers store table names with capital letters (${table}) differently`,
    remedy:
      'In the configuration, set `shadow.<dialect>.url` to a server whose lower_case_table_names equals that of the database. Then run interphase record --all, review the changes, and commit them.',
    page: {
      means:
        'lower_case_table_names decides whether MySQL and MariaDB keep the capital letters of table names. With 0 they do; with 1 they store lower case. No migration has run.',
      example: 'CREATE TABLE Customer, recorded on Linux, and run on a server of Windows',
    },
  },
  'release.not-sound': {
    exitCode: 1,
    says: ({ release, dialect, findings }) =>
      `${release} is not sound on ${dialect}: running it phase by phase gives another result than running its changes one after the other:${list(findings)}`,
    remedy: 'Make the changes that the lines with `remedy:` name. Then run: interphase record.',
  },
  'record.failed': {
    exitCode: 1,
    says: ({ release, dialect, migration, order, problem, hint }) =>
      `${release} on ${dialect}: on a shadow database, ${migration} failed in ${order} order: ${problem}${lines(hint)}`,
    remedy: 'No target database was changed. Correct the migration. Then run: interphase record.',
  },
  'record.lacks': {
    exitCode: 1,
    says: ({ release, dialect, migration, problem, needs, ways }) =>
      `${release} on ${dialect}: ${migration} needs ${needs}, which the shadow database does not have: ${problem}${list(ways)}`,
    remedy:
      'Follow one of the last lines of the message. Then run interphase record again. A target database must have the role, schema or extension before the release runs.',
  },
  'record.undo': {
    exitCode: 1,
    says: ({ file, dialect, migration, problems }) =>
      `${file} does not undo ${migration} on ${dialect}: after the undo, the schema differs from the state before the migration:${list(problems)}`,
    remedy:
      'Correct the undo file or the function `down`, so that it restores the schema. Then run interphase record again. If the migration cannot be undone, write at the top of a SQL file: -- interphase: irreversible because …, and at the top of a function: // interphase: irreversible because …. If another tool ran this release before, set `history` in its release.json instead (docs/releases.md).',
  },
  'record.printed-otherwise': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `the ${dialect} server does not give back these definitions as they were written, so a copy of the database or a restored dump would have others:${list(differences)}`,
    remedy:
      "Write the expression in a form that the server prints in full, such as CONVERT(CHAR(77) USING utf8mb4) instead of CHAR(77 USING utf8mb4), or the value itself instead of an expression of constants. Write bytes as unhex('E9'), and characters of another character set as CONVERT(unhex('E9') USING latin1).",
  },
  'record.rows': {
    exitCode: 1,
    says: ({ file, dialect, problem }) => `${file} cannot be loaded on ${dialect}: ${problem}`,
    remedy: 'Correct the sample rows, so that they fit the schema at the start of the release. Then run: interphase record.',
  },
  'record.no-server': {
    exitCode: 2,
    says: ({ dialect, problem }) => `there is no server for the shadow databases of ${dialect}: ${problem}`,
    remedy:
      'Set the URL of a development server: `shadow.<dialect>.url` in the configuration, or the variable INTERPHASE_SHADOW_<DIALECT>_URL. The engine creates scratch databases on that server, and drops them afterwards.',
  },
  'probe.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the probe is not valid: ${problem}`,
    remedy:
      'Correct what the message names. A probe has one or more queries or writes of rows, without BEGIN, COMMIT and DDL. A failure that you expect is declared above them: -- interphase: fails after <number>-<slug>.<phase> because <reason>. Then run: interphase rehearse.',
  },
  'rehearse.command': {
    exitCode: 1,
    says: ({ command, ended, at }) => `the command ${command} ended with ${ended}, on a shadow database ${at}`,
    remedy:
      'Read the output of the command, and correct its cause. The shadow database was dropped. To create it again, run the same interphase rehearse command.',
  },
  'rehearse.no-command': {
    exitCode: 2,
    says: ({ program, problem }) => `the command ${program} cannot be started: ${problem}`,
    remedy:
      'Write the name of an installed program after --. A pipe or && needs a shell: -- sh -c "…". Then run interphase rehearse again.',
  },
  'rehearse.timeout': {
    exitCode: 1,
    says: ({ command, seconds, at }) => `the command ${command} did not end within ${seconds} s and was killed, on a shadow database ${at}`,
    remedy: 'Find out why the command waits. To allow more time, run interphase rehearse again with --timeout <seconds>.',
  },
  'rehearse.stopped': {
    exitCode: 10,
    says: ({ signal }) => `stopped by ${signal}; the scratch databases are dropped`,
    remedy: 'Run the same command again: the rehearsal starts from its beginning.',
  },
  'state.unknown': {
    exitCode: 2,
    says: ({ id, known }) => `there is no release, change or migration ${id}${instead(id, known)}`,
    remedy: 'Write the name of a release, a change or a migration as interphase plan prints it.',
  },
  'database.no-url': {
    exitCode: 2,
    says: ({ command }) => `${command} needs a database, but no URL is given`,
    remedy:
      'Give the URL of the database with the option --database-url or --database-url-file, or with the variable INTERPHASE_DATABASE_URL or DATABASE_URL.',
  },
  'database.bad-url': {
    exitCode: 2,
    says: ({ problem }) => `the database URL cannot be read: ${problem}`,
    remedy:
      'Write the URL as postgres://user@host:port/database, mysql://… or mariadb://…. In a password, write # / ? % @ as %23 %2F %3F %25 %40. The engine reads the URL from the first of these that is set: --database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the configuration.',
  },
  'database.unreachable': {
    exitCode: 1,
    says: ({ where, problem }) => `cannot reach the database at ${where}: ${problem}`,
    remedy: 'Check that the server runs, and that the host and the port in the database URL are correct.',
  },
  'database.login': {
    exitCode: 1,
    says: ({ where, user }) => `the server at ${where} refused the login of the user ${user}`,
    remedy: 'Correct the user or the password in the database URL. The engine never prints the password.',
  },
  'database.missing': {
    exitCode: 1,
    says: ({ where, database }) => `the server has no database ${database} (${where})`,
    remedy: 'Create the database (CREATE DATABASE <name>), or correct its name in the database URL. Then run the same command again.',
  },
  'database.privilege': {
    exitCode: 1,
    says: ({ doing, problem }) => `the database user lacked a privilege while ${doing}: ${problem}`,
    remedy:
      'Grant the privilege to the user, then run the same command again. docs/privileges.md lists the privileges that each command needs. If PostgreSQL says "must be owner", run the command as the owner of the object, or make the user a member of the role that owns it (GRANT <owner> TO <user>).',
  },
  'database.read-only': {
    exitCode: 1,
    says: ({ doing, problem }) => `the database accepts no writes: ${doing}: ${problem}`,
    remedy:
      'This statement changed nothing. If the server is a replica or a standby, give the URL of its primary server. If the primary is read-only, allow writes there: default_transaction_read_only = off on PostgreSQL; read_only, super_read_only and transaction_read_only = OFF on MySQL and MariaDB. Then run the same command again.',
  },
  'database.pooler': {
    exitCode: 2,
    says: ({ where }) =>
      `${where} is a transaction pooler. Each transaction gets another server connection there, so the engine cannot hold a lock`,
    remedy: 'Use the database URL of the server itself, or of a pool in session mode.',
  },
  'database.version': {
    exitCode: 2,
    says: ({ dialect, found, needs }) => `${dialect}: the server reports ${found}, but ${needs} or newer is needed`,
    remedy:
      'Upgrade the server. If the server is another product, correct the beginning of the database URL: postgres://, mysql:// or mariadb://.',
  },
  'database.locked': {
    exitCode: 6,
    says: ({ reading, waitedMs, blockers }) =>
      `could not read ${reading}: another session held a lock on it for more than ${waitedMs} ms${blockers.length > 0 ? `; blocked by:${list(blockers)}` : ''}`,
    remedy: 'Nothing was changed. Wait until the blocking session ends, or end it, and run the same command again.',
  },
  'database.lost': {
    exitCode: 8,
    says: ({ doing, problem }) =>
      `the connection was lost while ${doing}: ${problem}. It is unknown whether the server finished the statement`,
    remedy:
      'Do not repeat the statement by hand. Run the same command again. The command first reads from the database which statements were done.',
  },
  'statement.failed': {
    exitCode: 1,
    says: ({ file, line, column, message, sqlState, excerpt, detail, hint, context }) =>
      `${file}:${line}${column === undefined ? '' : `:${column}`}: ${message} (${sqlState})${lines(excerpt)}${list([
        ...(detail === undefined ? [] : [`Detail: ${detail}`]),
        ...(hint === undefined ? [] : [`Hint: ${hint}`]),
        ...(context === undefined ? [] : [`Context: ${context}`]),
      ])}`,
    remedy:
      'Correct the rows, or the statement. Do not change the statements before it, because they may be done already. If you changed the file, run: interphase record. Then run the same command again.',
  },
  'statement.lock-timeout': {
    exitCode: 6,
    says: ({ file, line, attempts, blockers }) =>
      `${file}:${line}: the statement did not get its lock in ${attempts} attempts${blockers.length > 0 ? `; blocked by:${list(blockers)}` : ''}`,
    remedy:
      'This statement changed nothing. Wait until the blocking sessions end, or end them: SELECT pg_terminate_backend(<pid>) on PostgreSQL, KILL <id> on MySQL and MariaDB. Then run the same command again.',
  },
  'statement.too-large': {
    exitCode: 1,
    says: ({ file, line, bytes, limit }) =>
      `${file}:${line}: the statement has ${bytes} bytes, and the server accepts at most ${limit} (max_allowed_packet)`,
    remedy:
      'The statement was not sent. Raise max_allowed_packet on the server above the size of the statement: SET GLOBAL max_allowed_packet = <bytes>, and max_allowed_packet=<bytes> under [mysqld] in its configuration file. Then run the same command again. Or split the statement (a dump tool writes shorter ones with a smaller --net-buffer-length), run interphase record, and run the same command again.',
  },
  'statement.timeout': {
    exitCode: 1,
    says: ({ file, line, afterMs }) =>
      `${file}:${line}: the server cancelled the statement after ${afterMs} ms, the statement timeout of this phase`,
    remedy:
      'Split the work into smaller statements, or raise `session.statementTimeoutMs` in the policy file of the phase. Then run the same command again.',
  },
  'ledger.newer': {
    exitCode: 2,
    says: ({ found, knows }) =>
      `a newer version of interphase wrote the ledger of this database: the ledger has format ${found}, and this version reads formats up to ${knows}`,
    remedy: 'Install the newer version of interphase in this project, and run the same command again.',
  },
  'ledger.elsewhere': {
    exitCode: 2,
    says: ({ project, where, there, here }) =>
      `the ledger of ${project} at ${where} is not in the current schema, but in:${list(there)}${here === undefined ? '' : `\nThe current schema is:${list([here])}`}`,
    remedy:
      'Connect to the schema that has the ledger: append the parameter in its line to the database URL, after ?, or after & if the URL has a ? already. Use the current schema only if the project must start there from its first release.',
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
    says: ({ what, problem }) => `this version of interphase cannot read ${what} in the ledger: ${problem}`,
    remedy:
      'Use the version of interphase that last ran on this database. The column `engine` of the table interphase_migration contains that version. If that version fails too, the ledger was changed by hand: restore its tables from a backup.',
  },
  'ledger.taken-over': {
    exitCode: 6,
    says: ({ project, by }) => `this run was stopped, because another run has taken over the project ${project}: ${by}`,
    remedy: 'Wait until the other run ends. To see its progress, run: interphase status.',
  },
  'ledger.changed': {
    exitCode: 7,
    says: ({ migrations }) => `these migrations changed after they were applied:${list(migrations)}`,
    remedy: 'Restore the files from version control, as they were when they were applied. Write the change as a new migration.',
  },
  'ledger.vanished': {
    exitCode: 7,
    says: ({ migrations }) => `these migrations were applied, but their files are missing:${list(migrations)}`,
    remedy: 'Restore the files from version control.',
  },
  'ledger.early': {
    exitCode: 7,
    says: ({ migrations, before }) => `new migrations come before ${before}, which is already applied:${list(migrations)}`,
    remedy:
      'Give the new migrations higher numbers than the applied migration, or move them to the next release. Then run: interphase record.',
  },
  'ledger.ahead': {
    exitCode: 7,
    says: ({ releases }) => `the database has applied releases that this checkout of the project does not contain:${list(releases)}`,
    remedy: 'Update the checkout to the version of the project that contains these releases, and run the same command again.',
  },
  'ledger.unfinished': {
    exitCode: 8,
    says: ({ migration, statement, of, differences }) =>
      `${migration} was interrupted at statement ${statement} of ${of}, and the schema equals neither the state before that statement nor the state after it:${list(differences)}`,
    remedy:
      'Change the schema by hand to one of the two states, and run the same command again. If the statement does not change the schema, the engine cannot see whether it ran. Then find out whether the migration is done, and run: interphase stamp <migration> --as done, or --as not-done. A migration that is stamped as not-done may be corrected; run interphase record before it runs again.',
  },
  'ledger.session-lost': {
    exitCode: 8,
    says: ({ migration, statement, of, lost }) =>
      `${migration} was interrupted before statement ${statement} of ${of}. Its session has ended, and the remaining statements may need this state of the session:${list(lost)}`,
    remedy:
      'Complete the migration by hand: in one session, restore the state that the lines name, and run the statement of the message and all later statements of the file. Do not repeat other earlier statements, because they are committed. Then run: interphase stamp <migration> --as done. Or undo the earlier statements by hand, run: interphase stamp <migration> --as not-done, and run the same command again.',
  },
  'hook.failed': {
    exitCode: 1,
    says: ({ problem }) => problem,
    remedy: 'The command itself is not affected. Correct the program or the URL of the hook in the configuration.',
  },
  'lock.busy': {
    exitCode: 6,
    says: ({ holder, waitedMs }) => `${holder} is migrating this database; gave up after ${waitedMs} ms`,
    remedy:
      'Wait until the other run ends. With the option --wait 600, the same command waits up to ten minutes. To see the progress of the other run, run: interphase status.',
  },
  'lock.lost': {
    exitCode: 1,
    says: ({ migration, file }) => `${migration} (${file}) stopped, because its session no longer holds the lock of the project`,
    remedy:
      'Remove the call that releases the lock from the migration: pg_advisory_unlock_all(), DISCARD ALL or RELEASE_ALL_LOCKS(), also in routines and dynamic statements. If there is no such call, a proxy changed the connection: connect to the server itself. Then run interphase record, and run the same command again. The open transaction was rolled back; statements that commit by themselves remain done.',
  },
  'schema.differs': {
    exitCode: 7,
    says: ({ at, differences }) => `the schema of the database differs from the plan ${at}:${list(differences)}`,
    remedy:
      'Find out who changed the schema, and take that change back. If a table belongs to another program, add its name to the setting `ignore` in the configuration. Then run the same command again.',
  },
  'release.refused': {
    exitCode: 6,
    says: ({ release, dialect, refusals }) =>
      `${release} cannot run, because the policies refuse parts of it on ${dialect}:${list(refusals)}`,
    remedy:
      'Either change the migrations as the lines say, or accept what is refused: add `-- interphase: despite <effect> because …`, or `despite one-transaction` for the size of a data step, to the SQL file, or `despite` to the definition of a function. Then run: interphase record. Then run the same command again. To see the refused effects without a database, run: interphase check.',
  },
  'phase.held': {
    exitCode: 6,
    says: ({ phase, release, gates, reasons, next }) => {
      const shut =
        gates === undefined ? '' : `, because ${gates.length === 1 ? 'this gate is' : 'these gates are'} not open: ${gates.join(', ')}`
      return `${phase} of ${release} cannot start yet${shut}${gates === undefined ? ':' : ''}${list(reasons)}\nNext command: ${next}`
    },
    remedy:
      'Run the command in the last line of the message, or wait until the time that a line names. Then run the same command again. To see every gate, run: interphase gate.',
  },
  'phase.preconditions': {
    exitCode: 6,
    says: ({ phase, release, violations }) =>
      `${phase} of ${release} cannot start, because existing rows break rules that it adds:${list(violations)}`,
    remedy: 'Nothing was changed. Correct the rows by hand or in a data step. Then run the same command again.',
  },
  'phase.reached': {
    exitCode: 6,
    says: ({ migration, violations }) => `${migration} stopped, because existing rows break a rule that it adds:${list(violations)}`,
    remedy: 'Correct the rows. Then run the same command again. Committed statements remain done, and the next run resumes after them.',
  },
  'phase.unconfirmed': {
    exitCode: 6,
    says: ({ phase, release, destroys }) =>
      `${phase} of ${release} did not start, because it needs your confirmation to destroy:${list(destroys)}`,
    remedy: 'Check the list. To destroy everything in it, run the same command again with --yes.',
  },
  'phase.declined': {
    exitCode: 6,
    says: ({ phase, release }) => `${phase} of ${release} did not start, because the confirmation was not given`,
    remedy: 'Nothing was destroyed. To start the phase, run the same command again, and answer yes.',
  },
  'undo.refused': {
    exitCode: 6,
    says: ({ release, reasons }) => `${release} cannot be undone:${list(reasons)}`,
    remedy:
      'Nothing was changed. If every line names a command, run these commands, and then run: interphase undo. If a line names no command, this release cannot be undone: write a new release that reverses its changes.',
  },
  'undo.missing': {
    exitCode: 2,
    says: ({ release, missing }) =>
      `${release} cannot be undone, because these migrations changed the schema and have no undo:${list(missing)}`,
    remedy:
      'Nothing was changed. Write a new release that reverses the changes. An undo cannot be added to a migration that has run, because the checksum of the migration covers the undo too.',
  },
  'undo.begun': {
    exitCode: 8,
    says: ({ release, migration, statement, of }) =>
      `the undo of ${release} is not complete: the undo of ${migration} was interrupted at its statement ${statement} of ${of}`,
    remedy:
      'Run: interphase undo. The command reads from the database which statements are done, and resumes after them. The release can run again when the undo is complete.',
  },
  'pending.left': {
    exitCode: 8,
    says: ({ migration, rows }) => `the data step ${migration} has run, but its pending query still counts ${rows} rows`,
    remedy:
      'Find out which is wrong: the data step, which missed rows, or the pending query, which counts too many. If interphase record reports this error, correct the wrong file. On a target database, the files must not change: correct the rows by hand, and run the same command again. Or run interphase undo, correct the file, and run interphase record.',
  },
  'pending.not-rerunnable': {
    exitCode: 8,
    says: ({ migration, rows }) => `the data step ${migration} is done, but its pending query counts ${rows} rows that it has not changed`,
    remedy:
      'The application has probably added these rows. If the data step may run twice, run: interphase migrate --again <migration>. Otherwise correct the rows by hand, and run the same command again.',
  },
  'run.stopped': {
    exitCode: 10,
    says: ({ at, signal }) => `stopped by ${signal} at ${at}; the current statement finished or was rolled back`,
    remedy: 'To resume the run, run the same command again.',
  },
  'run.limit': {
    exitCode: 10,
    says: ({ at, limit }) => `the run reached ${limit} and stopped at ${at}; everything that it did is committed`,
    remedy: 'To resume the run, run the same command again.',
  },
  'dump.no-program': {
    exitCode: 2,
    says: ({ programs, file }) => `the schema cannot be dumped into ${file}: ${programs.join(' and ')} is not installed`,
    remedy:
      'Install the client programs of the database server, in the version of the server or a newer one. Or give the path of the program with --dump-program. Then run the same command again. docs/existing-database.md shows how to make the dump by hand.',
  },
  'dump.failed': {
    exitCode: 1,
    says: ({ program, problem }) => `${program} failed: ${problem}`,
    remedy:
      'Nothing was written. If the program is older than the server, give the path of a newer one with --dump-program. If the user lacks a privilege, grant it: docs/privileges.md lists what a dump needs. Then run the same command again.',
  },
  'import.no-files': {
    exitCode: 2,
    says: ({ directory, problem }) => `no old migration was found in ${directory}: ${problem}`,
    remedy: 'Give the directory of the old migration files with --from, and run the same command again.',
  },
  'import.process': {
    exitCode: 2,
    says: ({ file }) => `${file} starts another process, whose statements cannot be recorded`,
    remedy:
      'Nothing was written. Leave the file out with --skip <name>. Then write the SQL that the process executes into a migration of the release of history, with the number of the file.',
  },
  'import.sequelize': {
    exitCode: 2,
    says: ({ directory, problem }) => `Sequelize cannot be loaded for the migrations in ${directory}: ${problem}`,
    remedy:
      'Install the packages of the old project (npm install), with Sequelize and the driver of the database. Then run the same command again.',
  },
  'import.failed': {
    exitCode: 1,
    says: ({ file, problem }) => `${file} failed on an empty scratch database: ${problem}`,
    remedy:
      'Nothing was written. If the migration needs a table or rows that no migration creates, write them into shadow.setup.<dialect>.sql. If the file must not run, leave it out with --skip <name>, and write its SQL by hand. Then run the same command again.',
  },
  'init.unfinished': {
    exitCode: 7,
    says: ({ tool, table, entries }) => `the ledger of ${tool} (${table}) has migrations that failed or did not finish:${list(entries)}`,
    remedy:
      'Nothing was written. Complete or remove these migrations with the other tool, so that the schema is one that you know. Then run the same command again.',
  },
  'adopt.old-ledger': {
    exitCode: 7,
    says: ({ table, missing, last }) => `the table ${table} names ${last}, but not these older files:${list(missing)}`,
    remedy:
      'Nothing was written. Find out whether these files ran in this database. If they did, run interphase adopt --at <migration> with the last migration that ran. If they did not, run them first with the old tool.',
  },
  'adopt.no-match': {
    exitCode: 7,
    says: ({ nearest, extra }) => `the schema of the database equals no recorded state; ${nearest.map(nearby).join('')}${ignoring(extra)}`,
    remedy:
      'Nothing was written. There are three ways. Remove the listed differences in the database: interphase state --at <migration> prints the expected schema. Or write a first release from a complete dump of the database (docs/existing-database.md; not made with --skip-opt, --no-comments or --section), and run: interphase record. Then run: interphase adopt. Or, for tables of other programs, run: interphase adopt --ignore <table>.',
  },
  'adopt.bridge': {
    exitCode: 7,
    says: ({ base, migrations, continues, ignore }) =>
      `the database is at the base ${base}; these migrations lead from it to the schema after ${continues}:${list(migrations)}\nto run them: interphase adopt${ignoreOptions(ignore)} --bridge`,
    remedy:
      'Nothing was written. Read the migrations, stop the application if they remove something that it uses, and run the command that the message names. If the command is interrupted, run it again: it resumes.',
  },
  'base.invalid': {
    exitCode: 2,
    says: ({ base, file, problem }) => `the base ${base} cannot be read: ${file}: ${problem}`,
    remedy:
      'Write bases/<name>.json with the field continues, which names a migration or a release of the chain, and put the legacy script into a release below bases/<name>/ (docs/existing-database.md).',
  },
  'base.ends-elsewhere': {
    exitCode: 1,
    says: ({ base, dialect, continues, differences }) =>
      `on ${dialect}, the base ${base} does not end in the schema after ${continues}; the differences are:${list(differences)}`,
    remedy:
      'Add a migration to the bridge of the base that removes the differences, or name another migration in the field continues. Then run: interphase record.',
  },
  'adopt.ambiguous': {
    exitCode: 7,
    says: ({ states }) => `the schema of the database equals several recorded states:${list(states)}`,
    remedy:
      'The schema does not show which of these migrations ran. Find the last migration that ran on this database: look into the records of the tool that ran it, or at the rows that the data steps change. Then run: interphase adopt --at <migration>.',
  },
  'adopt.data-left': {
    exitCode: 7,
    says: ({ left, before }) =>
      `the database was not adopted, because the pending queries of these data steps still count rows:${list(left)}${before === undefined ? '' : `\nThe place before these data steps is ${before}.`}`,
    remedy:
      'To let the next run change the rows, adopt the place before these data steps: interphase adopt --at <place>. Otherwise change the rows by hand until each pending query counts zero, and run interphase adopt again.',
  },
  'adopt.empty': {
    exitCode: 7,
    says: ({ where }) => `the database ${where} is empty, so there is nothing to adopt`,
    remedy: 'Run: interphase up. The command builds the schema from the first release on.',
  },
  'stamp.finished': {
    exitCode: 2,
    says: ({ migration, state }) => `${migration} cannot be stamped, because it was not interrupted: it is ${state}`,
    remedy:
      'Stamp only a migration that interphase status calls interrupted. To repeat a data step that is done, run: interphase migrate --again <migration>.',
  },
  'adopt.already': {
    exitCode: 7,
    says: ({ project, release }) => `this database already has a ledger of ${project}, at ${release}`,
    remedy: 'A database is adopted only once. To see the progress of the database, run: interphase status.',
  },
  'process.ended': {
    exitCode: 1,
    says: ({ how }) => `the process ended before the command was complete: ${how}. It is unknown whether the current statement is done`,
    remedy:
      'Remove every call that ends the process (exit or kill) from the functions of migrations, and write await before all work. Then run the same command again. The command first reads from the database which statements were done.',
  },
  'process.stray-error': {
    exitCode: 1,
    says: ({ problem }) => `the command stopped, because an error occurred outside of all awaited code: ${problem}`,
    remedy:
      'Run the same command again with --log-level debug to see the stack trace of the error. The command first reads from the database which statements were done. If the stack trace names a function of a migration, write await before every promise in that function.',
  },
  'internal': {
    exitCode: 1,
    says: ({ problem }) => `internal error: ${problem}`,
    remedy: 'Run the same command with --log-level debug, and report this error with its output.',
  },
}
