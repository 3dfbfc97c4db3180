/** The facts of every error, by its code. A code keeps its meaning forever. Each code has a page `docs/errors/<code>.md`. */
export interface ErrorFacts {
  // config: errors about the configuration, the command line and the files that a command writes
  'config.missing': { readonly directory: string }
  'config.invalid': { readonly file: string; readonly problem: string }
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
  'lock.busy': { readonly holder: string; readonly waitedMs: number }
  'lock.lost': { readonly migration: string; readonly file: string }

  // run: errors about running the phases of a release
  'schema.differs': { readonly at: string; readonly differences: readonly string[] }
  'release.refused': { readonly release: string; readonly dialect: string; readonly refusals: readonly string[] }
  'phase.held': { readonly phase: string; readonly release: string; readonly reasons: readonly string[]; readonly next: string }
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

  // adopt
  'adopt.no-match': {
    readonly differences: readonly string[]
    readonly nearest: string
    /** The tables that the database has and the planned state does not have. */
    readonly extra: readonly string[]
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

/** Makes the line that suggests the setting `ignore` for tables of other programs, or an empty text. */
function ignoring(tables: readonly string[]): string {
  return tables.length === 0 ? '' : `\nto ignore tables of other programs, write in the configuration: "ignore": ${JSON.stringify(tables)}`
}

/** Suggests names for an unknown name: the known names that resemble it, or all known names if they are few. */
function instead(id: string, known: readonly string[]): string {
  const near = known.filter((one) => one.includes(id) || id.includes(one))
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
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Correct the file; docs/configuration.md lists every setting.',
  },
  'config.dialect': {
    exitCode: 2,
    says: ({ dialect, declared }) => `the database is ${dialect}, but the project declares only ${declared.join(', ')}`,
    remedy: 'Add the dialect to `dialects` in the configuration and run interphase record, or give the URL of another database.',
  },
  'usage': {
    exitCode: 2,
    says: ({ problem, try: better }) => `${problem.replace(/\.$/, '')}. ${better}`,
    remedy: 'Correct the command line; docs/cli.md lists every command and option.',
  },
  'file.exists': {
    exitCode: 2,
    says: ({ files }) => `these files exist already:${list(files)}`,
    remedy: 'No file was written. Choose another name, or move the existing files.',
  },
  'file.unwritable': {
    exitCode: 1,
    says: ({ file, problem }) => `cannot write ${file}: ${problem}`,
    remedy: 'Correct the problem that the message names: for example, make the directory writable. Then run the same command again.',
  },
  'release.unreadable': {
    exitCode: 2,
    says: ({ directory, problem }) => `cannot read the release ${directory}: ${problem}`,
    remedy:
      'Correct the problem that the message names, or move the directory out of the releases. The engine never skips a release that it cannot read.',
  },
  'release.bad-name': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy:
      'Rename the file to <number>-<slug>.<phase>[.<dialect>].<sql|ts|js|mjs|cjs>, or move it out of the release. A pending query or an undo file has .pending or .undo after the phase.',
  },
  'release.unknown-phase': {
    exitCode: 2,
    says: ({ file, phase, known }) => `${file}: unknown phase "${phase}"; it must be ${or(known)}`,
    remedy: 'Rename the file: the part after the first dot is its phase.',
  },
  'release.unknown-dialect': {
    exitCode: 2,
    says: ({ file, dialect, known }) => `${file}: unknown dialect "${dialect}"; it must be ${or(known)}`,
    remedy: 'Rename the file: the part before the extension is its dialect. If one file serves all dialects, remove that part.',
  },
  'release.duplicate': {
    exitCode: 2,
    says: ({ migration, files }) => `${files.length} files define the migration ${migration}: ${files.join(', ')}`,
    remedy: 'Keep one of the files, and remove or renumber the others. A number and a phase have one file for each dialect.',
  },
  'release.two-slugs': {
    exitCode: 2,
    says: ({ release, number, slugs }) => `${release}: two changes have the number ${number}: ${slugs.join(', ')}`,
    remedy: 'Give one of the two changes another number, or give both the same slug if they are one change.',
  },
  'release.orphan': {
    exitCode: 2,
    says: ({ file, needs }) => `${file} belongs to ${needs}, which does not exist`,
    remedy: 'Add the migration, or remove the file.',
  },
  'release.dialect-missing': {
    exitCode: 2,
    says: ({ migration, dialect, files }) => `${migration} has no file for ${dialect}, only ${files.join(', ')}`,
    remedy: 'Add the file. If this dialect needs no statement, write a file that holds only a comment.',
  },
  'release.invalid-json': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Correct the file; docs/formats.md describes its fields.',
  },
  'release.no-chain': {
    exitCode: 2,
    says: ({ problem, releases }) => `the releases do not form one chain: ${problem}. The releases are:${list(releases)}`,
    remedy: 'Correct `after` in the release.json files: each release except the first one names the release before it.',
  },
  'migration.empty': {
    exitCode: 2,
    says: ({ file }) => `${file} is empty`,
    remedy: 'Write the file again; a dump that failed leaves an empty file. If the migration needs no statement, write a comment into it.',
  },
  'migration.front-matter': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: ${problem}`,
    remedy: 'Correct the line; "Front matter" in docs/releases.md lists every entry.',
  },
  'migration.import-outside': {
    exitCode: 2,
    says: ({ file, line, imports, release }) => `${file}:${line}: the migration imports ${imports}, which lies outside ${release}`,
    remedy:
      'Copy the code that the migration needs into the directory lib/ of its release. A later edit of shared code would change a migration that has already run.',
  },
  'migration.import': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: ${problem}`,
    remedy: 'Write the import with a name in quotation marks: the name of a package, or the path of a file of the release.',
  },
  'migration.imports': {
    exitCode: 2,
    says: ({ problems }) => `function migrations import code that their checksums do not cover:${list(problems)}`,
    remedy:
      'Copy the files into the directory lib/ of the release, and write the name of every import in quotation marks. To list all imports of this kind, run: interphase check.',
  },
  'migration.module': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Export a migration: `export default expand({ up })`, or functions `up` and `down`.',
  },
  'migration.transaction-control': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} would end the transaction in which the engine runs the migration and writes its ledger row`,
    remedy:
      'Remove the statement. The engine begins and commits the transactions itself. Move the statements that need a commit of their own to another migration.',
  },
  'migration.committed': {
    exitCode: 8,
    says: ({ migration, file }) => `${migration} (${file}) committed the transaction of the engine; its changes before that commit remain`,
    remedy:
      'Step 1: run interphase status to see what the migration changed. Complete or undo the changes by hand, then run: interphase stamp <migration> --as done, or --as not-done. Step 2: if the release is not in use yet, remove the COMMIT, or the call that commits, from the file. A call whose DDL statements change the schema can stay if the file says `-- interphase: transaction off`. If they leave the schema as it was, write them into the file instead of the call.',
  },
  'migration.destructive-method': {
    exitCode: 2,
    says: ({ file, method, instead }) => `${file}: queryInterface.${method} removes every object that it finds in the database; ${instead}`,
    remedy: 'Name the objects to remove: queryInterface.dropTable(…), or a statement with queryInterface.sequelize.query(…).',
  },
  'migration.threw': {
    exitCode: 1,
    says: ({ file, line, problem }) => `${file}:${line}: the migration threw an error: ${problem}`,
    remedy: 'Correct the migration, run interphase record, and run the phase again.',
  },
  'migration.unawaited': {
    exitCode: 1,
    says: ({ file, line, statement }) =>
      `${file}:${line}: an await is missing; the function did not wait for this statement: ${brief(statement)}`,
    remedy:
      'Await or return every call that sends a statement, also in loops, callbacks and transactions: await queryInterface.createTable(…), await Promise.all(…). Then run interphase record, and run the phase again.',
  },
  'migration.needs-off': {
    exitCode: 2,
    says: ({ file, line, statement, message }) => `${file}:${line}: ${message}: ${brief(statement)}`,
    remedy:
      "The engine runs the function in a transaction. To run it without one, write `// interphase: transaction off` at the top of the file, or transaction: 'off' in the definition. Then run interphase record, and run the phase again.",
  },
  'migration.own-connection': {
    exitCode: 2,
    says: ({ file, line, where }) =>
      `${file}:${line}: the migration opens its own connection to ${where}, which bypasses the transaction, the lock and the ledger of the engine`,
    remedy: 'Send every statement through the argument of the function: queryInterface, or its sequelize.',
  },
  'sql.syntax': {
    exitCode: 2,
    says: ({ file, line, column, message, excerpt }) => `${file}:${line}:${column}: ${message}\n${excerpt}`,
    remedy: 'Correct the statement at the marked place.',
  },
  'migration.trespass': {
    exitCode: 7,
    says: ({ migration, file, objects }) =>
      `${migration} (${file}) changed objects that do not belong to this project, and was rolled back:${list(objects)}`,
    remedy:
      'The database is as it was before the migration. Find the statement that changed these objects: a block or function that reads the catalog, a CASCADE, or a foreign key or trigger of another program. Name the objects of the project in the statement, or ask the owner of the other objects to change them.',
  },
  'statement.veiled': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: the engine cannot read in advance what ${statement} does, and cannot roll it back afterwards, because it commits`,
    remedy:
      'Write the statements that it executes into the migration file. On MySQL and MariaDB, the file itself can also prepare and execute them, because the engine then reads their text before they run. If the file must stay as it is, add the reason to it: -- interphase: despite veiled because ….',
  },
  'statement.stranger': {
    exitCode: 7,
    says: ({ file, line, statement, objects }) =>
      `${file}:${line}: ${statement} was not sent, because it would change objects of this database that the project does not know:${list(objects)}`,
    remedy:
      'The statement did not run. These objects belong to another program, or the setting `ignore` names them. Remove the name from the migration, or give the new object another name. If a foreign key of another table is the cause, the statement would also change rows of that table: ask its owner to remove those rows first.',
  },
  'statement.refused': {
    exitCode: 2,
    says: ({ file, line, statement, because }) => `${file}:${line}: ${statement} is refused. ${because}`,
    remedy:
      'Remove the statement, or write it as the message says. docs/statements.md lists every kind of statement and whether it is allowed.',
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
  'batch.key': {
    exitCode: 2,
    says: ({ file, line, table, problem, instead }) =>
      `${file}:${line}: the rows of ${table} cannot be walked in batches: ${problem}. ${instead}`,
    remedy: 'Follow the advice in the message. Or remove the batch declaration: the step then runs in one transaction.',
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
    says: ({ migration, table, key, message }) => `${migration} failed for one row of ${table}, ${key}: ${message}`,
    remedy:
      'Correct the row, or write the step so that it handles such rows and run interphase record. Then run the same command again: the step resumes before this row.',
  },
  'pending.shape': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Write one SELECT that returns one row with one number: the rows that the data step has not changed yet.',
  },
  'pending.writes': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: a pending query may only count, but this one writes: ${problem}`,
    remedy:
      'No row was changed, because a pending query runs in a read-only transaction. Write one SELECT that returns the number of rows still to change, and move the writes to the data step.',
  },
  'policy.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Correct the policy; phases/policy.schema.json describes its fields.',
  },
  'policy.refuses': {
    exitCode: 1,
    says: ({ file, dialect, phase, effect, on, reason }) =>
      `${file} (${dialect}): ${phase} refuses the effect "${effect}"\n  ${on}\n  ${reason}`,
    remedy:
      'Change the migration, or move the statement to another phase, as the reason in the message says. If the migration must break the rule, add to its file: -- interphase: despite <effect> because ….',
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
    says: ({ file, line, on }) => `${file}:${line}: the changes of this statement depend on what ${on} contains when it runs`,
    remedy:
      'Name each object to change, in one statement each. If the statement must read the catalog, add the reason to the file: -- interphase: despite catalog because ….',
    page: {
      means:
        'The statement reads the catalog of the database and changes the objects that it finds. On the shadow it found the objects of the releases. In phased order, or in a database with more objects, it may find others. Example: a contract dropped every foreign key that it found, including one that a later expand had added.',
      example: `DO $$ … FOR k IN SELECT conname FROM pg_constraint WHERE contype = 'f' LOOP
  EXECUTE format('ALTER TABLE child DROP CONSTRAINT %I', k.conname); …`,
    },
  },
  'relies.generated-name': {
    exitCode: 1,
    says: ({ file, line, on }) => `${file}:${line}: the statement names ${on}, and the server generated that name`,
    remedy:
      'Name the object in the statement that creates it. If that statement has already run, add the reason to this file: -- interphase: despite generated-name because ….',
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
      `${file}:${line}: ${on} uses the columns that the table has when the statement runs, not the columns it was written for`,
    remedy:
      'List the columns. If the statement must use all columns, add the reason to the file: -- interphase: despite all-columns because ….',
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
      'Use the alternative that the last line of the message names. If the file must stay as it is, add the reason to it: -- interphase: despite scan because …, or: -- interphase: despite rewrite because ….',
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
    remedy: 'Run interphase record, review the files that it writes, and commit them.',
    page: {
      means:
        'The release never ran on a shadow of this dialect. The effects of its migrations are therefore unknown, and it is not proven that the release can run phase by phase. If interphase record refuses the release because it is not sound, its message names the reason.',
      example: 'releases/2016.1-mitaka has no states/postgres',
    },
  },
  'states.stale': {
    exitCode: 2,
    says: ({ release, dialect, reasons }) => `the recorded states of ${release} for ${dialect} are out of date:${list(reasons)}`,
    remedy: 'Run interphase record, review the changes, and commit them.',
    page: {
      means:
        'The recorded states do not describe the files beside them. A migration was changed, added or removed; or an earlier release now ends in another schema; or an older version of interphase wrote the states. The proof does not cover the present files.',
      example: '010-price.expand.sql was edited after interphase record',
    },
  },
  'states.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Run interphase record, review the changes, and commit them.',
    page: {
      means:
        'interphase record generates the files under states/. Each file carries a digest of its content, and _release.json lists the digests of the others. This file cannot be read, was edited or merged by hand, or comes from another recording.',
      example: 'states/postgres/010-price.json, merged from two branches by hand',
    },
  },
  'states.name-case': {
    exitCode: 2,
    says: ({ where, recorded, found, table = 'a table' }) =>
      `the states were recorded on a server with lower_case_table_names = ${recorded}, and ${where} has ${found}: the two servers store a table name with capital letters (${table}) differently`,
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
      `${release} is not sound on ${dialect}: phased order gives another result than authored order:${list(findings)}`,
    remedy: 'Make the changes that the lines with `remedy:` name, then run interphase record again.',
  },
  'record.failed': {
    exitCode: 1,
    says: ({ release, dialect, migration, order, problem }) => `${release} on ${dialect}: ${migration} fails in ${order} order: ${problem}`,
    remedy: 'Correct the migration. Then run interphase record.',
  },
  'record.lacks': {
    exitCode: 1,
    says: ({ release, dialect, migration, problem, needs, ways }) =>
      `${release} on ${dialect}: ${migration} needs ${needs}, which the shadow does not have: ${problem}${list(ways)}`,
    remedy:
      'Do what one of the last lines of the message says, then run interphase record again. The set-up file runs first on every shadow. A target database must already have the role, schema or extension.',
  },
  'record.undo': {
    exitCode: 1,
    says: ({ file, dialect, migration, problems }) =>
      `${file} does not undo ${migration} on ${dialect}: after the undo, the schema differs from the state before the migration:${list(problems)}`,
    remedy:
      'Correct the undo file or the function `down`, then run interphase record again. An undo runs after the undos of all migrations that follow in phased order, data steps included. If the migration cannot be undone, write at its top `-- interphase: irreversible because …` in SQL, or `// interphase: irreversible because …` in a function. If another tool ran the migrations of this release, set `history` in its release.json instead (docs/releases.md).',
  },
  'record.printed-otherwise': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `the ${dialect} server prints these definitions in a form that it reads back as another definition, so a copy or a restored dump differs:${list(differences)}`,
    remedy:
      "Write the expression in a form that the server prints in full, such as CONVERT(CHAR(77) USING utf8mb4) instead of CHAR(77 USING utf8mb4), or the value itself instead of an expression of constants. Write bytes as unhex('E9'), and characters of another character set as CONVERT(unhex('E9') USING latin1).",
  },
  'record.rows': {
    exitCode: 1,
    says: ({ file, dialect, problem }) => `${file} cannot be loaded on ${dialect}: ${problem}`,
    remedy: 'Correct the sample rows: they must fit the schema before the release.',
  },
  'record.no-server': {
    exitCode: 2,
    says: ({ dialect, problem }) => `there is no server on which to record ${dialect}: ${problem}`,
    remedy:
      'Set `shadow` in the configuration, or INTERPHASE_SHADOW_<DIALECT>_URL, to the URL of a server. The engine creates a scratch database on it and drops it afterwards.',
  },
  'probe.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy:
      'Write the statements that the application sends in one transaction: queries and writes of rows, without BEGIN, COMMIT and DDL.',
  },
  'rehearse.command': {
    exitCode: 1,
    says: ({ command, ended, at }) => `${command} ended with ${ended}, on a shadow ${at}`,
    remedy: 'Read the output of the command. The shadow is dropped. To create it again, run the same interphase rehearse command.',
  },
  'rehearse.no-command': {
    exitCode: 2,
    says: ({ program, problem }) => `${program} cannot be started: ${problem}`,
    remedy:
      'Name an installed program. A pipe or && needs a shell: -- sh -c "…". The shadow is dropped. To create it again, run the same interphase rehearse command.',
  },
  'rehearse.timeout': {
    exitCode: 1,
    says: ({ command, seconds, at }) => `${command} did not end within ${seconds} s and was killed, on a shadow ${at}`,
    remedy: 'Find out why the command waits, or allow more seconds with --timeout.',
  },
  'rehearse.stopped': {
    exitCode: 10,
    says: ({ signal }) => `stopped by ${signal}; the scratch databases are dropped`,
    remedy: 'Run the same command again: the rehearsal starts from its beginning.',
  },
  'state.unknown': {
    exitCode: 2,
    says: ({ id, known }) => `there is no release, change or migration ${id}${instead(id, known)}`,
    remedy: 'Name a release, a change or a migration as interphase plan prints it.',
  },
  'database.no-url': {
    exitCode: 2,
    says: ({ command }) => `${command} needs a database, but no URL is given`,
    remedy: 'Give the URL with --database-url-file, --database-url, INTERPHASE_DATABASE_URL or DATABASE_URL.',
  },
  'database.bad-url': {
    exitCode: 2,
    says: ({ problem }) => `the database URL cannot be read: ${problem}`,
    remedy:
      'Write the URL as postgres://user@host:port/database, mysql://… or mariadb://…. In a password, write # / ? % @ as %23 %2F %3F %25 %40. The engine uses the first URL of: --database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the configuration.',
  },
  'database.unreachable': {
    exitCode: 1,
    says: ({ where, problem }) => `cannot reach the database at ${where}: ${problem}`,
    remedy: 'Check that the server runs, and that the host and port of the URL are correct.',
  },
  'database.login': {
    exitCode: 1,
    says: ({ where, user }) => `${where} refused the login of ${user}`,
    remedy: 'Check the user and the password. The password never appears in a message or a log.',
  },
  'database.missing': {
    exitCode: 1,
    says: ({ where, database }) => `there is no database ${database} at ${where}`,
    remedy: 'Create the database, or correct its name in the URL.',
  },
  'database.privilege': {
    exitCode: 1,
    says: ({ doing, problem }) => `a privilege is missing while ${doing}: ${problem}`,
    remedy: 'Grant the privilege; docs/privileges.md lists the privileges that each command needs.',
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
      `${where} is a transaction pooler: each transaction gets another server connection, so the engine cannot hold a lock`,
    remedy: 'Connect to the server itself, or to a pool in session mode.',
  },
  'database.version': {
    exitCode: 2,
    says: ({ dialect, found, needs }) => `${dialect}: the server reports ${found}, but ${needs} or newer is needed`,
    remedy: 'Upgrade the server, or correct the scheme of the URL: postgres://, mysql:// or mariadb://.',
  },
  'database.locked': {
    exitCode: 6,
    says: ({ reading, waitedMs, blockers }) =>
      `could not read ${reading}: another session held a lock on it for more than ${waitedMs} ms${blockers.length > 0 ? `; blocked by:${list(blockers)}` : ''}`,
    remedy: 'Nothing was changed. Wait until the blocking session ends, or end it, and run the same command again.',
  },
  'database.lost': {
    exitCode: 8,
    says: ({ doing, problem }) => `the connection was lost while ${doing}: ${problem}. It is unknown whether the server finished`,
    remedy: 'Do not repeat the statement by hand. Run the same command again: it first reads from the database what was done.',
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
      'Correct the migration, or the data that it fails on. If the file changed, run interphase record. Then run the phase again. If earlier statements of the file are done, correct it only from this statement on.',
  },
  'statement.lock-timeout': {
    exitCode: 6,
    says: ({ file, line, attempts, blockers }) =>
      `${file}:${line}: the statement did not get its lock in ${attempts} attempts${blockers.length > 0 ? `; blocked by:${list(blockers)}` : ''}`,
    remedy: 'This statement changed nothing. Wait until the blocking session ends, or end it, and run the phase again.',
  },
  'statement.too-large': {
    exitCode: 1,
    says: ({ file, line, bytes, limit }) =>
      `${file}:${line}: the statement has ${bytes} bytes, and the server accepts at most ${limit} (max_allowed_packet)`,
    remedy:
      'The statement was not sent. Raise max_allowed_packet on the server: SET GLOBAL max_allowed_packet = …, and the same in its configuration file. Then run the same command again. Or split the statement (a dump tool writes shorter ones with a smaller --net-buffer-length), run interphase record, and run the phase again.',
  },
  'statement.timeout': {
    exitCode: 1,
    says: ({ file, line, afterMs }) =>
      `${file}:${line}: the server cancelled the statement after ${afterMs} ms, the statement timeout of this phase`,
    remedy: 'Split the work into smaller statements, or raise session.statementTimeoutMs in the policy of the phase.',
  },
  'ledger.newer': {
    exitCode: 2,
    says: ({ found, knows }) => `a newer interphase wrote this ledger: its format is ${found}, and this version reads up to ${knows}`,
    remedy: 'Run the newer version of interphase.',
  },
  'ledger.elsewhere': {
    exitCode: 2,
    says: ({ project, where, there, here }) =>
      `the ledger of ${project} at ${where} is not in the current schema, but in:${list(there)}${here === undefined ? '' : `\nThe current schema is:${list([here])}`}`,
    remedy:
      'Connect with the schema that has the ledger: append the parameter of its line to the database URL, after ?, or after & if the URL has a ? already. Do not choose the current schema unless the project must start there without a history: the engine would run every release again in it.',
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
      'Run the version of interphase that last ran on this database: the column `engine` of the table interphase_migration names it. If that version fails too, somebody changed the ledger: restore its tables from a backup.',
  },
  'ledger.taken-over': {
    exitCode: 6,
    says: ({ project, by }) => `another run has taken over ${project}: ${by}`,
    remedy: 'Wait for the other run. To see its progress, run: interphase status.',
  },
  'ledger.changed': {
    exitCode: 7,
    says: ({ migrations }) => `these migrations changed after they were applied:${list(migrations)}`,
    remedy:
      'Restore the files as they were applied, and write the change as a new migration. You may correct only a migration that stopped at a statement, and only from that statement on.',
  },
  'ledger.vanished': {
    exitCode: 7,
    says: ({ migrations }) => `these migrations were applied, but their files are missing:${list(migrations)}`,
    remedy: 'Restore the files from version control.',
  },
  'ledger.early': {
    exitCode: 7,
    says: ({ migrations, before }) => `new migrations come before ${before}, which is already applied:${list(migrations)}`,
    remedy: 'Give the new migrations higher numbers, so that they follow it, or move them to the next release. Then run interphase record.',
  },
  'ledger.ahead': {
    exitCode: 7,
    says: ({ releases }) => `the database has releases that this project does not have:${list(releases)}`,
    remedy: 'Run interphase from the version of the project that has these releases; this checkout is older than the database.',
  },
  'ledger.unfinished': {
    exitCode: 8,
    says: ({ migration, statement, of, differences }) =>
      `${migration} was interrupted at statement ${statement} of ${of}, and the schema equals neither the state before that statement nor the state after it:${list(differences)}`,
    remedy:
      'Bring the schema by hand to one of the two states and run the same command again. If the statement does not change the schema, the engine cannot tell the states apart. Then say whether the migration is done: interphase stamp <migration> --as done, or --as not-done. You may correct a migration that is stamped as not-done; run interphase record before it runs again.',
  },
  'ledger.session-lost': {
    exitCode: 8,
    says: ({ migration, statement, of, lost }) =>
      `${migration} was interrupted before statement ${statement} of ${of}. The remaining statements may need session state that earlier statements set, and that session has ended:${list(lost)}`,
    remedy:
      'Run the statements that the lines name, and every statement from there on, by hand in one session, then: interphase stamp <migration> --as done. Or undo the earlier statements by hand, then: interphase stamp <migration> --as not-done, and run the same command again.',
  },
  'lock.busy': {
    exitCode: 6,
    says: ({ holder, waitedMs }) => `${holder} is migrating this database; gave up after ${waitedMs} ms`,
    remedy:
      'Wait for the other run: with --wait 600, the same command waits up to ten minutes. To see its progress, run: interphase status.',
  },
  'lock.lost': {
    exitCode: 1,
    says: ({ migration, file }) => `${migration} (${file}) stopped, because its session no longer holds the lock of the project`,
    remedy:
      'Remove the call that releases the lock from the migration: pg_advisory_unlock_all(), DISCARD ALL or RELEASE_ALL_LOCKS(), in a routine or in a dynamic statement. If the migration has no such call, a proxy changed the connection of the session: connect to the server itself. Then run interphase record, and run the phase again. An open transaction was rolled back; statements that commit by themselves remain done.',
  },
  'schema.differs': {
    exitCode: 7,
    says: ({ at, differences }) => `the schema differs from the plan ${at}:${list(differences)}`,
    remedy:
      'Find out what changed the schema and undo that change. If a table belongs to another program, name it in the setting `ignore`.',
  },
  'release.refused': {
    exitCode: 6,
    says: ({ release, dialect, refusals }) => `${release} is held, because the policies refuse its effects on ${dialect}${list(refusals)}`,
    remedy:
      'Change the migrations as the reasons in the lines say, then run interphase record. If a migration must break a rule, add to its file: -- interphase: despite <effect> because …. To see the same lines without a database, run: interphase check.',
  },
  'phase.held': {
    exitCode: 6,
    says: ({ phase, release, reasons, next }) => `${phase} of ${release} is held:${list(reasons)}\nNext command: ${next}`,
    remedy: 'Finish what the lines name, or wait until the time that they name. Then run the phase again.',
  },
  'phase.preconditions': {
    exitCode: 6,
    says: ({ phase, release, violations }) => `${phase} of ${release} adds rules that existing rows break:${list(violations)}`,
    remedy: 'Nothing was changed. Correct the rows, then run the phase again.',
  },
  'phase.reached': {
    exitCode: 6,
    says: ({ migration, violations }) => `${migration} stopped, because existing rows break a rule that it adds:${list(violations)}`,
    remedy:
      'Correct the rows, then run the phase again. The statements that are committed remain done: the run resumes after them and before the statement that adds the rule.',
  },
  'phase.unconfirmed': {
    exitCode: 6,
    says: ({ phase, release, destroys }) => `${phase} of ${release} destroys:${list(destroys)}`,
    remedy: 'To destroy all of it, run the command again with --yes.',
  },
  'phase.declined': {
    exitCode: 6,
    says: ({ phase, release }) => `${phase} of ${release} did not begin, because the confirmation was not given`,
    remedy: 'Nothing was destroyed. To begin the phase, run the same command again and confirm.',
  },
  'undo.refused': {
    exitCode: 6,
    says: ({ release, reasons }) => `${release} cannot be undone:${list(reasons)}`,
    remedy:
      'The undo changed nothing. If a line names a command, run that command, then run interphase undo again. If no line does, write a new release that reverses the change.',
  },
  'undo.missing': {
    exitCode: 2,
    says: ({ release, missing }) =>
      `${release} cannot be undone, because these migrations changed the schema and have no undo:${list(missing)}`,
    remedy:
      'Nothing was changed. Write a new release that reverses the change. You cannot add an undo to a migration that has run, because its checksum covers the undo too.',
  },
  'undo.begun': {
    exitCode: 8,
    says: ({ release, migration, statement, of }) =>
      `the undo of ${release} is not complete: the undo of ${migration} was interrupted at its statement ${statement} of ${of}`,
    remedy:
      'Run interphase undo: it reads from the database which statements are done, and resumes after them. The release can run again when the undo is complete.',
  },
  'pending.left': {
    exitCode: 8,
    says: ({ migration, rows }) => `${migration} has run, but its pending query still counts ${rows} rows`,
    remedy:
      'The data step and its pending query disagree. If interphase record reports it, correct the wrong one. On a target database the step is done and its files must not change: correct the remaining rows by hand, then run the phase again. Or run interphase undo, correct the file, and run interphase record.',
  },
  'pending.not-rerunnable': {
    exitCode: 8,
    says: ({ migration, rows }) => `${migration} is done, but its pending query counts ${rows} rows that it has not written`,
    remedy:
      'If the step may run twice, run it once more: interphase migrate --again <migration>. Otherwise correct these rows by hand, then run the phase again. A step whose file says `-- interphase: rerunnable` before it is applied is repeated automatically.',
  },
  'run.stopped': {
    exitCode: 10,
    says: ({ at, signal }) => `stopped by ${signal} at ${at}; the current statement finished or was rolled back`,
    remedy: 'To resume, run the same command again.',
  },
  'run.limit': {
    exitCode: 10,
    says: ({ at, limit }) => `the run reached ${limit} and stopped at ${at}; everything that it did is committed`,
    remedy: 'To resume, run the same command again.',
  },
  'adopt.no-match': {
    exitCode: 7,
    says: ({ differences, nearest, extra }) =>
      `the database equals no recorded state; the nearest is ${nearest}, with these differences:${list(differences)}${ignoring(extra)}`,
    remedy:
      'Bring the database to a recorded state, or record a base release from a dump of it. Name the tables of other programs in the setting `ignore` of the configuration.',
  },
  'adopt.ambiguous': {
    exitCode: 7,
    says: ({ states }) => `the database equals several recorded states:${list(states)}`,
    remedy:
      'The schema alone does not show how many of these migrations ran. Find the last one that ran on this database: look at the records of the tool that ran it, or at the rows that the data steps change. Then run: interphase adopt --at <migration>.',
  },
  'adopt.data-left': {
    exitCode: 7,
    says: ({ left, before }) =>
      `adopting here would count data steps as done whose pending queries still count rows:${list(left)}${before === undefined ? '' : `\nThe place before these steps is ${before}.`}`,
    remedy:
      'Adopt the place before these steps: interphase adopt --at <place>. The next run then changes the rows. If the rows must stay as they are, change them by hand until the pending query counts zero.',
  },
  'adopt.empty': {
    exitCode: 7,
    says: ({ where }) => `${where} is empty, so there is nothing to adopt`,
    remedy: 'Run interphase up: it builds the schema from the first release.',
  },
  'stamp.finished': {
    exitCode: 2,
    says: ({ migration, state }) => `${migration} cannot be stamped, because it is not unfinished: it is ${state}`,
    remedy:
      'Stamp only a migration that interphase status calls unfinished. To repeat a data step that is done, run: interphase migrate --again <migration>.',
  },
  'adopt.already': {
    exitCode: 7,
    says: ({ project, release }) => `this database already has a ledger of ${project}, at ${release}`,
    remedy: 'Nothing needs to be adopted. To see the state of the database, run: interphase status.',
  },
  'process.ended': {
    exitCode: 1,
    says: ({ how }) => `the process ended before the command was complete: ${how}. It is unknown whether the current statement is done`,
    remedy:
      'In the functions of migrations, remove every call that ends the process, and await all work. Then run the same command again: it first reads from the database what was done.',
  },
  'process.stray-error': {
    exitCode: 1,
    says: ({ problem }) => `the command stopped, because an error occurred in code that nothing awaits: ${problem}`,
    remedy:
      'Run the same command again with --log-level debug, which prints the stack trace of the error. The command first reads from the database what was done. If the trace names a function of a migration, await every promise in that function.',
  },
  'internal': {
    exitCode: 1,
    says: ({ problem }) => `internal error: ${problem}`,
    remedy: 'Run the same command with --log-level debug, and report this error with its output.',
  },
}
