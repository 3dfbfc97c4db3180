import type { PriceCeilingName } from '../effect/price.ts'
import type { Difference } from '../schema/difference.ts'
import type { DialectName, SchemaObject } from '../schema/object.ts'
import { describeTableCopyReason, type TableCopyReason } from '../schema/table-copy.ts'

/** The reasons why a statement reads or rewrites a whole table. */
const REASONS = [
  'index',
  'special index',
  'unique',
  'primary key',
  'check',
  'foreign key',
  'proof',
  'not null',
  'column with a default',
  'column of a domain',
  'stored column',
  'numbered column',
  'type',
  'exclusion',
  'refresh',
  'partition',
] as const
export type WholeTableWorkReason = (typeof REASONS)[number]

/**
 * Returns the reason why a schema change makes the server read or rewrite a whole table. Returns undefined if the schema does not
 * show the reason.
 */
export function findWholeTableWorkReason(difference: Difference, rule: PriceCeilingName): WholeTableWorkReason | undefined {
  switch (difference.kind) {
    case 'added':
      return addedReason(difference.object, rule)
    case 'altered':
      return alteredReason(difference.before, difference.after)
    case 'removed':
      return difference.object.kind === 'primary-key' ? 'primary key' : undefined
    case 'renamed':
      return undefined
  }
}

function addedReason(object: SchemaObject, rule: PriceCeilingName): WholeTableWorkReason | undefined {
  switch (object.kind) {
    case 'index':
      return /fulltext|spatial/.test(object.method) ? 'special index' : 'index'
    case 'unique':
      return 'unique'
    case 'primary-key':
      return 'primary key'
    case 'check':
      return object.notValid || object.notEnforced ? undefined : 'check'
    case 'foreign-key':
      return object.notValid ? undefined : 'foreign key'
    case 'exclusion':
      return 'exclusion'
    case 'column':
      if (rule === 'scan') return undefined
      if (object.generated) return object.generated.stored ? 'stored column' : undefined
      if (object.identity !== undefined || object.default?.startsWith('nextval(')) return 'numbered column'
      return object.default === undefined ? 'column of a domain' : 'column with a default'
    default:
      return undefined
  }
}

function alteredReason(before: SchemaObject, after: SchemaObject): WholeTableWorkReason | undefined {
  if (before.kind === 'column' && after.kind === 'column') {
    if (before.type !== after.type || before.collation !== after.collation) return 'type'
    if (before.nullable && !after.nullable) return 'not null'
    return before.generated === after.generated ? undefined : 'stored column'
  }
  if ('notValid' in before && !('notValid' in after && after.notValid)) return 'proof'
  if (before.kind === 'check' && after.kind === 'check' && before.notEnforced && !after.notEnforced) return 'check'
  return undefined
}

/** Returns true if the text of a statement contains words that are typical of a reason, such as `unique` or `references`. */
export function doesTextMentionWorkReason(reason: WholeTableWorkReason, text: string): boolean {
  return SAID[reason].test(text)
}

const SAID: { readonly [R in WholeTableWorkReason]: RegExp } = {
  'index': /\b(?:index|key)\b/i,
  'special index': /\b(?:fulltext|spatial|index)\b/i,
  'unique': /\bunique\b/i,
  'primary key': /\bprimary\s+key\b/i,
  'check': /\bcheck\b/i,
  'foreign key': /\bforeign\s+key\b|\breferences\b/i,
  'proof': /\bvalidate\b|\benforced\b/i,
  'not null': /\bnot\s+null\b|\bprimary\s+key\b/i,
  'column with a default': /\badd\b/i,
  'column of a domain': /\badd\b/i,
  'stored column': /\b(?:generated|as|expression)\b/i,
  'numbered column': /\b(?:serial|bigserial|smallserial|identity|auto_increment|nextval|add)\b/i,
  'type': /\b(?:type|modify|change|convert|collate)\b/i,
  'exclusion': /\bexclude\b|\bwithout\s+overlaps\b/i,
  'refresh': /^\s*refresh\s+materialized\b/i,
  'partition': /\battach\s+partition\b|\bpartition\s+of\b/i,
}

/**
 * Returns a text for messages that explains how to make the same change on the server with less blocking of other sessions. Without
 * `reason`, the text explains generally how to avoid the work that the price ceiling `rule` limits: reading or rewriting the whole
 * table.
 */
