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
  'migration.question': {
    readonly file: string
    readonly line: number
    readonly question: string
    /** The other open questions, each with its file and line. */
    readonly others: readonly string[]
  }
  'migration.import-outside': { readonly file: string; readonly line: number; readonly imports: string; readonly release: string }
  'migration.import': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.imports': { readonly problems: readonly string[] }
  'migration.module': { readonly file: string; readonly problem: string }
  'migration.transaction-control': { readonly file: string; readonly line: number; readonly statement: string }
  'migration.committed': { readonly migration: string; readonly file: string }
  'migration.trespass': { readonly migration: string; readonly file: string; readonly objects: readonly string[] }
  'migration.destructive-method': { readonly file: string; readonly method: string; readonly instead: string }
  'migration.threw': { readonly file: string; readonly line: number; readonly problem: string }
  'migration.unstarted': { readonly file: string; readonly returned: string }
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
  'statement.rows': {
    readonly file: string
    readonly line: number
    readonly statement: string
    readonly migration: string
    readonly reason: string
  }
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
  'database.other-server': { readonly where: string; readonly purpose: string }
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
  /** `keys` are the keys of some of the rows, if the engine could find them. */
  'pending.left': { readonly migration: string; readonly rows: string; readonly keys?: readonly string[] }
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
  'draft.source': { readonly file: string; readonly dialect: string; readonly problem: string }
  'draft.models': { readonly file: string; readonly dialect: string; readonly problem: string }
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
  'squash.ends-elsewhere': { readonly release: string; readonly dialect: string; readonly planned: string; readonly found: string }
  'snapshot.not-empty': {
    readonly where: string
    readonly objects: readonly string[]
    /** True if an earlier command began the snapshot, and the objects appeared since then. */
    readonly isBegun: boolean
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

  // process: errors about a process that ends too early
  'process.ended': { readonly how: string }
  'process.stray-error': { readonly problem: string }

  // internal: the error for a fault of the engine itself
  'internal': { readonly problem: string }
}

export type ErrorCode = keyof ErrorFacts

/** The remedy for one case of an error. */
export interface RemedyCase<C extends ErrorCode> {
  /** The case in words, for the page of the error: `The migration is a SQL file`. */
  readonly when: string
  readonly applies: (facts: ErrorFacts[C]) => boolean
  readonly remedy: string
}

interface Wording<C extends ErrorCode> {
  /** The exit code of the process when this error ends the command. `docs/cli.md` lists the meanings. */
  readonly exitCode: 1 | 2 | 6 | 7 | 8 | 10
  readonly says: (facts: ErrorFacts[C]) => string
  /**
   * The first steps that help, in order, one per line. `<name>` stands for the fact with that name, and is replaced by its value. An error
   * whose cases need different steps has a list, and the reader sees only the first entry that applies.
   */
  readonly remedy: string | readonly RemedyCase<C>[]
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

