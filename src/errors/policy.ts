import { describeWaiting, type ErrorWordings, formatList, makeChoices, makeSteps } from './wording.ts'

/** The facts of the errors about policies, gates and approvals. */
export interface PolicyErrorFacts {
  'approval.no-ssh-keygen': { readonly problem: string }
  'approval.unsigned': { readonly key: string; readonly problem: string }
  'approval.wrong-key': { readonly approver: string; readonly file: string; readonly problem: string }
  'gate.query': { readonly gate: string; readonly problem: string }
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
  'phase.late-rows': {
    readonly phase: string
    readonly migration: string
    /** The data step, and the file of its pending query. */
    readonly step: string
    readonly query: string
    readonly rows: string
    readonly objects: readonly string[]
    /** True if a statement of the phase is already done, so that the data step cannot run any more. */
    readonly hasBegun: boolean
    readonly isRerunnable: boolean
  }
  'phase.declined': { readonly phase: string; readonly release: string }
  'phase.unconfirmed': { readonly phase: string; readonly release: string; readonly destroys: readonly string[]; readonly command: string }
}

const STOP_OLD_VERSION = 'Stop the old version of the application, which writes such rows.'

/** The texts of the errors about policies, gates and approvals. */
export const POLICY_ERRORS: ErrorWordings<PolicyErrorFacts> = {
  'approval.no-ssh-keygen': {
    exitCode: 2,
    says: ({ problem }) => `the program ssh-keygen, which signs and checks approvals, cannot be started: ${problem}`,
    remedy:
      'Install the OpenSSH client, version 8.2 or newer. Make sure that the directory of ssh-keygen is in the PATH. Then run the same command again.',
  },
  'approval.unsigned': {
    exitCode: 2,
    says: ({ key, problem }) => `ssh-keygen could not sign the approval with ${key}: ${problem}`,
    remedy: makeChoices(
      'If your private key is in a file: name this file, such as --key ~/.ssh/id_ed25519.',
      'If an SSH agent holds your private key: name the file of the public key, such as --key ~/.ssh/id_ed25519.pub.',
    ),
  },
  'approval.wrong-key': {
    exitCode: 2,
    says: ({ approver, file, problem }) =>
      `the approval was not stored, because the key that signed it is not a key of ${approver} in the file ${file}: ${problem}`,
    remedy: makeChoices(
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
      makeChoices(
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
    remedy: makeChoices(
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
    remedy: makeChoices(
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
    remedy: makeChoices(
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
        `${file}:${line} (${dialect}): ${phase} refuses ${works === 'rewrite' ? 'to rewrite a whole table' : 'to read a whole table'} while ${describeWaiting(blocks)}`,
        `  ${object}${tables.length > 1 ? `, with ${tables.join(' and ')}` : ''}${text === '' ? '' : `: ${text}`}`,
        `  ${reason}`,
        `  On ${dialect}: ${instead}.`,
      ].join('\n'),
    remedy:
      makeChoices(
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
  'phase.held': {
    exitCode: 6,
    says: ({ phase, release, gates, reasons }) => {
      const shut =
        gates === undefined ? '' : `, because ${gates.length === 1 ? 'this gate is' : 'these gates are'} not open: ${gates.join(', ')}`
      return `${phase} of ${release} cannot start yet${shut}${gates === undefined ? ':' : ''}${formatList(reasons)}`
    },
    remedy: [
      {
        when: 'A gate is not open',
        applies: ({ gates }) => gates !== undefined,
        remedy:
          makeSteps(
            'Do what the lines say, or wait until the time that a line names. To see the next command, run: interphase status.',
            'Run the same command again.',
          ) + '\nA gate is a condition that must hold before a phase starts. To see all gates, run: interphase gate.',
      },
      { when: 'Another phase comes first', applies: () => true, remedy: makeSteps('Run: <next>.', 'Run the same command again.') },
    ],
  },
  'phase.preconditions': {
    exitCode: 6,
    says: ({ phase, release, violations }) =>
      `${phase} of ${release} cannot start, because existing rows break rules that ${phase} adds:${formatList(violations)}`,
    remedy: 'Correct these rows in the database. Then run the same command again. Nothing was changed.',
  },
  'phase.reached': {
    exitCode: 6,
    says: ({ migration, violations }) =>
      `${migration} stopped, because existing rows break a rule that this migration adds:${formatList(violations)}`,
    remedy: 'Correct these rows in the database. Then run the same command again. The statements that are done are not repeated.',
  },
  'phase.late-rows': {
    exitCode: 6,
    says: ({ migration, step, rows, objects }) =>
      `${migration} stopped before it removed ${objects.join(', ')}, because the application has written ${rows} ${rows === '1' ? 'row' : 'rows'} that the data step ${step} has not changed`,
    remedy: [
      {
        when: 'A statement of the phase is already done',
        applies: ({ hasBegun }) => hasBegun,
        remedy: makeSteps(
          STOP_OLD_VERSION,
          'The data step cannot run any more. Change the rows that the query in <query> counts by hand in the database.',
          'Run: interphase <phase>. The statements that are done are not repeated.',
        ),
      },
      {
        when: 'The data step may run twice',
        applies: ({ isRerunnable }) => isRerunnable,
        remedy: makeSteps(STOP_OLD_VERSION, 'Run: interphase migrate.', 'Run: interphase <phase>.'),
      },
      {
        when: 'The data step may not run twice',
        applies: () => true,
        remedy: makeSteps(
          STOP_OLD_VERSION,
          'Change the rows that the query in <query> counts by hand in the database. If the data step may run twice, run instead: interphase migrate --again <step>.',
          'Run: interphase <phase>.',
        ),
      },
    ],
  },
  'phase.declined': {
    exitCode: 6,
    says: ({ phase, release }) => `${phase} of ${release} did not start, because you did not confirm what it destroys`,
    remedy: 'Nothing was destroyed. To start the phase, run the same command again, and answer yes.',
  },
  'phase.unconfirmed': {
    exitCode: 6,
    says: ({ phase, release, destroys }) =>
      `${phase} of ${release} did not start, because you must confirm that it destroys:${formatList(destroys)}`,
    remedy: 'Check this list. To destroy everything in it, run the same command again with --yes.',
  },
}