export function describeOnlineAlternative(dialect: DialectName, rule: PriceCeilingName, reason?: WholeTableWorkReason): string {
  const ways = WAYS[dialect]
  return reason === undefined ? ways[rule] : ways[reason]
}

/**
 * Returns a text for messages that explains how to change a table that MySQL and MariaDB copy for each new, changed or removed
 * column.
 */
export function describeAlternativeToCopy(reason: TableCopyReason): string {
  const copies = `${describeTableCopyReason(reason)}, so the server copies the table`
  const plain = 'write the statement without ALGORITHM and LOCK if the table is small or no session writes meanwhile'
  return reason.kind === 'fulltext'
    ? `${copies}, and refuses ALGORITHM=INSTANT and LOCK=NONE for every statement that adds, changes or drops a column of the table; ${plain}, or drop the index first and create it again afterwards, or put the new column into a new table with the same key`
    : `${copies} and blocks writes for almost every change of a column, an index or a constraint, and refuses ALGORITHM=INSTANT and ALGORITHM=INPLACE; ${plain}, or put the new column into a new table of InnoDB with the same key`
}

type Ways = { readonly [R in WholeTableWorkReason | PriceCeilingName]: string }

const NEW_COLUMN =
  'add a new column in expand, keep both columns equal with triggers (`-- interphase: effect mirrors because …`), fill the new column with a data step, and drop the old column in contract'

const POSTGRES: Ways = {
  'index': 'use CREATE INDEX CONCURRENTLY, in a file with the line `-- interphase: transaction off`',
  'special index': 'use CREATE INDEX CONCURRENTLY, in a file with the line `-- interphase: transaction off`',
  'unique':
    'use CREATE UNIQUE INDEX CONCURRENTLY, then ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX …, which is instant, in a file with the line `-- interphase: transaction off`',
  'primary key':
    'make the columns NOT NULL first; then use CREATE UNIQUE INDEX CONCURRENTLY and ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY USING INDEX …, which is instant, in a file with the line `-- interphase: transaction off`',
  'check':
    'use ALTER TABLE … ADD CONSTRAINT … CHECK (…) NOT VALID, then ALTER TABLE … VALIDATE CONSTRAINT …, in a file with the line `-- interphase: transaction off`',
  'foreign key':
    'use ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … NOT VALID, then ALTER TABLE … VALIDATE CONSTRAINT …, in a file with the line `-- interphase: transaction off`',
  'proof':
    'run VALIDATE CONSTRAINT in its own transaction: add the line `-- interphase: transaction off` to the file, or move the statement to a file of its own',
  'not null':
    'use four ALTER TABLE statements in a file with the line `-- interphase: transaction off`: ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT …; ALTER COLUMN … SET NOT NULL, which uses the check instead of a scan; DROP CONSTRAINT …',
  'column with a default':
    'add the column as nullable and without a default; set the default for new rows with ALTER COLUMN … SET DEFAULT … in the next statement; fill the old rows with a data step',
  'column of a domain':
    'add the column with the base type of the domain, and its rule with ADD CONSTRAINT … CHECK (…) NOT VALID; validate the rule with VALIDATE CONSTRAINT … in a .migrate file',
  'stored column':
    'add a plain column, fill it with a trigger (`-- interphase: effect mirrors because …`), and fill the old rows with a data step; or use a view or an index on the expression instead of a column',
  'numbered column':
    'add a nullable bigint column; use CREATE SEQUENCE … OWNED BY …, then ALTER COLUMN … SET DEFAULT nextval(…); fill the old rows with a data step',
  'type': `${NEW_COLUMN}. To shorten a text, use ADD CONSTRAINT … CHECK (length(…) <= …) NOT VALID and VALIDATE CONSTRAINT … instead`,
  'exclusion':
    'no statement does this without blocking writes; create a new table with the constraint, keep both tables equal with triggers (`-- interphase: effect mirrors because …`), and fill the new table with a data step',
  'refresh':
    'use REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index without WHERE on columns of the view; other sessions can read the view meanwhile',
  'partition':
    'the server reads the rows of the DEFAULT partition and of an attached table, unless validated constraints prove that these rows fit. Use a file with the line `-- interphase: transaction off`. First use ALTER TABLE … ADD CONSTRAINT … CHECK (…) NOT VALID and VALIDATE CONSTRAINT …. The CHECK of the DEFAULT partition excludes the values of the new partition: CHECK (… < the lower bound OR … >= the upper bound). The CHECK of an attached table requires the values of the new partition. Add the foreign keys of the partitioned table to the attached table in the same way. Then create or attach the partition. If no session writes rows that the constraints refuse, declare their effects in expand: `-- interphase: despite tightens because …` and `-- interphase: despite proves because …`',
  'scan':
    'move the statement that reads the table to a file of its own with the line `-- interphase: transaction off`, so that the transaction holds no other lock during the read',
  'rewrite':
    'add a new column or table in expand, keep old and new equal with triggers (`-- interphase: effect mirrors because …`), fill the new one with a data step, and drop the old one in contract',
}