  /** The remedy for these facts: one sentence or step per line. */
  get remedy(): string {
    const { remedy }: { readonly remedy: string | readonly RemedyCase<C>[] } = ERROR_WORDINGS[this.code]
    const text = typeof remedy === 'string' ? remedy : (remedy.find(({ applies }) => applies(this.facts))?.remedy ?? '')
    return fillIn(isForFunction(this.facts) ? text.replaceAll('-- interphase:', '// interphase:') : text, this.facts)
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

/** True if the error is about a file that is not a SQL file, so that a comment in the file begins with `//`. */
function isForFunction(facts: object): boolean {
  const file: unknown = Reflect.get(facts, 'file')
  return typeof file === 'string' && /\.[cm]?[jt]s$/.test(file)
}

// The facts that a remedy uses as arguments of commands.
const COMMAND_ARGUMENTS: ReadonlySet<string> = new Set(['migration', 'release', 'name', 'before'])

/** Replaces each `<name>` by the fact with that name, if the fact is a text or a number. */
function fillIn(text: string, facts: object): string {
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(facts))
  return text.replaceAll(/<(\w+)>/g, (placeholder, name: string) => {
    const value = values.get(name)
    if (name !== name.toLowerCase() && values.has(name.toLowerCase())) return String(values.get(name.toLowerCase())).toUpperCase()
    if (typeof value !== 'string') return typeof value === 'number' ? String(value) : placeholder
    return COMMAND_ARGUMENTS.has(name) ? quoteForShell(value) : value
  })
}

/** Puts the lines of a remedy on one line, for a report that has one line for each finding. */
export function putRemedyOnOneLine(remedy: string): string {
  return remedy.replaceAll(/^- /gm, '').replaceAll('\n', ' ')
}

/** Returns the remedies of an error with the case of each, for a reader who has no facts. */
export function listRemedies(code: ErrorCode): readonly { readonly when?: string; readonly remedy: string }[] {
  const { remedy } = ERROR_WORDINGS[code]
  return typeof remedy === 'string' ? [{ remedy }] : remedy
}

const list = (items: readonly string[]) => items.map((item) => `\n  ${item}`).join('')
const brief = (statement: string) => {
  const line = statement.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
const countRows = (rows: number) => `${rows} ${rows === 1 ? 'row' : 'rows'}`
const lines = (text: string | undefined) => (text === undefined ? '' : `\n${text}`)
const waiting = (blocks: string) => ({ ddl: 'other schema changes wait', writes: 'writes wait' })[blocks] ?? 'everyone waits'
const or = (items: readonly string[]) => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`)

/** Makes a remedy of steps that are done one after the other. */
function steps(...all: readonly string[]): string {
  return all.map((step, index) => `${index + 1}. ${step}`).join('\n')
}

/** Makes a remedy of alternatives, the most likely one first. */
function choices(...all: readonly string[]): string {
  return all.map((choice) => `- ${choice}`).join('\n')
}

/** The alternatives for a database whose schema equals no recorded state. */
/** The remedy for a database that contains a part of a snapshot. */
const ANEW = steps('Drop the database, and create it again.', 'Build the schema with the migrations: interphase up.')

const DIFFERING = [
  'If these differences are mistakes: remove them in the database, and run interphase adopt again.',
  'If this is the first contact with the database: dump it as the first release (docs/existing-database.md), run interphase record, and run interphase adopt again.',
] as const

// The largest number of suggestions in a message.
const MOST_SUGGESTIONS = 5

/** Makes the lines of one of the nearest known states: its differences, the different objects first. */
const leftOver = (isEmpty: boolean) =>
  isEmpty ? 'The database is as it was before the command.' : 'The database contains a part of the schema.'

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
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
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
    says: ({ directory }) =>
      `no configuration file interphase.config.ts (or .js, .mjs, .json) exists in ${directory} or in a directory above it`,
    remedy: choices(
      'If the project exists: change to its directory, or add --project-dir <path> to the command.',
      'If the project is new: run interphase init.',
    ),
  },
  'config.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the configuration is not valid: ${problem}`,
    remedy: 'Correct this setting in <file>. Then run the same command again. docs/configuration.md describes every setting.',
  },
  'config.certificate': {
    exitCode: 2,
    says: ({ file, problem }) => `the certificate or key file ${file} cannot be read: ${problem}`,
    remedy: steps(
      'Check that <file> exists, and that your user may read it.',
      'If the path is wrong, correct it where you gave it: in the option --tls-ca, --tls-cert or --tls-key, in the database URL, or in the setting `database.tls` or `shadow.<dialect>.tls` of the configuration.',
      'Run the same command again.',
    ),
  },
  'config.dialect': {
    exitCode: 2,
    says: ({ dialect, declared }) => `the database server is ${dialect}, but the project is configured only for ${or(declared)}`,
    remedy:
      choices(
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
    says: ({ files }) => `no file was written, because these files exist already:${list(files)}`,
    remedy: 'Move these files to another place, or give other names in the command. Then run the same command again.',
  },
  'file.unwritable': {
    exitCode: 1,
    says: ({ file, problem }) => `the file ${file} cannot be written: ${problem}`,
    remedy: 'Make sure that the directory of <file> exists, and that your user may write to it. Then run the same command again.',
  },
  'release.unreadable': {
    exitCode: 2,
    says: ({ directory, problem }) => `the release directory ${directory} cannot be read: ${problem}`,
    remedy: choices(
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
        remedy: choices(
          'If the file is a migration: give it a name such as 010-add-date.expand.sql, 010-add-date.expand.mysql.sql (for one database server) or 010-add-date.migrate.ts (for a function).',
          'If it belongs to a migration: give it a name such as 010-add-date.migrate.pending.sql or 010-add-date.expand.undo.sql.',
          'In all other cases: move <file> out of the directory of releases.',
        ),
      },
    ],
  },
  'release.unknown-phase': {
    exitCode: 2,
    says: ({ file, phase, known }) => `${file}: the file name contains the unknown phase "${phase}"; the phase must be ${or(known)}`,
    remedy: 'Rename the file, so that the part after its first dot is a phase, such as 010-add-date.expand.sql.',
  },
  'release.unknown-dialect': {
    exitCode: 2,
    says: ({ file, dialect, known }) =>
      `${file}: the file name contains the unknown database server "${dialect}"; the server must be ${or(known)}`,
    remedy: choices(
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
    remedy: choices(
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
    says: ({ problem, releases }) => `the order of the releases is not clear: ${problem}. The releases are:${list(releases)}`,
    remedy:
      'Correct the field `after` in the file release.json of these releases. Each release except the first must name the release before it, such as { "after": "2026.1-first" }.',
  },
  'migration.empty': {
    exitCode: 2,
    says: ({ file }) => `the migration file ${file} is empty`,
    remedy: choices(
      'If you wrote the file: write its statements into it, or only a comment if there is nothing to do.',
      'If a dump tool made the file: the dump has failed. Make it again.',
    ),
  },
  'migration.front-matter': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the comment with \`interphase:\` is not valid: ${problem}`,
    remedy: 'Correct the comment in line <line>. The section "Front matter" of docs/releases.md lists every valid comment.',
  },
  'migration.question': {
    exitCode: 2,
    says: ({ file, line, question, others }) =>
      `${file}:${line}: the question is not answered: ${question}${others.length === 0 ? '' : `\nMore questions are open:${list(others)}`}`,
    remedy: steps(
      'Answer the question: change the statements of the file where they are wrong.',
      'Remove line <line>, which contains the words `interphase: question`.',
      'Run: interphase record.',
    ),
  },
  'migration.import-outside': {
    exitCode: 2,
    says: ({ file, line, imports, release }) =>
      `${file}:${line}: the migration imports ${imports}, which lies outside the directory of its release, ${release}`,
    remedy:
      steps('Copy the imported code into the directory lib/ of the release, and import the copy.', 'Run: interphase record.') +
      '\nReason: a later change of the shared file would change a migration that has already run.',
  },
  'migration.import': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: an import of the migration cannot be resolved: ${problem}`,
    remedy:
      'Correct the import in line <line>. Write the name of a package or the path of a file of the release, in quotation marks and not as a variable.',
  },
  'migration.imports': {
    exitCode: 2,
    says: ({ problems }) => `migrations import code that interphase cannot check for changes:${list(problems)}`,
    remedy:
      choices(
        'If a line names a file outside the release: copy the file into the directory lib/ of the release, and import the copy.',
        'If a line says that the code computes the name: write the path in quotation marks.',
        'If a line says that a file is missing or has a syntax error: correct that.',
      ) + '\nThen run: interphase check.',
  },
  'migration.module': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the migration cannot be loaded: ${problem}`,
    remedy:
      'Correct this problem in <file>. The file must export a migration, such as `export default expand({ up })`, or the functions `up` and `down`.',
  },
  'migration.transaction-control': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} is not allowed, because the engine itself begins and commits the transaction of the migration`,
    remedy: 'Delete the statement. If the statements after it need a transaction of their own, move them to another migration.',
  },
  'migration.committed': {
    exitCode: 8,
    says: ({ migration, file }) =>
      `${migration} (${file}) committed the transaction of the engine, so the engine cannot roll back the changes before this commit`,
    remedy:
      steps(
        'To see what the migration changed, run: interphase status.',
        'Undo these changes by hand. Then run: interphase stamp <migration> --as not-done.',
        'Delete the COMMIT from <file>. If a routine commits, write its statements into the file instead of the call. If its statements change the schema, the call may stay with the comment: -- interphase: transaction off.',
        'Run interphase record. Then run the same command again.',
      ) +
      '\nIf you cannot undo the changes: complete them by hand, run interphase stamp <migration> --as done, and leave the file as it is.',
  },
  'migration.destructive-method': {
    exitCode: 2,
    says: ({ file, method, instead }) =>
      `${file}: the migration calls queryInterface.${method}, which is not allowed, because it removes every object that it finds; ${instead}`,
    remedy: "Remove each object by its name, such as: await queryInterface.dropTable('widget'). Then run: interphase record.",
  },
  'migration.threw': {
    exitCode: 1,
    says: ({ file, line, problem }) => `${file}:${line}: the migration threw an error: ${problem}`,
    remedy: steps('Correct <file>.', 'Run: interphase record.', 'If another command reported this error, run that command again.'),
  },
  'migration.unstarted': {
    exitCode: 1,
    says: ({ file, returned }) => `${file}: the function of the migration returned ${returned}, so the code inside did not run`,
    remedy: steps(
      'Write the function of the migration as an async function that awaits each statement.',
      'Run: interphase record.',
      'If another command reported this error, run that command again.',
    ),
  },
  'migration.unawaited': {
    exitCode: 1,
    says: ({ file, line, statement }) =>
      `${file}:${line}: an await is missing: the function of the migration ended before this statement was complete: ${brief(statement)}`,
    remedy: steps(
      'Write await before the call in line <line>, and before every other call that sends a statement, also in loops and callbacks.',
      'Run: interphase record.',
      'If another command reported this error, run that command again.',
    ),
  },
  'migration.needs-off': {
    exitCode: 2,
    says: ({ file, line, statement, message }) =>
      `${file}:${line}: this statement cannot run inside a transaction (${message}): ${brief(statement)}`,
    remedy: steps(
      'Add this comment at the top of <file>: `// interphase: transaction off`. The migration then runs without a transaction.',
      'Run: interphase record.',
      'If another command reported this error, run that command again.',
    ),
  },
  'migration.own-connection': {
    exitCode: 2,
    says: ({ file, line, where }) =>
      `${file}:${line}: the migration opens its own connection to ${where}, which the engine can neither lock nor roll back`,
    remedy:
      "Remove this connection. Send every statement through the argument of the function, such as: await queryInterface.sequelize.query('…'). Then run: interphase record.",
  },
  'sql.syntax': {
    exitCode: 2,
    says: ({ file, line, column, message, excerpt }) => `${file}:${line}:${column}: the SQL cannot be parsed: ${message}\n${excerpt}`,
    remedy: 'Correct the SQL in <file>, line <line>. Then run: interphase record.',
  },
  'migration.trespass': {
    exitCode: 7,
    says: ({ migration, file, objects }) =>
      `${migration} (${file}) was rolled back, because it changed objects that do not belong to this project:${list(objects)}`,
    remedy:
      steps(
        'Find the statement in <file> that changed these objects. Usual causes: CASCADE, a loop over the catalog, or a trigger or foreign key of another program.',
        'Change the statement so that it changes only objects of the project.',
        'Run interphase record. Then run the same command again.',
      ) + '\nA rollback does not reset a sequence. If a line names a sequence, its owner must check its value.',
  },
  'statement.veiled': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} is not allowed, because the engine can neither see in advance what it does nor roll it back`,
    remedy:
      choices(
        'Replace the statement by the statements that it executes.',
        'If it must stay: add this line with your reason to <file>: -- interphase: despite veiled because ….',
      ) + '\nThen run: interphase record.',
  },
  'statement.rows': {
    exitCode: 7,
    says: ({ file, line, statement, migration, reason }) =>
      `${file}:${line}: ${statement} was not sent. It writes rows, and the function of ${migration} wrote none when it was recorded, because the shadow has no such rows. The policy of its phase forbids it: ${reason}`,
    remedy:
      'The statement did not run. If the function can run in a transaction, its earlier statements were rolled back. Move the code that writes rows to a .migrate file of the same number. If you must break the rule, add `// interphase: despite writes-rows because …` to the file. Then run: interphase record. Then run the same command again.',
  },
  'statement.stranger': {
    exitCode: 7,
    says: ({ file, line, statement, objects }) =>
      `${file}:${line}: ${statement} was not executed, because it would change objects that do not belong to this project:${list(objects)}`,
    remedy:
      choices(
        'If you do not want to change these objects: remove their names from <file>.',
        'If the name of your new object is already taken: give it another name.',
        'If a line says that a foreign key changes rows: ask the owner of that table to remove those rows.',
      ) + '\nThen run interphase record, and run the same command again.',
  },
  'statement.refused': {
    exitCode: 2,
    says: ({ file, line, statement, because }) => `${file}:${line}: ${statement} is not allowed in a migration. ${because}`,
    remedy: 'Delete the statement, or replace it as the message says. docs/statements.md lists the statements that are allowed.',
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
    remedy: steps(
      'Write :batch into the WHERE clause of the statement, such as: UPDATE widget SET code = upper(name) WHERE :batch.',
      'Move statements that cannot contain :batch to another migration.',
      'Run: interphase record.',
    ),
    page: {
      means:
        'A data step in batches executes its statements once for each range of rows. The engine replaces :batch with the condition for the rows of the range. A statement without the condition would run on all rows each time.',
      example: `-- interphase: batch widget
UPDATE widget SET code = upper(name) WHERE :batch AND code IS DISTINCT FROM upper(name);`,
    },
  },
  'batch.declaration': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the data step cannot run in batches as it is declared: ${problem}`,
    remedy: 'Correct the declaration in <file>. Then run: interphase record. docs/batches.md shows an example of each form.',
  },
  'batch.key': {
    exitCode: 2,
    says: ({ file, line, table, problem, instead }) =>
      `${file}:${line}: the rows of ${table} cannot be divided into batches: ${problem}. ${instead}`,
    remedy: 'Do what the last sentence of the message says. Then run: interphase record.',
  },
  'batch.depends': {
    exitCode: 1,
    says: ({ file, line, migration, how, differences }) =>
      `${file}:${line}: the data step ${migration} does not give the same rows ${how} as without batches:${list(differences)}`,
    remedy:
      steps(
        'Change the statement so that the new value of a row depends only on this row.',
        'Let the statement skip the rows that it has changed already, such as: WHERE :batch AND code IS DISTINCT FROM upper(name).',
        'Run: interphase record.',
      ) + '\nIf this is not possible: delete the batch declaration. The data step then runs in one transaction.',
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
    says: ({ migration, table, key, message }) => `the data step ${migration} failed at one row of ${table} (${key}): ${message}`,
    remedy:
      choices('If the row is wrong: correct it in the database.', 'If the data step is wrong: correct <file>, and run interphase record.') +
      '\nThen run the same command again. The data step continues with this row.',
  },
  'batch.quarantine-full': {
    exitCode: 1,
    says: ({ migration, table, key, message, limit }) =>
      `the data step ${migration} stopped, because ${limit} rows are in quarantine (set aside as failed) and one more row of ${table} failed, ${key}: ${message}`,
    remedy: steps(
      'To see the rows in quarantine, run: interphase quarantine list.',
      'Correct these rows, and the row of the message, in the database.',
      'Run: interphase quarantine retry.',
      'Run the same command again. The data step continues with the row of the message.',
    ),
  },
  'quarantine.left': {
    exitCode: 6,
    says: ({ rows, done }) =>
      `${countRows(rows.length)} failed again and stay in quarantine (set aside); ${countRows(done)} left it:${list(rows)}`,
    remedy:
      steps('Correct these rows in the database.', 'Run: interphase quarantine retry.') +
      "\nIf the rows may stay as they are, run instead: interphase quarantine discard --because 'your reason'.",
  },
  'quarantine.unknown': {
    exitCode: 2,
    says: ({ problem }) => problem,
    remedy: 'To see the rows in quarantine, run: interphase quarantine list.',
  },
  'batch.paused': {
    exitCode: 6,
    says: ({ migration, pause }) => `the data step ${migration} does not start, because the project is ${pause}`,
    remedy: 'To end the pause, run: interphase resume. Then run the same command again.',
  },
  'throttle.query': {
    exitCode: 2,
    says: ({ file, name, problem }) => `${file}: the query "${name}" in throttle.queries does not return one number: ${problem}`,
    remedy: 'Write one SELECT that returns one row with one number in at most five seconds, such as: SELECT count(*) FROM jobs.',
  },
  'approval.no-ssh-keygen': {
    exitCode: 2,
    says: ({ problem }) => `the program ssh-keygen, which signs and checks approvals, cannot be started: ${problem}`,
    remedy:
      'Install the OpenSSH client, version 8.2 or newer. Make sure that the directory of ssh-keygen is in the PATH. Then run the same command again.',
  },
  'approval.unsigned': {
    exitCode: 2,
    says: ({ key, problem }) => `ssh-keygen could not sign the approval with ${key}: ${problem}`,
    remedy: choices(
      'If your private key is in a file: name this file, such as --key ~/.ssh/id_ed25519.',
      'If an SSH agent holds your private key: name the file of the public key, such as --key ~/.ssh/id_ed25519.pub.',
    ),
  },
  'approval.wrong-key': {
    exitCode: 2,
    says: ({ approver, file, problem }) =>
      `the approval was not stored, because the key that signed it is not a key of ${approver} in the file ${file}: ${problem}`,
    remedy: choices(
      'If you used the wrong key: run the command again, and name your own key with --key.',
      'If you used the right key: add a line with its public key to the file allowed-signers beside the configuration, such as: <approver> ssh-ed25519 AAAA….',
    ),
  },
  'gate.query': {
    exitCode: 2,
    says: ({ gate, problem }) => `the SQL query of the gate "${gate}" in the policy is not valid: ${problem}`,
    remedy:
      'Write one SELECT that returns one row. The first column must be true when the phase may start, such as: SELECT count(*) = 0 AS done FROM jobs.',
  },
  'pending.shape': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the pending query, which counts the rows still to change, is not valid: ${problem}`,
    remedy:
      'Write one SELECT that returns one number, such as: SELECT count(*) FROM widget WHERE code IS NULL. Then run: interphase record.',
  },
  'pending.writes': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: the pending query may only count rows, but it tries to write: ${problem}`,
    remedy:
      'No row was changed. Replace the query by a SELECT that counts the rows still to change, and move the writes to the data step. Then run: interphase record.',
  },
  'policy.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: the policy, which contains the rules of a phase, is not valid: ${problem}`,
    remedy:
      'Correct <file>. The file policy.schema.json in the directory phases/ of the package describes its fields. Then run the same command again.',
  },
  'policy.refuses': {
    exitCode: 1,
    says: ({ file, dialect, phase, effect, on, reason }) =>
      `${file} (${dialect}): the phase ${phase} does not allow the effect "${effect}"\n  ${on}\n  ${reason}`,
    remedy:
      choices(
        'If another phase allows the effect: move the statement to that phase, as the last line of the message says.',
        'If the statement must stay: add this line with your reason to the file: -- interphase: despite <effect> because ….',
      ) + '\nThen run: interphase record. docs/effects.md explains every effect.',
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
    says: ({ file, line, on }) =>
      `${file}:${line}: the statement reads ${on} when it runs, and changes the objects that it finds there; another database can have other objects`,
    remedy: choices(
      'Write one statement for each object, with the name of the object.',
      'If the statement must read the catalog: add this line with your reason to the file: -- interphase: despite catalog because ….',
    ),
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
      `${file}:${line}: the statement names ${on}, but the server generated this name, and the name can differ in another database`,
    remedy: choices(
      'If the statement that creates the object has not run yet: give the object a name there.',
      'If it has run: add this line with your reason to this file: -- interphase: despite generated-name because ….',
    ),
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
    remedy: choices(
      'List the columns in the statement.',
      'If the statement must take all columns: add this line with your reason to the file: -- interphase: despite all-columns because ….',
    ),
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
      choices(
        'Use the alternative in the last line of the message.',
        'If the file must stay as it is: add this comment with your reason to it: -- interphase: despite <works> because ….',
      ) + '\nThen run: interphase record.',
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
    says: ({ release, dialect, missing }) =>
      `the release ${release} was not yet recorded for ${dialect}${missing.length === 0 ? '' : `; these migrations have no recorded state:${list(missing)}`}`,
    remedy: steps('Run: interphase record.', 'Review the new files below states/, and commit them.'),
    page: {
      means:
        'The release never ran on a shadow of this dialect. The effects of its migrations are therefore unknown, and it is not proven that the release can run phase by phase. If interphase record refuses the release because it is not sound, its message names the reason.',
      example: 'releases/2016.1-mitaka has no states/postgres',
    },
  },
  'states.stale': {
    exitCode: 2,
    says: ({ release, dialect, reasons }) =>
      `the recorded states of the release ${release} for ${dialect} are out of date:${list(reasons)}`,
    remedy: steps('Run: interphase record.', 'Review the changed files below states/, and commit them.'),
    page: {
      means:
        'The recorded states do not describe the files beside them. A migration was changed, added or removed; or an earlier release now ends in another schema; or an older version of interphase wrote the states. The proof does not cover the present files.',
      example: '010-price.expand.sql was edited after interphase record',
    },
  },
  'states.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: this recorded state cannot be used: ${problem}`,
    remedy: steps('Run: interphase record. The command writes the file again.', 'Review the changed files below states/, and commit them.'),
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
    remedy: steps(
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
  'release.not-sound': {
    exitCode: 1,
    says: ({ release, dialect, findings }) =>
      `${release} is not sound on ${dialect}: phase by phase (phased order), the release gives another result than change by change (authored order):${list(findings)}`,
    remedy: 'Change the migrations as the lines with `remedy:` say. Then run: interphase record.',
  },
  'record.failed': {
    exitCode: 1,
    says: ({ dialect, migration, order, problem, hint }) =>
      `${migration} failed on a shadow (a scratch database) of ${dialect}, ${order === 'phased' ? 'when the release ran phase by phase' : 'when the changes ran one after the other'} (${order} order): ${problem}${lines(hint)}`,
    remedy: 'Correct <file>. Then run: interphase record. No other database was changed.',
  },
  'record.lacks': {
    exitCode: 1,
    says: ({ dialect, migration, problem, needs, ways }) =>
      `${migration} failed on a shadow (a scratch database) of ${dialect}, because ${needs} does not exist there: ${problem}${list(ways)}`,
    remedy:
      steps('Do what one of the last lines of the message says.', 'Run: interphase record.') +
      '\nEvery database in which the release will run needs the same.',
  },
  'record.undo': {
    exitCode: 1,
    says: ({ file, dialect, migration, problems }) =>
      `${file} does not undo ${migration} completely on ${dialect}; these differences remain after the undo:${list(problems)}`,
    remedy:
      choices(
        'Correct <file>, so that the undo restores the earlier schema and rows.',
        'If the migration cannot be undone: add this comment with your reason to the file of the migration: -- interphase: irreversible because ….',
        'If another tool has already run this release: set `history` in its release.json (docs/releases.md).',
      ) + '\nThen run: interphase record.',
  },
  'record.printed-otherwise': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `the ${dialect} server prints these definitions in another form than they were written, so a restored dump would differ:${list(differences)}`,
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
          choices(
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
          choices(
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
      choices(
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
    remedy: choices(
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
    says: ({ id, known }) => `there is no release, change or migration ${id}${instead(id, known)}`,
    remedy:
      'Write the name of a release (2026.1-first), a change (2026.1-first/010-add-date) or a migration (2026.1-first/010-add-date.expand).',
  },
  'database.no-url': {
    exitCode: 2,
    says: ({ command }) => `interphase ${command} needs a database, but you gave no URL`,
    remedy:
      'Set the variable INTERPHASE_DATABASE_URL, or add --database-url to the command. Example of a URL: postgres://user:password@host:5432/database.',
  },
  'database.bad-url': {
    exitCode: 2,
    says: ({ problem }) => `the database URL is not valid: ${problem}`,
    remedy:
      'Correct the URL, such as postgres://user:password@host:5432/database, mysql://… or mariadb://…. In a password, write %25 for %, %40 for @, %2F for /, %23 for #, %3F for ?. The URL comes from the first of these that is set: --database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the configuration.',
  },
  'database.unreachable': {
    exitCode: 1,
    says: ({ where, problem }) => `no connection to the database server at ${where}: ${problem}`,
    remedy: 'Check that the server runs, and that the host and the port in the database URL are correct. Then run the same command again.',
  },
  'database.login': {
    exitCode: 1,
    says: ({ where, user }) => `the database server at ${where} refused the login of the user ${user}`,
    remedy: 'Correct the user or the password in the database URL. Then run the same command again.',
  },
  'database.missing': {
    exitCode: 1,
    says: ({ where, database }) => `the database ${database} does not exist on the server (${where})`,
    remedy:
      choices(
        'If the name is wrong: correct it in the database URL.',
        'If the database is new: create it with CREATE DATABASE <database>.',
      ) + '\nThen run the same command again.',
  },
  'database.privilege': {
    exitCode: 1,
    says: ({ doing, problem }) => `the database user lacked a privilege while ${doing}: ${problem}`,
    remedy: [
      {
        when: 'PostgreSQL says "must be owner"',
        applies: ({ problem }) => problem.includes('must be owner'),
        remedy:
          'Make the user of the database URL a member of the role that owns the object: GRANT <owner> TO <user>. Then run the same command again.',
      },
      {
        when: 'Any other privilege',
        applies: () => true,
        remedy:
          'Grant this privilege to the user of the database URL. docs/privileges.md lists the GRANT statements for each command. Then run the same command again.',
      },
    ],
  },
  'database.read-only': {
    exitCode: 1,
    says: ({ doing, problem }) => `the database accepts no writes: ${doing}: ${problem}`,
    remedy:
      choices(
        'If the server is a replica or a standby: give the URL of the primary server.',
        'If it is the primary server: allow writes, on PostgreSQL with default_transaction_read_only = off, on MySQL and MariaDB with read_only, super_read_only and transaction_read_only = OFF.',
      ) + '\nThen run the same command again. The refused statement changed nothing.',
  },
  'database.pooler': {
    exitCode: 2,
    says: ({ where }) => `the engine cannot hold a lock at ${where}, because a connection pooler in transaction mode answers there`,
    remedy: 'Give the URL of the database server itself, or of a pooler in session mode, with --database-url.',
  },
  'database.version': {
    exitCode: 2,
    says: ({ dialect, found, needs }) => `the ${dialect} server has the version ${found}, but ${needs} or newer is needed`,
    remedy: choices(
      'If the server is too old: upgrade it.',
      'If the server is another product: correct the beginning of the database URL (postgres://, mysql:// or mariadb://).',
    ),
  },
  'database.locked': {
    exitCode: 6,
    says: ({ reading, waitedMs, blockers }) =>
      `${reading} could not be read, because another session holds a lock on it; the command waited ${waitedMs} ms${blockers.length > 0 ? `. Blocked by:${list(blockers)}` : ''}`,
    remedy: 'Wait until the blocking session ends, or end that session. Then run the same command again. Nothing was changed.',
  },
  'database.other-server': {
    exitCode: 8,
    says: ({ where, purpose }) =>
      `the address ${where} connected ${purpose} to another server than the run itself, as after a failover, so the run was stopped`,
    remedy: steps(
      'If the address leads to several servers, give the address of the primary server with --database-url.',
      'Run the same command again. The data step continues after the last batch that the primary server has.',
    ),
  },
  'database.lost': {
    exitCode: 8,
    says: ({ doing, problem }) =>
      `the connection to the database was lost while ${doing}: ${problem}. It is unknown whether the server finished the statement`,
    remedy:
      'Do not repeat the statement by hand. Run the same command again. The command reads from the database which statements are done, and continues after them.',
  },
  'statement.failed': {
    exitCode: 1,
    says: ({ file, line, column, message, sqlState, excerpt, detail, hint, context }) =>
      `${file}:${line}${column === undefined ? '' : `:${column}`}: ${message} (${sqlState})${lines(excerpt)}${list([
        ...(detail === undefined ? [] : [`Detail: ${detail}`]),
        ...(hint === undefined ? [] : [`Hint: ${hint}`]),
        ...(context === undefined ? [] : [`Context: ${context}`]),
      ])}`,
    remedy: steps(
      'Correct the cause: the rows in the database, or the statement in line <line> of <file>. Do not change earlier statements of the file, because they may be done already.',
      'If you changed the file, run: interphase record.',
      'Run the same command again.',
    ),
  },
  'statement.lock-timeout': {
    exitCode: 6,
    says: ({ file, line, attempts, blockers }) =>
      `${file}:${line}: the statement did not get its lock in ${attempts} attempts${blockers.length > 0 ? `; these sessions block it:${list(blockers)}` : ''}`,
    remedy: steps(
      'Wait until the blocking sessions end. To end a session: SELECT pg_terminate_backend(<pid>) on PostgreSQL, KILL <id> on MySQL and MariaDB.',
      'Run the same command again. The statement changed nothing.',
    ),
  },
  'statement.too-large': {
    exitCode: 1,
    says: ({ file, line, bytes, limit }) =>
      `${file}:${line}: the statement was not sent, because it has ${bytes} bytes and the server accepts at most ${limit} (max_allowed_packet)`,
    remedy: choices(
      'If you may change the server: run SET GLOBAL max_allowed_packet = 1073741824, write max_allowed_packet=1G under [mysqld] into its configuration file, and run the same command again.',
      'If you may not: split the statement into smaller ones, run interphase record, and run the same command again. A dump tool writes smaller statements with --net-buffer-length=1000000.',
    ),
  },
  'statement.timeout': {
    exitCode: 1,
    says: ({ file, line, afterMs }) =>
      `${file}:${line}: the server cancelled the statement after ${afterMs} ms, which is the statement timeout of the phase`,
    remedy:
      choices(
        'Split the statement into smaller ones, and run interphase record.',
        'Or allow more time: raise `session.statementTimeoutMs` in the policy file of the phase. If the project has no policy files, first copy those of the package (phases/README.md in node_modules/interphase).',
      ) + '\nThen run the same command again.',
  },
  'ledger.newer': {
    exitCode: 2,
    says: ({ found, knows }) =>
      `a newer version of interphase wrote the ledger (the tables interphase_…) of this database: it has format ${found}, and this version reads formats up to ${knows}`,
    remedy: 'Install the newer version of interphase in this project. Then run the same command again.',
  },
  'ledger.elsewhere': {
    exitCode: 2,
    says: ({ project, where, there, here }) =>
      `the connection to ${where} does not see the ledger (the tables interphase_…) of ${project}, because it is in another schema:${list(there)}${here === undefined ? '' : `\nThe connection uses this schema:${list([here])}`}`,
    remedy:
      steps(
        'Append the parameter of the first list (options=…) to the database URL: after ?, or after & if the URL contains ? already.',
        'Run the same command again.',
      ) + '\nOnly if the project must start again in the schema that the connection uses: append the parameter of that schema.',
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
    says: ({ what, problem }) => `this version of interphase cannot read ${what} in the ledger (the tables interphase_…): ${problem}`,
    remedy: steps(
      'Find the version that wrote the row: SELECT engine FROM interphase_migration.',
      'Install this version, and run the same command again.',
      'If this version fails too, the ledger was changed by hand: restore its tables from a backup.',
    ),
  },
  'ledger.taken-over': {
    exitCode: 6,
    says: ({ project, by }) => `this run was stopped, because another run works on the project ${project} now: ${by}`,
    remedy: 'Wait until the other run ends. To see its progress, run: interphase status.',
  },
  'ledger.changed': {
    exitCode: 7,
    says: ({ migrations }) =>
      `the files of these migrations were changed after the migrations were applied to this database:${list(migrations)}`,
    remedy: steps(
      'Restore these files from version control, as they were when they were applied.',
      'Write your change as a new migration.',
    ),
  },
  'ledger.vanished': {
    exitCode: 7,
    says: ({ migrations }) => `these migrations were applied to this database, but their files do not exist:${list(migrations)}`,
    remedy: 'Restore the files of these migrations from version control. Then run the same command again.',
  },
  'ledger.early': {
    exitCode: 7,
    says: ({ migrations, before }) =>
      `these new migrations come before ${before}, which is already applied to this database:${list(migrations)}`,
    remedy: steps(
      'Give the new migrations a higher number than <before>, or move them to the next release.',
      'Run interphase record. Then run the same command again.',
    ),
  },
  'ledger.ahead': {
    exitCode: 7,
    says: ({ releases }) => `releases were applied to this database that your copy of the project does not contain:${list(releases)}`,
    remedy:
      'Update your copy of the project to the version that contains these releases, such as with git pull. Then run the same command again.',
  },
  'ledger.unfinished': {
    exitCode: 8,
    says: ({ migration, statement, of, differences }) =>
      `${migration} was interrupted at statement ${statement} of ${of}, and the engine cannot tell whether this statement is done:${list(differences)}`,
    remedy: [
      {
        when: 'The file has changed',
        applies: ({ differences }) => differences.some((one) => one.startsWith('the file has changed')),
        remedy: steps(
          'Restore the file of <migration> from version control, as it was when the migration began. Only statement <statement> and the statements after it may change.',
          'Run the same command again.',
        ),
      },
      {
        when: 'The schema does not show whether the statement is done',
        applies: ({ differences }) => differences.some((one) => /does not show|committed implicitly/.test(one)),
        remedy: steps(
          'Find out whether the statement is done: look at the rows that it writes.',
          'Complete the whole migration by hand, and run: interphase stamp <migration> --as done. Or undo the whole migration by hand, and run: interphase stamp <migration> --as not-done.',
          'Run the same command again.',
        ),
      },
      {
        when: 'The schema equals neither the state before the statement nor the state after it',
        applies: () => true,
        remedy:
          steps(
            'Change the schema by hand: complete the statement, or undo it. The lines show the differences.',
            'Run the same command again.',
          ) +
          '\nIf the file is wrong: undo the whole migration by hand, run interphase stamp <migration> --as not-done, correct the file, and run interphase record.',
      },
    ],
  },
  'ledger.session-lost': {
    exitCode: 8,
    says: ({ migration, statement, of, lost }) =>
      `${migration} was interrupted before statement ${statement} of ${of}, and the rest of the file may need session state that no longer exists:${list(lost)}`,
    remedy:
      steps(
        'Open one database session, and set this state there, as the named lines of <file> set it: for example variables and temporary tables.',
        'In the same session, execute statement <statement> and all later statements of the file. Do not repeat earlier statements that write, because they are committed.',
        'Run: interphase stamp <migration> --as done. Then run the same command again.',
      ) + '\nOr undo the earlier statements by hand, run interphase stamp <migration> --as not-done, and run the same command again.',
  },
  'hook.failed': {
    exitCode: 1,
    says: ({ problem }) => problem,
    remedy: 'Correct the program or the URL of the hook in the configuration. The command itself was not affected.',
  },
  'lock.busy': {
    exitCode: 6,
    says: ({ holder, waitedMs }) =>
      `another run (${holder}) is migrating this database; this command waited for ${waitedMs} ms and then ended`,
    remedy:
      'Wait until the other run ends, or run the same command with --wait 600, which waits up to ten minutes. To see the progress of the other run, run: interphase status.',
  },
  'lock.lost': {
    exitCode: 1,
    says: ({ migration, file }) => `${migration} (${file}) was stopped, because its database session lost the lock of the project`,
    remedy:
      choices(
        'If <file>, or a routine that it calls, contains pg_advisory_unlock_all(), DISCARD ALL or RELEASE_ALL_LOCKS(): delete this call, and run interphase record.',
        'If not, a proxy changed the connection: give the URL of the database server itself with --database-url.',
      ) + '\nThen run the same command again. The open transaction was rolled back; statements that commit by themselves remain done.',
  },
  'schema.differs': {
    exitCode: 7,
    says: ({ at, differences }) => `the schema of the database differs from the plan ${at}:${list(differences)}`,
    remedy:
      choices(
        'If somebody changed the schema: take the change back. To write the SQL for this into a file, run: interphase drift --draft-back back.sql.',
        'If a listed table belongs to another program: add its name to the setting `ignore` in the configuration.',
      ) + '\nThen run the same command again.',
  },
  'release.refused': {
    exitCode: 6,
    says: ({ release, dialect, refusals }) =>
      `${release} does not run on ${dialect}, because the policies (the rules of the phases) do not allow these parts of it:${list(refusals)}`,
    remedy:
      choices(
        'Change the migrations as the lines say.',
        'If a part must stay: add this line with your reason to the SQL file: -- interphase: despite <effect> because …. For the size of a data step, write one-transaction as the effect. In a function, write `despite` into its definition.',
      ) + '\nThen run interphase record, and run the same command again.',
  },
  'phase.held': {
    exitCode: 6,
    says: ({ phase, release, gates, reasons }) => {
      const shut =
        gates === undefined ? '' : `, because ${gates.length === 1 ? 'this gate is' : 'these gates are'} not open: ${gates.join(', ')}`
      return `${phase} of ${release} cannot start yet${shut}${gates === undefined ? ':' : ''}${list(reasons)}`
    },
    remedy: [
      {
        when: 'A gate is not open',
        applies: ({ gates }) => gates !== undefined,
        remedy:
          steps(
            'Do what the lines say, or wait until the time that a line names. To see the next command, run: interphase status.',
            'Run the same command again.',
          ) + '\nA gate is a condition that must hold before a phase starts. To see all gates, run: interphase gate.',
      },
      { when: 'Another phase comes first', applies: () => true, remedy: steps('Run: <next>.', 'Run the same command again.') },
    ],
  },
  'phase.preconditions': {
    exitCode: 6,
    says: ({ phase, release, violations }) =>
      `${phase} of ${release} cannot start, because existing rows break rules that ${phase} adds:${list(violations)}`,
    remedy: 'Correct these rows in the database. Then run the same command again. Nothing was changed.',
  },
  'phase.reached': {
    exitCode: 6,
    says: ({ migration, violations }) =>
      `${migration} stopped, because existing rows break a rule that this migration adds:${list(violations)}`,
    remedy: 'Correct these rows in the database. Then run the same command again. The statements that are done are not repeated.',
  },
  'phase.unconfirmed': {
    exitCode: 6,
    says: ({ phase, release, destroys }) =>
      `${phase} of ${release} did not start, because you must confirm that it destroys:${list(destroys)}`,
    remedy: 'Check this list. To destroy everything in it, run the same command again with --yes.',
  },
  'phase.declined': {
    exitCode: 6,
    says: ({ phase, release }) => `${phase} of ${release} did not start, because you did not confirm what it destroys`,
    remedy: 'Nothing was destroyed. To start the phase, run the same command again, and answer yes.',
  },
  'undo.refused': {
    exitCode: 6,
    says: ({ release, reasons }) => `${release} cannot be undone:${list(reasons)}`,
    remedy: [
      {
        when: 'Every reason names a command',
        applies: ({ reasons }) => reasons.every((reason) => reason.includes('interphase ')),
        remedy: steps('Run the commands that the lines name.', 'Run: interphase undo.'),
      },
      {
        when: 'A reason names no command',
        applies: () => true,
        remedy: 'Write a new release that reverses the changes of this one. Nothing was changed.',
      },
    ],
  },
  'undo.missing': {
    exitCode: 2,
    says: ({ release, missing }) =>
      `${release} cannot be undone, because these migrations have changed the schema and have no undo file:${list(missing)}`,
    remedy: 'Write a new release that reverses the changes. An undo file cannot be added to a migration that has run. Nothing was changed.',
  },
  'undo.begun': {
    exitCode: 8,
    says: ({ release, migration, statement, of }) =>
      `the undo of ${release} is not complete, because it was interrupted at statement ${statement} of ${of} of the undo of ${migration}`,
    remedy: 'Run: interphase undo. The command continues the interrupted undo. Then the release can run again.',
  },
  'pending.left': {
    exitCode: 8,
    says: ({ migration, rows, keys = [] }) =>
      `the data step ${migration} has run, but its pending query (the count of rows still to change) still counts ${rows} rows${keys.length > 0 ? `, such as:${list(keys)}` : ''}`,
    remedy: choices(
      'If these rows are not changed yet: change them by hand in the database, and run the same command again.',
      'If the data step or the pending query is wrong: run interphase undo, correct the file, run interphase record, and run the same command again.',
    ),
  },
  'pending.not-rerunnable': {
    exitCode: 8,
    says: ({ migration, rows }) =>
      `the data step ${migration} is done, but its pending query (the count of rows still to change) counts ${rows} rows again; the application has probably added them`,
    remedy: choices(
      'If the data step may run twice: run interphase migrate --again <migration>.',
      'If not: change these rows by hand in the database, and run the same command again.',
    ),
  },
  'run.stopped': {
    exitCode: 10,
    says: ({ at, signal }) => `the run was stopped by ${signal} at ${at}; the current statement was finished or rolled back`,
    remedy: 'To continue the run, run the same command again.',
  },
  'run.limit': {
    exitCode: 10,
    says: ({ at, limit }) => `the run stopped at ${at}, because it reached ${limit}; everything before is committed`,
    remedy: 'To continue the run, run the same command again.',
  },
  'dump.no-program': {
    exitCode: 2,
    says: ({ programs, file }) => `the schema was not dumped into ${file}, because ${programs.join(' and ')} is not installed`,
    remedy:
      choices(
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
    says: ({ file }) => `${file} was not imported, because it starts another process, whose SQL cannot be recorded`,
    remedy:
      steps(
        'Run the same command again with --skip <name>.',
        'Write the SQL that the process executes into a migration of the imported release, with the number of this file.',
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
      choices(
        'If the migration needs a table or rows that no migration creates: write the SQL that creates them into the set-up file of the shadow, such as shadow.setup.postgres.sql.',
        'If the migration need not run: leave it out with --skip <name>.',
      ) + '\nThen run the same command again. Nothing was written.',
  },
  'draft.source': {
    exitCode: 1,
    says: ({ file, dialect, problem }) => `the wanted schema in ${file} failed on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy:
      choices(
        'If the SQL is wrong: correct <file>. It must contain the whole wanted schema for an empty database, as CREATE statements or as a dump.',
        'If a role or an extension is missing: create it in shadow.setup.<dialect>.sql.',
      ) + '\nThen run the same command again.',
  },
  'draft.models': {
    exitCode: 1,
    says: ({ file, dialect, problem }) =>
      `the Sequelize models in ${file} could not be created on a shadow (a scratch database) of ${dialect}: ${problem}`,
    remedy: steps(
      'Correct <file>. It must export a Sequelize instance of this dialect with its models, or a function (sequelize, DataTypes) that defines them.',
      'Run the same command again.',
    ),
  },
  'init.unfinished': {
    exitCode: 7,
    says: ({ tool, table, entries }) =>
      `migrations of ${tool} failed or did not finish (table ${table}), so the schema is not complete:${list(entries)}`,
    remedy: steps('Complete or remove these migrations with <tool>.', 'Run the same command again.') + '\nNothing was written.',
  },
  'adopt.old-ledger': {
    exitCode: 7,
    says: ({ table, missing, last }) =>
      `the table ${table} of the old tool contains ${last}, but not these older migrations:${list(missing)}`,
    remedy:
      choices(
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
        remedy: choices('If these tables belong to other programs: run the last command of the message.', ...DIFFERING),
      },
      { when: 'The database has no other tables', applies: () => true, remedy: choices(...DIFFERING) },
    ],
  },
  'adopt.bridge': {
    exitCode: 7,
    says: ({ base, migrations, continues, ignore }) =>
      `the database has the old schema "${base}"; these migrations change it to the schema after ${continues}:${list(migrations)}\nto run them: interphase adopt${ignoreOptions(ignore)} --bridge`,
    remedy:
      steps(
        'Read these migrations. If they remove something that the application uses, stop the application.',
        'Run the command in the last line of the message. If the command is interrupted, run it again.',
      ) + '\nNothing was changed yet.',
  },
  'bridge.begun': {
    exitCode: 8,
    says: ({ base }) => `the migrations that bring this database from the old schema "${base}" to the chain are not complete`,
    remedy: steps('Run: interphase adopt --bridge. It continues where it stopped.', 'Run the same command again.'),
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
          steps(
            'Correct the base: bases/<base>.json must name a migration or a release in its field `continues`, and the directory bases/<base>/ must contain a release with the old schema as SQL.',
            'Run: interphase record.',
          ) + '\ndocs/existing-database.md shows an example.',
      },
    ],
  },
  'base.ends-elsewhere': {
    exitCode: 1,
    says: ({ base, dialect, continues, differences }) =>
      `the base "${base}" (an old schema that the project can adopt) does not end in the schema after ${continues} on ${dialect}:${list(differences)}`,
    remedy:
      choices(
        'Add a migration to the directory bases/<base>/ that removes these differences.',
        'If another migration ends in this schema: name that one in the field `continues` of bases/<base>.json.',
      ) + '\nThen run: interphase record.',
  },
  'adopt.ambiguous': {
    exitCode: 7,
    says: ({ states }) => `the database was not adopted, because its schema equals several recorded states:${list(states)}`,
    remedy: steps(
      'Find out which of these migrations ran last in this database: look at the table of the tool that ran it, or at the rows that the data steps change.',
      'Name this migration: interphase adopt --at <migration>.',
    ),
  },
  'adopt.data-left': {
    exitCode: 7,
    says: ({ left, before }) =>
      `the database was not adopted, because these data steps have not changed all rows yet:${list(left)}${before === undefined ? '' : `\nThe migration before these data steps is ${before}.`}`,
    remedy: [
      {
        when: 'A migration comes before these data steps',
        applies: ({ before }) => before !== undefined,
        remedy: choices(
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
    remedy: 'To see the progress of the database and the next command, run: interphase status.',
  },
  'squash.inside': {
    exitCode: 7,
    says: ({ at, release, files, changed }) =>
      changed.length > 0
        ? `${release} replaces older releases, and this database ran other versions of these migrations:${list(changed)}`
        : `this database is at ${at}, in the middle of the older releases that ${release} replaces; to complete them: interphase up --project-dir ${files}`,
    remedy: [
      {
        when: 'The database ran other versions of the replaced migrations',
        applies: ({ changed }) => changed.length > 0,
        remedy: steps(
          'Get the files of the project from before the squash, for example from an older commit.',
          'Run interphase status with these files. It tells how to bring this database to the end of the replaced releases.',
          'Run the same command again with the present files.',
        ),
      },
      {
        when: 'The database ran a part of the replaced migrations',
        applies: () => true,
        remedy: steps(
          'Run the command at the end of the message, with the URL of this database. If the directory is gone, use an older commit of the project instead, and run: interphase up --to <release>.',
          'Run the same command again.',
        ),
      },
    ],
  },
  'squash.refused': {
    exitCode: 2,
    says: ({ problems }) => `these releases cannot be squashed (replaced by one first release):${list(problems)}`,
    remedy: 'Remove each cause in the list, or name another release after --through. Nothing was written.',
  },
  'squash.differs': {
    exitCode: 1,
    says: ({ dialect, differences }) =>
      `on ${dialect}, the new first release does not create the same schema as the old releases:${list(differences)}`,
    remedy:
      'Squash fewer releases: name an earlier release after --through, so that a later release creates these objects. Nothing was written.',
  },
  'squash.ends-elsewhere': {
    exitCode: 1,
    says: ({ release, dialect, planned, found }) =>
      `on ${dialect}, the squashed release ${release} does not end in the same schema as the old releases that it replaces (state ${found} instead of ${planned})`,
    remedy: steps(
      'Restore the files of this release as interphase squash wrote them.',
      'Write the change of the schema into a new release.',
      'Run: interphase record.',
    ),
  },
  'snapshot.not-empty': {
    exitCode: 7,
    says: ({ where, objects, isBegun }) =>
      isBegun
        ? `the database ${where} has objects that the interrupted interphase up --from-snapshot does not create:${list(objects)}`
        : `the database ${where} is not empty, so interphase up --from-snapshot cannot create the schema in it. The database contains:${list(objects)}`,
    remedy: choices(
      'If the objects belong to another program: add their names to the setting `ignore`, and run the same command again.',
      'If the schema is that of the project: run interphase adopt.',
      'If the database has a ledger of the project: run interphase up.',
      'If the objects are not needed: drop the database, create it again, and run the same command again.',
    ),
  },
  'snapshot.unwritable': {
    exitCode: 1,
    says: ({ dialect, objects }) =>
      `on ${dialect}, interphase cannot write the SQL for these objects of the newest recorded state:${list(objects)}`,
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
        remedy: choices(
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
      `the schema that interphase up --from-snapshot created differs from the newest recorded state:${list(differences)}\n${leftOver(isEmpty)}`,
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
    remedy: choices(
      'Run the command at the end of the message. The command continues where it was interrupted.',
      'Or drop the database, create it again, and run interphase up.',
    ),
  },
  'snapshot.changed': {
    exitCode: 8,
    says: ({ problems }) => `the interrupted interphase up --from-snapshot cannot continue:${list(problems)}`,
    remedy: choices(
      'Run the command again with the files of the releases and the options with which it began.',
      'Or drop the database, create it again, and run the same command again.',
    ),
  },
  'snapshot.rows': {
    exitCode: 2,
    says: ({ problems }) => `the rows of the releases cannot be loaded:${list(problems)}`,
    remedy: [
      {
        when: 'The rows are not recorded',
        applies: ({ again }) => again,
        remedy: steps('Run: interphase record.', 'Run the same command again.'),
      },
      {
        when: 'The recording does not have all rows',
        applies: () => true,
        remedy: choices(
          'Run the command without --rows, and insert the rows by hand.',
          'Or build schema and rows with the migrations: interphase up.',
        ),
      },
    ],
  },
  'process.ended': {
    exitCode: 1,
    says: ({ how }) => `the process ended before the command was complete: ${how}. It is unknown whether the current statement is done`,
    remedy: steps(
      'Remove every call that ends the process, such as exit or kill, from the functions of the migrations.',
      'Write await before every call in these functions that sends a statement.',
      'Run the same command again. It continues after the statements that are done.',
    ),
  },
  'process.stray-error': {
    exitCode: 1,
    says: ({ problem }) => `the command stopped, because code that nothing awaited threw an error: ${problem}`,
    remedy: steps(
      'Run the same command again with --log-level debug, to see the stack trace of the error.',
      'If the stack trace names a function of a migration, write await before every call in that function.',
      'Run interphase record. Then run the same command again.',
    ),
  },
  'internal': {
    exitCode: 1,
    says: ({ problem }) => `internal error of interphase: ${problem}`,
    remedy: 'This is a fault of interphase. Run the same command with --log-level debug, and report the fault with the output.',
  },
}
