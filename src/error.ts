/** The facts of every error, by code. A code is never used again for something else; its page is `docs/errors/<code>.md`. */
export interface Facts {
  // config: what the project says of itself
  'config.missing': { readonly directory: string }
  'config.invalid': { readonly file: string; readonly problem: string }
  'config.dialect': { readonly dialect: string; readonly declared: readonly string[] }
  'usage': { readonly problem: string; readonly try: string }
  'file.exists': { readonly files: readonly string[] }
  'file.unwritable': { readonly file: string; readonly problem: string }

  // release: what lies in a release directory
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
    /** Counted from 1; 0 for a function. */
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

  // states: what was recorded, and whether it is sound
  'states.missing': { readonly release: string; readonly dialect: string; readonly missing: readonly string[] }
  'states.stale': { readonly release: string; readonly dialect: string; readonly reasons: readonly string[] }
  'states.invalid': { readonly file: string; readonly problem: string }
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
  'record.rows': { readonly file: string; readonly dialect: string; readonly problem: string }
  'record.no-server': { readonly dialect: string; readonly problem: string }
  'probe.invalid': { readonly file: string; readonly problem: string }
  'rehearse.command': { readonly command: string; readonly ended: string; readonly at: string }
  'rehearse.no-command': { readonly program: string; readonly problem: string }
  'rehearse.timeout': { readonly command: string; readonly seconds: number; readonly at: string }
  'rehearse.stopped': { readonly signal: string }
  'state.unknown': { readonly id: string; readonly known: readonly string[] }

  // database: reaching it and being allowed to
  'database.no-url': { readonly command: string }
  'database.bad-url': { readonly problem: string }
  'database.unreachable': { readonly where: string; readonly problem: string }
  'database.login': { readonly where: string; readonly user: string }
  'database.missing': { readonly where: string; readonly database: string }
  'database.privilege': { readonly doing: string; readonly problem: string }
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
    /** Where in the line, from 1, and the line with a mark under the place, where the server gives one. */
    readonly column?: number
    readonly excerpt?: string
    /** What else the server says, under PostgreSQL's names; the warnings of MySQL and MariaDB are its detail. */
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
  'statement.timeout': { readonly file: string; readonly line: number; readonly statement: string; readonly afterMs: number }

  // ledger: what was done
  'ledger.newer': { readonly found: number; readonly knows: number }
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

  // run: moving a release through its phases
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

  // adopt
  'adopt.no-match': {
    readonly differences: readonly string[]
    readonly nearest: string
    /** Tables that the state does not have. */
    readonly extra: readonly string[]
  }
  'adopt.ambiguous': { readonly states: readonly string[] }
  'adopt.data-left': {
    /** `<migration>: <rows>`, one for each data step. */
    readonly left: readonly string[]
    /** The place before the first of them; absent where there is none. */
    readonly before?: string
  }
  'adopt.empty': { readonly where: string }
  'stamp.finished': { readonly migration: string; readonly state: string }
  'adopt.already': { readonly project: string; readonly release: string }

  // process: how it ends
  'process.ended': { readonly how: string }
  'process.stray-error': { readonly problem: string }

  // internal: what should not happen
  'internal': { readonly problem: string }
}

export type ErrorCode = keyof Facts

interface Wording<C extends ErrorCode> {
  /** What the process ends with when this error ends it; the meanings are in `docs/cli.md`. */
  readonly exitCode: 1 | 2 | 6 | 7 | 8 | 10
  readonly says: (facts: Facts[C]) => string
  readonly remedy: string
  /** More for the page of a code that `check` finds: what it means to whoever reads it, and how it comes about. */
  readonly page?: { readonly means: string; readonly example: string }
}

/** The one thing that the engine throws. Its message is for people; `code` and `facts` are for programs. */
export class InterphaseError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'InterphaseError'
  readonly code: C
  readonly facts: Facts[C]

  constructor(code: C, facts: Facts[C], options?: { readonly cause?: unknown }) {
    super(WORDINGS[code].says(facts), options)
    this.code = code
    this.facts = facts
  }

  get remedy(): string {
    return WORDINGS[this.code].remedy
  }

  get exitCode(): number {
    return WORDINGS[this.code].exitCode
  }
}

/** True for an error of this code, and tells the compiler which facts it carries. */
export function isError<C extends ErrorCode>(error: unknown, code: C): error is InterphaseError<C> {
  return error instanceof InterphaseError && error.code === code
}

