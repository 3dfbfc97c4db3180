import { describeBlockedSessions, type ErrorWordings, formatIndentedLines, formatRemedyAlternatives, formatRemedySteps } from './wording.ts'

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
  'relies.all-rows': {
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
    /** The gates that are not open. The field is absent if the phase is held only because other phases must run first. */
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
    /** True if a statement of the phase `phase` is already done. In this case, the data step `step` can no longer run. */
    readonly hasBegun: boolean
    readonly isRerunnable: boolean
  }
  'phase.declined': { readonly phase: string; readonly release: string }
  'phase.unconfirmed': { readonly phase: string; readonly release: string; readonly destroys: readonly string[]; readonly command: string }
}

const STOP_OLD_VERSION = 'Stop the old version of the application, which writes such rows.'

/** The messages, the remedies and the exit codes of the errors about policies, gates and approvals. */
export const POLICY_ERRORS: ErrorWordings<PolicyErrorFacts> = {
  'approval.no-ssh-keygen': {
    exitCode: 2,
    message: ({ problem }) => `the program ssh-keygen, which signs and checks approvals, cannot be started: ${problem}`,
    remedy:
      'Install the OpenSSH client, version 8.2 or newer. Make sure that the directory of ssh-keygen is in the PATH. Then run the same command again.',
  },
  'approval.unsigned': {
    exitCode: 2,
    message: ({ key, problem }) => `ssh-keygen could not sign the approval with the key ${key}: ${problem}`,
    remedy:
      formatRemedyAlternatives(
        'If your private key is in a file: name this file, such as --key ~/.ssh/id_ed25519.',
        'If your private key is in an SSH agent: name the file of the public key, such as --key ~/.ssh/id_ed25519.pub, and make sure that `ssh-add -l` lists the key.',
        'In all other cases, such as a wrong passphrase, or a key file that other users can read: correct the problem at the end of the message.',
      ) + '\nThen run the same command again.',
  },
  'approval.wrong-key': {
    exitCode: 2,
    message: ({ approver, file, problem }) =>
      `the approval was not stored, because it was signed with a key that does not belong to ${approver} in the file ${file}: ${problem}`,
    remedy: formatRemedyAlternatives(
      'If you used the wrong key: run the command again, and name your own key with --key.',
      'If you used the right key: add a line with your public key to the file <file>, which is in the directory of the configuration, such as: <approver> ssh-ed25519 AAAA…. Then run the command again.',
    ),
  },
  'gate.query': {
    exitCode: 2,
    message: ({ gate, problem }) => `the SQL query of the gate "${gate}" in the policy is not valid: ${problem}`,
    remedy: formatRemedySteps(
      'In the policy, write one SELECT that returns one row. The columns of this row must have different names.',
      'In the gate query, the first column must be true if the phase may start, such as: SELECT count(*) = 0 AS done FROM jobs. In the gate backup, the first column must be the time of the last backup.',
      'Run the same command again.',
    ),
  },
  'policy.invalid': {
    exitCode: 2,
    message: ({ file, problem }) => `${file}: the policy, which contains the rules of a phase, is not valid: ${problem}`,
    remedy:
      'Correct <file>. The file phases/policy.schema.json of the package describes the fields of a policy. Then run the same command again.',
  },
  'policy.refuses': {
    exitCode: 1,
    message: ({ file, dialect, phase, effect, on, reason }) =>
      `${file} (${dialect}): the phase ${phase} does not allow the effect "${effect}"\n  ${on}\n  ${reason}`,
    remedy:
      formatRemedyAlternatives(
        'If another phase allows the effect: move the statement to that phase. The last line of the message names the phase.',
        'If the migration must break the rule: add this line with your reason to the file: -- interphase: despite <effect> because ….',
      ) + '\nThen run: interphase record. docs/effects.md explains every effect.',
    page: {
      means:
        'On a shadow, the migration had an effect that the policy of its phase refuses. When the migration runs, code that is running could fail or read other data. The finding names the object and quotes the reason from the policy.',
      example: `-- 010-price.expand.sql
ALTER TABLE item ADD COLUMN price int NOT NULL;
-- the effect "tightens": statements that are running do not write the column, so the server would refuse their rows`,
    },
  },
  'relies.catalog': {
    exitCode: 1,
    message: ({ file, line, on }) =>
      `${file}:${line}: the statement reads ${on} and changes the objects that it finds; in another database the statement can find other objects`,
    remedy: formatRemedyAlternatives(
      'Write one statement for each object, with the name of the object.',
      'If the statement must read the catalog: add this line with your reason to the file: -- interphase: despite catalog because ….',
    ),
    page: {
      means:
        'The statement reads the catalog of the database and changes the objects that it finds. On the shadow the statement found the objects of the releases. In phased order, or in a database with more objects, the statement can find other objects. In one project, a contract dropped every foreign key that it found, and also dropped the foreign key that a later expand had added.',
      example: `DO $$ … FOR k IN SELECT conname FROM pg_constraint WHERE contype = 'f' LOOP
  EXECUTE format('ALTER TABLE child DROP CONSTRAINT %I', k.conname); …`,
    },
  },
  'relies.generated-name': {
    exitCode: 1,
    message: ({ file, line, on }) =>
      `${file}:${line}: the statement names ${on}, but the server generated this name, and the server can generate another name in another database`,
    remedy: formatRemedyAlternatives(
      'If the statement that creates the object has not run in any database yet: write a name for the object into that statement.',
      'If that statement has already run: add this line with your reason to <file>: -- interphase: despite generated-name because ….',
    ),
    page: {
      means:
        'The statement that created the constraint or index contained no name, so the server generated one. A generated name depends on the order of creation and on the version of the server. In another database, the same name can therefore belong to another object.',
      example: `CREATE TABLE child (parent_id int REFERENCES parent (id));
-- in a later release:
ALTER TABLE child DROP CONSTRAINT child_parent_id_fkey;`,
    },
  },
  'relies.all-columns': {
    exitCode: 1,
    message: ({ file, line, on }) =>
      `${file}:${line}: ${on} uses all columns that the table has when the statement runs, also columns that other migrations add`,
    remedy: formatRemedyAlternatives(
      'List the columns in the statement.',
      'If the statement must use all columns: add this line with your reason to the file: -- interphase: despite all-columns because ….',
    ),
    page: {
      means:
        'A view, a new table or an INSERT gets one column for each column that the source table has when the statement runs. If the table has more columns at that time, for example in phased order, the list of columns is different.',
      example: `-- 010-archive.migrate.sql
INSERT INTO item_archive SELECT * FROM item;
-- 020-colour.expand.sql adds the column item.colour. In phased order, this expand runs before 010-archive.migrate.sql.`,
    },
  },
  'relies.all-rows': {
    exitCode: 1,
    message: ({ file, on }) => `${file}: the ${on} can skip rows that the data step writes, and no pending query counts the skipped rows`,
    remedy: formatRemedyAlternatives(
      'Add a pending query beside the file (<name>.migrate.pending.sql), which counts the rows that the data step still has to change. Contract then waits until no row is left.',
      'If the data step does not have to change the skipped rows: add this line with your reason to the file: -- interphase: despite all-rows because ….',
    ),
    page: {
      means:
        'On PostgreSQL, a row trigger that returns NULL, or a rule, can prevent the write of a row. The server then reports no error, and the row keeps its old values. Without a pending query, the data step counts as done, and contract can remove the only column that contains the values of the skipped rows.',
      example: `-- 010-code.migrate.sql
UPDATE item SET code = upper(name) WHERE code IS NULL;
-- The trigger item_locked returns NULL for each row with locked = true.`,
    },
  },
  'policy.price': {
    exitCode: 1,
    message: ({ file, line, dialect, phase, works, blocks, tables, object, text, reason, instead }) =>
      [
        `${file}:${line} (${dialect}): the policy of ${phase} forbids this statement, because it ${works === 'rewrite' ? 'rewrites' : 'reads'} a whole table, and ${describeBlockedSessions(blocks)} during that time`,
        `  ${object}${tables.length > 1 ? `, with ${tables.join(' and ')}` : ''}${text === '' ? '' : `: ${text}`}`,
        `  ${reason}`,
        `  On ${dialect}: ${instead}.`,
      ].join('\n'),
    remedy:
      formatRemedyAlternatives(
        'Use the alternative in the last line of the message.',
        'If the statement must break the rule: add this comment with your reason to the file: -- interphase: despite <works> because ….',
      ) + '\nThen run: interphase record.',
    page: {
      means:
        'On a shadow, the statement read or rewrote a whole table that existed before the release, and its locks blocked more sessions than the policy of its phase allows. On a small table these sessions wait for a short time. On a large table the wait is an outage.',
      example: `-- 010-find-items.expand.sql
CREATE INDEX item_price ON item (price);
-- the statement reads the whole table item, and writes of other sessions wait during that time`,
    },
  },
  'phase.held': {
    exitCode: 6,
    message: ({ phase, release, gates, reasons }) => {
      const shut =
        gates === undefined ? '' : `, because ${gates.length === 1 ? 'this gate is' : 'these gates are'} not open: ${gates.join(', ')}`
      return `${phase} of ${release} cannot start yet${shut}${gates === undefined ? ':' : ''}${formatIndentedLines(reasons)}`
    },
    remedy: [
      {
        when: 'If a gate is not open',
        applies: ({ gates }) => gates !== undefined,
        remedy:
          formatRemedySteps(
            'Follow the lines of the message, or wait until the time that a line names. To print the next command, run: interphase status.',
            'Run the same command again.',
          ) + '\nA gate is a condition that must hold before a phase starts. To print all gates, run: interphase gate.',
      },
      {
        when: 'If another phase comes first',
        applies: () => true,
        remedy: formatRemedySteps('Run: <next>.', 'Run the same command again.'),
      },
    ],
  },
  'phase.preconditions': {
    exitCode: 6,
    message: ({ phase, release, violations }) =>
      `${phase} of ${release} cannot start, because existing rows break rules that ${phase} adds:${formatIndentedLines(violations)}`,
    remedy: 'Correct these rows in the database. Then run the same command again. The command changed neither the schema nor a row.',
  },
  'phase.reached': {
    exitCode: 6,
    message: ({ migration, violations }) =>
      `${migration} stopped, because existing rows break a rule that this migration adds:${formatIndentedLines(violations)}`,
    remedy:
      'Correct these rows in the database. Then run the same command again. The command does not repeat the statements that are committed.',
  },
  'phase.late-rows': {
    exitCode: 6,
    message: ({ migration, step, rows, objects }) =>
      `${migration} stopped before it removed ${objects.join(', ')}, because the application has written ${rows} ${rows === '1' ? 'row' : 'rows'} that the data step ${step} has not changed`,
    remedy: [
      {
        when: 'If a statement of the phase is already done',
        applies: ({ hasBegun }) => hasBegun,
        remedy: formatRemedySteps(
          STOP_OLD_VERSION,
          'The data step cannot run any more. In the database, change by hand the rows that the query in <query> counts.',
          'Run: interphase <phase>. The command does not repeat the statements that are committed.',
        ),
      },
      {
        when: 'If no statement of the phase is done, and the data step is declared rerunnable',
        applies: ({ isRerunnable }) => isRerunnable,
        remedy: formatRemedySteps(STOP_OLD_VERSION, 'Run: interphase migrate.', 'Run: interphase <phase>.'),
      },
      {
        when: 'If no statement of the phase is done, and the data step is not declared rerunnable',
        applies: () => true,
        remedy: formatRemedySteps(
          STOP_OLD_VERSION,
          'If the data step can run twice without harm, run: interphase migrate --again <step>. If the data step must not run twice, change by hand in the database the rows that the query in <query> counts.',
          'Run: interphase <phase>.',
        ),
      },
    ],
  },
  'phase.declined': {
    exitCode: 6,
    message: ({ phase, release }) =>
      `${phase} of ${release} did not start, because you did not confirm that ${phase} destroys the listed data`,
    remedy: 'No data was destroyed. To start the phase, run the same command again, and answer yes.',
  },
  'phase.unconfirmed': {
    exitCode: 6,
    message: ({ phase, release, destroys }) =>
      `${phase} of ${release} did not start, because you must confirm that ${phase} destroys this data:${formatIndentedLines(destroys)}`,
    remedy: 'Check the list in the message. If all data in the list can be destroyed, run the same command again with --yes.',
  },
}
