import type { CeilingName } from '../effect/price.ts'
import type { Difference } from '../schema/difference.ts'
import type { DialectName, SchemaObject } from '../schema/object.ts'

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
] as const
export type CostReason = (typeof REASONS)[number]

/**
 * The reason why this change is expensive, if the schema shows it. The schema does not show how a default is computed, for
 * example.
 */
export function costReasonFor(difference: Difference, rule: CeilingName): CostReason | undefined {
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

function addedReason(object: SchemaObject, rule: CeilingName): CostReason | undefined {
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
    case 'opaque':
      return /exclu/i.test(object.what) ? 'exclusion' : undefined
    case 'column':
      if (rule === 'scan') return undefined
      if (object.generated) return object.generated.stored ? 'stored column' : undefined
      if (object.identity !== undefined || object.default?.startsWith('nextval(')) return 'numbered column'
      return object.default === undefined ? 'column of a domain' : 'column with a default'
    default:
      return undefined
  }
}

function alteredReason(before: SchemaObject, after: SchemaObject): CostReason | undefined {
  if (before.kind === 'column' && after.kind === 'column') {
    if (before.type !== after.type || before.collation !== after.collation) return 'type'
    if (before.nullable && !after.nullable) return 'not null'
    return before.generated === after.generated ? undefined : 'stored column'
  }
  if ('notValid' in before && !('notValid' in after && after.notValid)) return 'proof'
  if (before.kind === 'check' && after.kind === 'check' && before.notEnforced && !after.notEnforced) return 'check'
  return undefined
}

/** True if the text of a statement contains the words of this reason. */
export function mentionsReason(reason: CostReason, text: string): boolean {
  return SAID[reason].test(text)
}

const SAID: { readonly [R in CostReason]: RegExp } = {
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
  'exclusion': /\bexclude\b/i,
  'refresh': /^\s*refresh\s+materialized\b/i,
}

/** A way to make the same change on this server without blocking other sessions. */
export function onlineWay(dialect: DialectName, rule: CeilingName, reason?: CostReason): string {
  const ways = WAYS[dialect]
  return reason === undefined ? ways[rule] : ways[reason]
}

type Ways = { readonly [R in CostReason | CeilingName]: string }

const NEW_COLUMN =
  'add a new column beside it, keep both equal with triggers while both versions run, fill it with a data step, and drop the old one in contract'

const POSTGRES: Ways = {
  'index': 'CREATE INDEX CONCURRENTLY, in a file that says `-- interphase: transaction off`',
  'special index': 'CREATE INDEX CONCURRENTLY, in a file that says `-- interphase: transaction off`',
  'unique':
    'CREATE UNIQUE INDEX CONCURRENTLY, in a file that says `-- interphase: transaction off`; then ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX, which is instant',
  'primary key':
    'make the columns NOT NULL first, then CREATE UNIQUE INDEX CONCURRENTLY, in a file that says `-- interphase: transaction off`, then ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY USING INDEX, which is instant',
  'check':
    'ALTER TABLE … ADD CONSTRAINT … CHECK (…) NOT VALID, then ALTER TABLE … VALIDATE CONSTRAINT …, in a file that says `-- interphase: transaction off`',
  'foreign key':
    'ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … NOT VALID, then ALTER TABLE … VALIDATE CONSTRAINT …, in a file that says `-- interphase: transaction off`',
  'proof':
    'give VALIDATE CONSTRAINT a transaction of its own: say `-- interphase: transaction off` in the file, or move it into the next migration',
  'not null':
    'in a file that says `-- interphase: transaction off`: ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT …, then SET NOT NULL, which uses the check instead of a scan, then DROP CONSTRAINT …',
  'column with a default':
    'add the column nullable and without a default; ALTER COLUMN … SET DEFAULT … for new rows in the next statement; fill the old rows with a data step',
  'column of a domain':
    'add the column with the base type of the domain, and its rule as ADD CONSTRAINT … CHECK (…) NOT VALID, then VALIDATE CONSTRAINT …, in a file that says `-- interphase: transaction off`',
  'stored column':
    'add a plain column, a trigger that fills it, and a data step for the old rows; or an index on the expression; or a view',
  'numbered column':
    'add a nullable bigint column and CREATE SEQUENCE … OWNED BY; ALTER COLUMN … SET DEFAULT nextval(…); fill the old rows with a data step',
  'type': `${NEW_COLUMN}. For a shorter text, ADD CONSTRAINT … CHECK (length(…) <= …) NOT VALID and VALIDATE CONSTRAINT instead`,
  'exclusion':
    'no statement does this without blocking writes; use a new table with the constraint, keep it equal with triggers, and fill it with a data step',
  'refresh':
    'REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on columns of the view without WHERE; other sessions can read the view meanwhile',
  'scan':
    'put the statement that reads the table into a file of its own that says `-- interphase: transaction off`, so that no earlier lock is held while it reads. Before ATTACH PARTITION, add and validate a CHECK that is equal to the bounds',
  'rewrite':
    'add a new column or table beside the old one, keep both equal with triggers, fill it with a data step, and drop the old one in contract',
}

const MYSQL: Ways = {
  'index': 'ALTER TABLE … ADD INDEX … , ALGORITHM=INPLACE, LOCK=NONE',
  'special index':
    'this server always blocks writes here; build it on a copy of the table that triggers keep equal, or declare despite and run it while no session writes',
  'unique': 'ALTER TABLE … ADD UNIQUE … , ALGORITHM=INPLACE, LOCK=NONE',
  'primary key': 'ALTER TABLE … DROP PRIMARY KEY, ADD PRIMARY KEY (…), ALGORITHM=INPLACE, LOCK=NONE, in a statement without other actions',
  'check': 'triggers that refuse such rows with SIGNAL; or a new column whose type enforces the rule, such as an ENUM',
  'foreign key':
    'create the index first and search for orphaned rows; then SET foreign_key_checks = 0 in the file, and ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … , ALGORITHM=INPLACE, LOCK=NONE',
  'proof': 'triggers that refuse such rows with SIGNAL',
  'not null': 'ALTER TABLE … MODIFY … NOT NULL, ALGORITHM=INPLACE, LOCK=NONE, in a statement without other actions',
  'column with a default':
    'add the column nullable and without a default, ALGORITHM=INSTANT; ALTER COLUMN … SET DEFAULT (…) for new rows in the next statement; fill the old rows with a data step',
  'column of a domain':
    'add the column nullable and without a rule, ALGORITHM=INSTANT; fill it with a data step, and let triggers refuse wrong values with SIGNAL',
  'stored column':
    'a VIRTUAL column, ALGORITHM=INSTANT, with an index if necessary; or a plain column with triggers, and a data step for the old rows',
  'numbered column': 'a plain column that triggers or the application number, and a data step for the old rows',
  'type': `${NEW_COLUMN}. A longer VARCHAR is changed in place if both lengths are below 256 bytes, or both above`,
  'exclusion': 'triggers that refuse such rows with SIGNAL',
  'refresh': 'this server has no materialized views; fill a table with a data step',
  'scan': 'write ALGORITHM=INPLACE, LOCK=NONE in the statement, so that the server refuses it instead of blocking writes',
  'rewrite':
    'one action in each statement, with ALGORITHM=INSTANT or ALGORITHM=INPLACE, LOCK=NONE; if the server refuses this, use a new column, triggers and a data step',
}

// Measured on 11.8 with concurrent writes. The server refuses it for a table with a cascading foreign key.
const COPIED_ONLINE = '. From 11.2 on, ALGORITHM=COPY, LOCK=NONE allows concurrent writes'

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