export function messageOf(error: unknown): string {
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

// More than these are looked up elsewhere.
const INSTEAD = 5

/** The setting that leaves these tables alone. */
function ignoring(tables: readonly string[]): string {
  return tables.length === 0 ? '' : `\ntables that are none of this project: "ignore": ${JSON.stringify(tables)} in the configuration`
}

/** What is there, of a name that is not: what it may have been meant for, or all where that is few. */
function instead(id: string, known: readonly string[]): string {
  const near = known.filter((one) => one.includes(id) || id.includes(one))
  if (near.length > 0) return `; did you mean ${or(near.slice(0, INSTEAD))}?`
  return known.length > 0 && known.length <= INSTEAD ? `; it is ${or(known)}` : ''
}

export const WORDINGS: { readonly [C in ErrorCode]: Wording<C> } = {
  'config.missing': {
    exitCode: 2,
    says: ({ directory }) => `no interphase.config.ts (or .js, .mjs, .json) in ${directory} or above it`,
    remedy: 'Change into the project, name it with --project-dir, or write the file that docs/configuration.md shows.',
  },
  'config.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Correct the file; docs/configuration.md lists every setting.',
  },
  'config.dialect': {
    exitCode: 2,
    says: ({ dialect, declared }) => `the database is ${dialect}, and the project declares ${declared.join(', ')}`,
    remedy: 'Add the dialect to `dialects` in the configuration and record its states, or name another database.',
  },
  'usage': {
    exitCode: 2,
    says: ({ problem, try: better }) => `${problem.replace(/\.$/, '')}. ${better}`,
    remedy: 'Correct the call; docs/cli.md shows every verb and option.',
  },
  'file.exists': {
    exitCode: 2,
    says: ({ files }) => `already there:${list(files)}`,
    remedy: 'Nothing was written. Choose another name, or move what is there away.',
  },
  'file.unwritable': {
    exitCode: 1,
    says: ({ file, problem }) => `cannot write ${file}: ${problem}`,
    remedy: 'Make the directory writable.',
  },
  'release.unreadable': {
    exitCode: 2,
    says: ({ directory, problem }) => `cannot read the release ${directory}: ${problem}`,
    remedy:
      'Mend what the message names, or take it out of the releases; where they lie, the configuration says. A release that is not read is never skipped.',
  },
  'release.bad-name': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy:
      'Name it <number>-<slug>.<phase>[.<dialect>].<sql|ts|js|mjs|cjs>, with .pending or .undo after the phase for those files, or move it out of the release.',
  },
  'release.unknown-phase': {
    exitCode: 2,
    says: ({ file, phase, known }) => `${file}: there is no phase "${phase}"; it is ${or(known)}`,
    remedy: 'Tag the file with expand, migrate or contract.',
  },
  'release.unknown-dialect': {
    exitCode: 2,
    says: ({ file, dialect, known }) => `${file}: there is no dialect "${dialect}"; it is ${or(known)}`,
    remedy: 'Tag the file with postgres, mysql or mariadb, or leave the tag out when one file serves all.',
  },
  'release.duplicate': {
    exitCode: 2,
    says: ({ migration, files }) => `${migration} stands in ${files.length} files: ${files.join(', ')}`,
    remedy: 'Keep one of them. A number and a phase name one migration per dialect.',
  },
  'release.two-slugs': {
    exitCode: 2,
    says: ({ release, number, slugs }) => `${release}: number ${number} carries two slugs: ${slugs.join(', ')}`,
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
    remedy: 'Add the file. Where the dialect has nothing to do, a file with only a comment says so.',
  },
  'release.invalid-json': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Correct the file; docs/formats.md shows what it may say.',
  },
  'release.no-chain': {
    exitCode: 2,
    says: ({ problem, releases }) => `the releases are not one chain: ${problem}; there are:${list(releases)}`,
    remedy: 'Correct `after` in the release.json files until each release has one before it.',
  },
  'migration.empty': {
    exitCode: 2,
    says: ({ file }) => `${file} is empty`,
    remedy: 'Write the file again: a dump that failed leaves an empty one. A migration with nothing to do says so in a comment.',
  },
  'migration.front-matter': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: ${problem}`,
    remedy: 'See "Front matter" in docs/releases.md.',
  },
  'migration.import-outside': {
    exitCode: 2,
    says: ({ file, line, imports, release }) => `${file}:${line}: it imports ${imports}, which lies outside ${release}`,
    remedy:
      'Copy what the migration needs into the directory lib/ of its release: code that others change would change a migration that has already run.',
  },
  'migration.import': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: ${problem}`,
    remedy: 'Write every import with its name in quotation marks, and the name of a package or of a file of the release.',
  },
  'migration.imports': {
    exitCode: 2,
    says: ({ problems }) => `the checksums of function migrations do not cover what these import:${list(problems)}`,
    remedy:
      'Copy the files into the directory lib/ of the release, and write every import with its name in quotation marks; interphase check lists each.',
  },
  'migration.module': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Export a migration: `export default expand({ up })`, or functions `up` and `down`.',
  },
  'migration.transaction-control': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} would end the transaction that the engine keeps the migration and its ledger row in`,
    remedy:
      'Remove it: the engine runs the file in one transaction, or statement by statement where the server or `transaction off` wants it so. What must be committed apart belongs into another migration.',
  },
  'migration.committed': {
    exitCode: 8,
    says: ({ migration, file }) =>
      `${migration} (${file}) committed the engine's transaction by itself; what it did before that stays done`,
    remedy:
      'Look at what the migration changed (interphase status shows the differences), put it right by hand, and say which it is with interphase stamp. In a release that is not out yet, take the COMMIT, or the call that commits, out; a call that only changes the schema may stay with `-- interphase: transaction off`.',
  },
  'migration.destructive-method': {
    exitCode: 2,
    says: ({ file, method, instead }) => `${file}: queryInterface.${method} takes whatever it finds in the database; ${instead}`,
    remedy: 'Name what is to go: queryInterface.dropTable(…), or a statement with queryInterface.sequelize.query(…).',
  },
  'migration.threw': {
    exitCode: 1,
    says: ({ file, line, problem }) => `${file}:${line} threw: ${problem}`,
    remedy: 'Correct the migration, record again, and run the phase again.',
  },
  'migration.unawaited': {
    exitCode: 1,
    says: ({ file, line, statement }) => `${file}:${line}: an await is missing; the function did not wait for: ${brief(statement)}`,
    remedy:
      'Await or return every call that sends a statement, also in loops, callbacks and transactions: await queryInterface.createTable(…), await Promise.all(…). Then record again, and run the phase again.',
  },
  'migration.needs-off': {
    exitCode: 2,
    says: ({ file, line, statement, message }) => `${file}:${line}: ${message}: ${brief(statement)}`,
    remedy:
      "The engine runs the function in a transaction. Say at the top of the file that it is to run without one, `// interphase: transaction off`, or in the definition: transaction: 'off'. Then record again, and run the phase again.",
  },
  'migration.own-connection': {
    exitCode: 2,
    says: ({ file, line, where }) =>
      `${file}:${line}: it opens a connection of its own, to ${where}, past the transaction, the lock and the ledger of the engine`,
    remedy: 'Send every statement through what the function is given: queryInterface, or its sequelize.',
  },
  'sql.syntax': {
    exitCode: 2,
    says: ({ file, line, column, message, excerpt }) => `${file}:${line}:${column}: ${message}\n${excerpt}`,
    remedy: 'Correct the statement at the mark.',
  },
  'migration.trespass': {
    exitCode: 7,
    says: ({ migration, file, objects }) =>
      `${migration} (${file}) changed what is none of this project's, and was rolled back:${list(objects)}`,
    remedy:
      'Nothing of the migration is left. Find the statement that reaches so far: a block or a function that asks the catalog, a CASCADE, a foreign key or a trigger of somebody else. Name in it what is to change, or let whoever owns the objects change them.',
  },
  'statement.veiled': {
    exitCode: 2,
    says: ({ file, line, statement }) =>
      `${file}:${line}: ${statement} puts statements together while it runs and commits them by itself, so nobody can see before what they reach`,
    remedy:
      'Write the statements into the file, one by one, or prepare them outside of a routine, where the engine reads them before they run. Where it has to be like this, say why: -- interphase: despite veiled because ….',
  },
  'statement.stranger': {
    exitCode: 7,
    says: ({ file, line, statement, objects }) =>
      `${file}:${line}: ${statement} was not sent, because this database has what the project does not know:${list(objects)}`,
    remedy:
      'Nothing of the statement is done. On the shadow it found nothing under that name, and here it would change what belongs to somebody else, or what `ignore` names. Take the name out of the migration, or give the new object another name. A table that the statement does not name refers to one that it changes, and its rows would go along: let whoever owns that table take them away first.',
  },
  'statement.refused': {
    exitCode: 2,
    says: ({ file, line, statement, because }) => `${file}:${line}: ${statement} is refused. ${because}`,
    remedy: 'Take the statement out, or write it as the message says. docs/statements.md lists every kind of statement with its judgement.',
    page: {
      means:
        'Nothing of the file was run. Either the statement reaches beyond the database that is migrated (another database, the server, another server), or nobody would see what it does. Both hold on a shadow too, whose server may hold other databases.',
      example: `-- 010-clean.contract.sql
DROP DATABASE IF EXISTS old_shop;`,
    },
  },
  'pending.shape': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Write one SELECT that gives one row with one number: the rows still to do.',
  },
  'pending.writes': {
    exitCode: 2,
    says: ({ file, line, problem }) => `${file}:${line}: a pending query only counts, and this one writes: ${problem}`,
    remedy:
      'Nothing was written: pending queries run in a transaction that can only read. Write one SELECT that gives the number of rows still to do, and what changes rows into the data step.',
  },
  'policy.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Correct the policy; phases/policy.schema.json says what it may hold.',
  },
  'policy.refuses': {
    exitCode: 1,
    says: ({ file, dialect, phase, effect, on, reason }) => `${file} (${dialect}): ${phase} refuses what ${effect}\n  ${on}\n  ${reason}`,
    remedy: 'Do what the reason says. Where the rule has to be broken, say so in the file: -- interphase: despite <effect> because ….',
    page: {
      means:
        'Executed on a shadow, the migration did something that the policy of its phase refuses: code that is running at that moment would fail, or see something else. The finding names the object, and the reason is the one that the policy gives.',
      example: `-- 010-price.expand.sql
ALTER TABLE item ADD COLUMN price int NOT NULL;

expand refuses what tightens: + column item.price int not null`,
    },
  },
  'relies.catalog': {
    exitCode: 1,
    says: ({ file, line, on }) => `${file}:${line}: what it changes depends on what ${on} says when it runs`,
    remedy: 'Name what is to change, one statement each. Where it has to look, say why: -- interphase: despite catalog because ….',
    page: {
      means:
        'The statement asks the catalog of the database what is there, and changes whatever it finds. On the shadow it found what the releases made. In phased order, or in a database that has more in it, it may find something else: a contract that dropped every foreign key it found once took along the one that a later expand had added.',
      example: `DO $$ … FOR k IN SELECT conname FROM pg_constraint WHERE contype = 'f' LOOP
  EXECUTE format('ALTER TABLE child DROP CONSTRAINT %I', k.conname); …`,
    },
  },
  'relies.generated-name': {
    exitCode: 1,
    says: ({ file, line, on }) => `${file}:${line}: it names ${on}, and the server made that name up`,
    remedy:
      'Give the object a name of its own where it is made. Where that has run already, say so: -- interphase: despite generated-name because ….',
    page: {
      means:
        'The file that made the constraint or index gave it no name, so the server made one up. Such names are numbered in the order in which things are made, and depend on the version of the server: the same name may mean another object in another database.',
      example: `CREATE TABLE child (parent_id int REFERENCES parent (id));
-- in a later release:
ALTER TABLE child DROP CONSTRAINT child_parent_id_fkey;`,
    },
  },
  'relies.all-columns': {
    exitCode: 1,
    says: ({ file, line, on }) => `${file}:${line}: ${on} takes the columns that the table has when it runs, not those it was written for`,
    remedy: 'List the columns. Where all of them are meant, say so: -- interphase: despite all-columns because ….',
    page: {
      means:
        'A view, a new table or an INSERT takes a column for each that its source has at the moment. Run in another order, or in a database where a column was added since, that is another list.',
      example: `CREATE VIEW items AS SELECT * FROM item;
-- a later expand adds item.colour, which in phased order comes first`,
    },
  },
  'policy.price': {
    exitCode: 1,
    says: ({ file, line, dialect, phase, works, blocks, tables, object, text, reason, instead }) =>
      [
        `${file}:${line} (${dialect}): ${phase} refuses ${works === 'rewrite' ? 'to write a whole table anew' : 'to read a whole table'} while ${waiting(blocks)}`,
        `  ${object}${tables.length > 1 ? `, with ${tables.join(' and ')}` : ''}${text === '' ? '' : `: ${text}`}`,
        `  ${reason}`,
        `  On ${dialect}: ${instead}.`,
      ].join('\n'),
    remedy:
      'Do it in the way that the last line names. Where it has to be like this, say so in the file: -- interphase: despite scan because …, or despite rewrite.',
    page: {
      means:
        'Executed on a shadow, the statement reads or writes a whole table that was there before the release, and keeps more people waiting meanwhile than the policy of its phase lets wait. On a small table that is a moment; on a large one it is an outage.',
      example: `-- 010-find-items.expand.sql
CREATE INDEX item_price ON item (price);

expand refuses to read a whole table while writes wait: index item_price on item`,
    },
  },
  'states.missing': {
    exitCode: 2,
    says: ({ release, dialect, missing }) => `${release} has no recorded states for ${dialect}:${list(missing)}`,
    remedy: 'Run interphase record, review what it wrote, and commit it.',
    page: {
      means:
        'The release was never executed on a shadow of this dialect, so nobody knows whether it can be run phase by phase, nor what its migrations do. A release that is not sound is not recorded either: interphase record says why.',
      example: 'releases/2016.1-mitaka has no states/postgres',
    },
  },
  'states.stale': {
    exitCode: 2,
    says: ({ release, dialect, reasons }) => `the recorded states of ${release} for ${dialect} are out of date:${list(reasons)}`,
    remedy: 'Run interphase record, review what changed, and commit it.',
    page: {
      means:
        'The recorded states do not describe the files beside them: a migration was changed, added or removed, an earlier release now ends in another schema, or an earlier version of interphase wrote the states. The proof does not cover the files as they are.',
      example: '010-price.expand.sql was edited after interphase record',
    },
  },
  'states.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Run interphase record, review what changed, and commit it.',
    page: {
      means:
        'The files under states/ are generated. Each carries a digest of its content, and _release.json lists the digests of the others. This file cannot be read, was edited or merged by hand, or comes from another recording.',
      example: 'states/postgres/010-price.json, merged from two branches by hand',
    },
  },
  'release.not-sound': {
    exitCode: 1,
    says: ({ release, dialect, findings }) =>
      `${release} is not sound on ${dialect}: run phase by phase it does not end where it was written to end${list(findings)}`,
    remedy: 'Change the release until both orders agree; each line above names what to change.',
  },
  'record.failed': {
    exitCode: 1,
    says: ({ release, dialect, migration, order, problem }) => `${release} on ${dialect}: ${migration} fails in ${order} order: ${problem}`,
    remedy: 'Correct the migration: it does not run even in the order it was written in.',
  },
  'record.lacks': {
    exitCode: 1,
    says: ({ release, dialect, migration, problem, needs, ways }) =>
      `${release} on ${dialect}: ${migration} needs ${needs}, which the shadow does not have: ${problem}${list(ways)}`,
    remedy:
      'Do what one of the last lines says, then record again. Every shadow begins with the set-up file; a target has to have the role, schema or extension already.',
  },
  'record.undo': {
    exitCode: 1,
    says: ({ file, dialect, migration, problems }) =>
      `${file} does not take ${migration} back on ${dialect}: tried in reverse order, it does not end in the state before it:${list(problems)}`,
    remedy:
      'Correct the undo. It is run after everything that comes later in the release, the data steps too, has been taken back. Or say at the top of the migration that there is none: `-- interphase: irreversible because …` in SQL, `// interphase: irreversible because …` in a function. For old migrations see `history` in docs/releases.md.',
  },
  'record.rows': {
    exitCode: 1,
    says: ({ file, dialect, problem }) => `${file} cannot be loaded on ${dialect}: ${problem}`,
    remedy: 'Sample rows must fit the schema as it is before the release.',
  },
  'record.no-server': {
    exitCode: 2,
    says: ({ dialect, problem }) => `no server to record ${dialect} on: ${problem}`,
    remedy:
      'Name one with `shadow` in the configuration or INTERPHASE_SHADOW_<DIALECT>_URL; a scratch database is created on it and dropped again.',
  },
  'probe.invalid': {
    exitCode: 2,
    says: ({ file, problem }) => `${file}: ${problem}`,
    remedy: 'Write what the application sends in one transaction: queries and statements that write rows, without BEGIN, COMMIT and DDL.',
  },
  'rehearse.command': {
    exitCode: 1,
    says: ({ command, ended, at }) => `${command} ended with ${ended}, on a shadow ${at}`,
    remedy: 'See what the command printed. The shadow is gone; the same call makes it again.',
  },
  'rehearse.no-command': {
    exitCode: 2,
    says: ({ program, problem }) => `${program} cannot be started: ${problem}`,
    remedy:
      'Name a program that is there, as for a shell; a pipe or a && wants one: -- sh -c "…". The shadow is gone; the same call makes it again.',
  },
  'rehearse.timeout': {
    exitCode: 1,
    says: ({ command, seconds, at }) => `${command} did not end within ${seconds} s and was ended, on a shadow ${at}`,
    remedy: 'See what it was waiting for, or give it longer with --timeout.',
  },
  'rehearse.stopped': {
    exitCode: 10,
    says: ({ signal }) => `stopped by ${signal}; the scratch databases are dropped`,
    remedy: 'Run the same command again: a rehearsal begins anew.',
  },
  'state.unknown': {
    exitCode: 2,
    says: ({ id, known }) => `there is no revision ${id}${instead(id, known)}`,
    remedy: 'Name a migration, a change or a release as interphase plan prints it.',
  },
  'database.no-url': {
    exitCode: 2,
    says: ({ command }) => `${command} needs a database, and none is named`,
    remedy: 'Give --database-url-file, --database-url, INTERPHASE_DATABASE_URL or DATABASE_URL.',
  },
  'database.bad-url': {
    exitCode: 2,
    says: ({ problem }) => `the database URL cannot be read: ${problem}`,
    remedy:
      'Write it as postgres://user@host:port/database or mysql://… or mariadb://…, and # / ? % @ of a password as %23 %2F %3F %25 %40. The first that is named counts: --database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the configuration.',
  },
  'database.unreachable': {
    exitCode: 1,
    says: ({ where, problem }) => `cannot reach the database at ${where}: ${problem}`,
    remedy: 'See that the server runs and that host and port are right.',
  },
  'database.login': {
    exitCode: 1,
    says: ({ where, user }) => `${where} does not let ${user} in`,
    remedy: 'Check user and password; the password is not shown here or in any log.',
  },
  'database.missing': {
    exitCode: 1,
    says: ({ where, database }) => `there is no database ${database} at ${where}`,
    remedy: 'Create it, or correct the name in the URL.',
  },
  'database.privilege': {
    exitCode: 1,
    says: ({ doing, problem }) => `not allowed while ${doing}: ${problem}`,
    remedy: 'Grant what is missing; docs/privileges.md lists what each command needs.',
  },
  'database.pooler': {
    exitCode: 2,
    says: ({ where }) => `${where} hands every transaction to another server connection (a transaction pooler), so no lock can be held`,
    remedy: 'Connect to the server itself, or to a pool in session mode.',
  },
  'database.version': {
    exitCode: 2,
    says: ({ dialect, found, needs }) => `${dialect}: the server says it is ${found}, and ${needs} or newer is needed`,
    remedy: 'Upgrade the server, or write its own kind into the URL: postgres://, mysql://, mariadb://.',
  },
  'database.locked': {
    exitCode: 6,
    says: ({ reading, waitedMs, blockers }) =>
      `could not read ${reading}, because a lock on it was not free within ${waitedMs} ms${blockers.length > 0 ? `; in the way:${list(blockers)}` : ''}`,
    remedy: 'Wait for what is in the way, or end it, and run the same command again. Nothing was changed.',
  },
  'database.lost': {
    exitCode: 8,
    says: ({ doing, problem }) => `the connection was lost while ${doing}: ${problem}. Whether the server finished it is not known`,
    remedy: 'Look: run the same command again, which reads from the database what was done before it does anything.',
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
      'Correct the migration or the data it stumbles on, record again if the file changed, and run the phase again. In a file whose earlier statements are done, correct it from this statement on.',
  },
  'statement.lock-timeout': {
    exitCode: 6,
    says: ({ file, line, attempts, blockers }) =>
      `${file}:${line}: the table stayed locked through ${attempts} attempts${blockers.length > 0 ? `; in the way:${list(blockers)}` : ''}`,
    remedy: 'Wait for what is in the way, or end it, and run the phase again. Nothing was changed by this statement.',
  },
  'statement.timeout': {
    exitCode: 1,
    says: ({ file, line, afterMs }) => `${file}:${line}: stopped after ${afterMs} ms, the statement timeout of this phase`,
    remedy: 'Split the work, or raise session.statementTimeoutMs in the policy of the phase.',
  },
  'ledger.newer': {
    exitCode: 2,
    says: ({ found, knows }) => `a newer interphase wrote this ledger (format ${found}; this one knows ${knows})`,
    remedy: 'Run the newer version.',
  },
  'ledger.taken-over': {
    exitCode: 6,
    says: ({ project, by }) => `another run has taken over ${project}: ${by}`,
    remedy: 'Let it finish; interphase status shows where it is.',
  },
  'ledger.changed': {
    exitCode: 7,
    says: ({ migrations }) => `changed after they were applied:${list(migrations)}`,
    remedy:
      'Put the files back as they were applied, and write what is to change as a new migration. Only a migration that has stopped at a statement may be corrected, from that statement on.',
  },
  'ledger.vanished': {
    exitCode: 7,
    says: ({ migrations }) => `applied, and their files are gone:${list(migrations)}`,
    remedy: 'Put the files back. To give up history on purpose, adopt the database anew.',
  },
  'ledger.early': {
    exitCode: 7,
    says: ({ migrations, before }) => `new files stand before ${before}, which is already applied:${list(migrations)}`,
    remedy: 'Give them a number after it, or move them to the next release.',
  },
  'ledger.ahead': {
    exitCode: 7,
    says: ({ releases }) => `the database knows releases that the files do not have:${list(releases)}`,
    remedy: 'Run the version of the project that has them; this checkout is older than the database.',
  },
  'ledger.unfinished': {
    exitCode: 8,
    says: ({ migration, statement, of, differences }) =>
      `${migration} was interrupted at statement ${statement} of ${of}, and the schema is neither as before it nor as after it:${list(differences)}`,
    remedy:
      'Look at what it did, and bring it to one of the two by hand. Where the schema tells, run the command again; where it does not, say which: interphase stamp <migration> --as done, or not-done. One that is stamped as not done may be corrected and recorded again before it runs.',
  },
  'ledger.session-lost': {
    exitCode: 8,
    says: ({ migration, statement, of, lost }) =>
      `${migration} was interrupted before statement ${statement} of ${of}. The rest may need what earlier statements left in their session, which has ended:${list(lost)}`,
    remedy:
      'Run the whole of what the lines name and the statements from there on by hand, in one session, then: interphase stamp <migration> --as done. Or undo by hand what the statements before did, then: interphase stamp <migration> --as not-done, and run the same command again.',
  },
  'lock.busy': {
    exitCode: 6,
    says: ({ holder, waitedMs }) => `${holder} is migrating this database; gave up after ${waitedMs} ms`,
    remedy: 'Wait for the other run (--wait 600 does, for ten minutes), or see what it does: interphase status.',
  },
  'schema.differs': {
    exitCode: 7,
    says: ({ at, differences }) => `the schema is not as planned ${at}:${list(differences)}`,
    remedy: 'Find out who changed it. Put it back, or name the table in `ignore` if it is none of this project.',
  },
  'release.refused': {
    exitCode: 6,
    says: ({ release, dialect, refusals }) => `${release} is held: its policies refuse what it does on ${dialect}${list(refusals)}`,
    remedy:
      'Change the release as the lines say and record it again. Where a rule has to be broken, say so in the file: -- interphase: despite <effect> because …. interphase check says the same without a database.',
  },
  'phase.held': {
    exitCode: 6,
    says: ({ phase, release, reasons }) => `${phase} of ${release} is held:${list(reasons)}`,
    remedy: 'Do what the lines say, then run the phase again; interphase status shows the next command.',
  },
  'phase.preconditions': {
    exitCode: 6,
    says: ({ phase, release, violations }) => `${phase} of ${release} would reject rows that are there:${list(violations)}`,
    remedy: 'Mend the rows, then run the phase again. Nothing was changed.',
  },
  'phase.reached': {
    exitCode: 6,
    says: ({ migration, violations }) => `${migration} has reached a rule that rows break, after its own changes:${list(violations)}`,
    remedy:
      'Mend the rows, then run the phase again: it continues right before the statement that makes the rule. What ran before it stays done.',
  },
  'phase.unconfirmed': {
    exitCode: 6,
    says: ({ phase, release, destroys }) => `${phase} of ${release} destroys:${list(destroys)}`,
    remedy: 'When all of it may go, run the command again with --yes.',
  },
  'phase.declined': {
    exitCode: 6,
    says: ({ phase, release }) => `${phase} of ${release} was not begun, because nobody agreed to what it destroys`,
    remedy: 'All of it is still there. Run the same command again when it may go.',
  },
  'undo.refused': {
    exitCode: 6,
    says: ({ release, reasons }) => `${release} cannot be taken back:${list(reasons)}`,
    remedy: 'Nothing was changed. Where a phase gives no way back, going back is a new release; else do what the lines say and repeat.',
  },
  'undo.missing': {
    exitCode: 2,
    says: ({ release, missing }) => `${release} cannot be taken back, because these changed the schema and have no undo:${list(missing)}`,
    remedy:
      'Nothing was changed. An undo cannot be added to a migration that has run, because its checksum covers both: going back is a new release.',
  },
  'undo.begun': {
    exitCode: 8,
    says: ({ release, migration, statement, of }) =>
      `${release} is being taken back, and ${migration} is in the middle of it, at statement ${statement} of ${of}`,
    remedy: 'Run interphase undo: it looks what is done and goes on. Only when it is through can the release run again.',
  },
  'pending.left': {
    exitCode: 8,
    says: ({ migration, rows }) => `${migration} ran and its pending query still counts ${rows} rows`,
    remedy:
      'The step and its pending query do not agree. While recording, correct the one that is wrong. On a target the step is done, and its files cannot change any more: bring the rows that are left in order by hand, then run the phase again. Or run interphase undo, correct the file and record again.',
  },
  'pending.not-rerunnable': {
    exitCode: 8,
    says: ({ migration, rows }) => `${migration} is done, and ${rows} rows have come that it did not see`,
    remedy:
      'If it may run twice, run it once more by name: interphase migrate --again <migration>. Otherwise bring these rows in order by hand, then run the phase again. A step that says `-- interphase: rerunnable` before it is applied runs again by itself.',
  },
  'run.stopped': {
    exitCode: 10,
    says: ({ at, signal }) => `stopped by ${signal} at ${at}; what was in hand is finished or rolled back`,
    remedy: 'Run the same command again to go on.',
  },
  'adopt.no-match': {
    exitCode: 7,
    says: ({ differences, nearest, extra }) =>
      `the database equals no recorded state; against ${nearest} it differs in:${list(differences)}${ignoring(extra)}`,
    remedy:
      'Bring the database to a recorded state, or record a base release made from its dump. Name tables of other programs in the setting `ignore` of the configuration.',
  },
  'adopt.ambiguous': {
    exitCode: 7,
    says: ({ states }) => `the database equals several recorded states:${list(states)}`,
    remedy: 'Name the one it is with --at.',
  },
  'adopt.data-left': {
    exitCode: 7,
    says: ({ left, before }) =>
      `a data step would count as done, and its own pending query counts rows:${list(left)}${before === undefined ? '' : `\nThe place before is ${before}.`}`,
    remedy:
      'Adopt the place before with interphase adopt --at, and the next run does these rows. Where they were left on purpose, change them by hand until the pending query counts zero.',
  },
  'adopt.empty': {
    exitCode: 7,
    says: ({ where }) => `${where} is empty; there is nothing to adopt`,
    remedy: 'Run interphase up: the chain builds the schema from its first release.',
  },
  'stamp.finished': {
    exitCode: 2,
    says: ({ migration, state }) => `${migration} was not left in the middle; it is ${state}`,
    remedy: 'Only what interphase status calls unfinished can be stamped. A done data step runs once more with interphase migrate --again.',
  },
  'adopt.already': {
    exitCode: 7,
    says: ({ project, release }) => `${project} already has a ledger here, at ${release}`,
    remedy: 'See interphase status.',
  },
  'process.ended': {
    exitCode: 1,
    says: ({ how }) => `the process ended before the command did: ${how}. Whatever was in hand is not known to be done`,
    remedy:
      'Let no function of a migration end the process, and let each of them end itself. Then run the same command again: it reads from the database what was done before it does anything.',
  },
  'process.stray-error': {
    exitCode: 1,
    says: ({ problem }) => `an error that nobody caught: ${problem}`,
    remedy:
      'Await in a function of a migration whatever it starts, so that its errors fail the migration. Then run the same command again: it reads from the database what was done. --log-level debug shows where the error comes from.',
  },
  'internal': {
    exitCode: 1,
    says: ({ problem }) => `this should not have happened: ${problem}`,
    remedy: 'Report it with the output of the same command with --log-level debug.',
  },
}