const SIGNAL_NAMES =
  'create triggers that refuse wrong rows with SIGNAL, in a file with the line `-- interphase: effect tightens because …`'

const MYSQL: Ways = {
  'index': 'use ALTER TABLE … ADD INDEX …, ALGORITHM=INPLACE, LOCK=NONE',
  'special index':
    'the server always blocks writes while it builds such an index; build the index on a new table and keep both tables equal with triggers (`-- interphase: effect mirrors because …`), or run the statement while no session writes',
  'unique': 'use ALTER TABLE … ADD UNIQUE …, ALGORITHM=INPLACE, LOCK=NONE',
  'primary key': 'use ALTER TABLE … DROP PRIMARY KEY, ADD PRIMARY KEY (…), ALGORITHM=INPLACE, LOCK=NONE, without other actions',
  'check': `${SIGNAL_NAMES}; or add a new column whose type enforces the rule, such as an ENUM`,
  'foreign key':
    'create the index in an earlier file, and search for rows without a parent row; then use SET foreign_key_checks = 0 and ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY …, ALGORITHM=INPLACE, LOCK=NONE in one file',
  'proof': SIGNAL_NAMES,
  'not null': 'use ALTER TABLE … MODIFY … NOT NULL, ALGORITHM=INPLACE, LOCK=NONE, without other actions',
  'column with a default':
    'add the column as nullable and without a default, with ALGORITHM=INSTANT; set the default for new rows with ALTER COLUMN … SET DEFAULT (…) in the next statement; fill the old rows with a data step',
  'column of a domain': `add the column as nullable and without a rule, with ALGORITHM=INSTANT; fill it with a data step; in contract, ${SIGNAL_NAMES}`,
  'stored column':
    'add a VIRTUAL column with ALGORITHM=INSTANT, and an index if necessary; or add a plain column, fill it with triggers (`-- interphase: effect mirrors because …`), and fill the old rows with a data step',
  'numbered column': 'add a plain column, let the application number the new rows, and number the old rows with a data step',
  'type': `${NEW_COLUMN}. The server makes a VARCHAR longer in place if both lengths are below 256 bytes, or both are 256 bytes or more`,
  'exclusion': SIGNAL_NAMES,
  'refresh': 'the server has no materialized views; fill a table with a data step',
  'partition': 'the server cannot attach a table as a partition; create an empty partition, and fill it with a data step',
  'scan': 'write ALGORITHM=INPLACE, LOCK=NONE in the statement, so that the server refuses it instead of blocking writes',
  'rewrite': `write one action in each statement, with ALGORITHM=INSTANT or with ALGORITHM=INPLACE, LOCK=NONE; if the server refuses the statement, ${NEW_COLUMN}`,
}

// The end of several hints for MariaDB, about an ALTER TABLE that copies the table without blocking writes. Such a statement was
// measured on MariaDB 11.8 with concurrent writes. The server refuses it for a table with a cascading foreign key.
const COPIED_ONLINE = '. From version 11.2, ALGORITHM=COPY, LOCK=NONE allows concurrent writes'

const WAYS: { readonly [D in DialectName]: Ways } = {
  postgres: POSTGRES,
  mysql: MYSQL,
  mariadb: {
    ...MYSQL,
    'type': `${NEW_COLUMN}${COPIED_ONLINE}`,
    'check': `${MYSQL.check}${COPIED_ONLINE}`,
    'column with a default': `${MYSQL['column with a default']}${COPIED_ONLINE}`,
    'stored column': `${MYSQL['stored column']}${COPIED_ONLINE}`,
    'foreign key': `${MYSQL['foreign key']}${COPIED_ONLINE}`,
  },
}
