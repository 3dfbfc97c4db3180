import type { ConstraintOrIndex } from '../../dialect/online-writer.ts'
import { columnOfIndexKey } from '../../effect/index-key.ts'
import { InterphaseError } from '../../error.ts'
import { applyDifferences, type Difference } from '../../schema/difference.ts'
import { type ColumnObject, formatObjectName, objectIdOf, type TableObject } from '../../schema/object.ts'
import { findTableCopyReason } from '../../schema/table-copy.ts'
import { formatFileBody } from './change-file.ts'
import { withoutDefaultCollation } from './column-copy.ts'
import { findDependentsOfColumn, refusePrimaryKeyColumn } from './dependents.ts'
import { makeDropColumnFile } from './drop-column.ts'
import { refuseServerGeneratedColumn } from './new-column.ts'
import {
  formatFrontMatter,
  joinPatternFileParts,
  makePatternFilePart,
  makeTableCopyFilePart,
  mustServerCopyTable,
  type PatternFilePart,
} from './part-of-file.ts'
import type { ChangeFileTexts, ChangePattern, ColumnOfPattern, PatternServerName, QuotedPatternArguments } from './pattern.ts'
import type { RecordedColumn } from './recorded-table.ts'
import { addConstraintsAndIndexesToState, moveConstraintsAndIndexesToTable } from './rule-copies.ts'

/**
 * The pattern for moving a column to a new table. The new table has the same key as the first table, and triggers keep the old
 * and the new column equal until contract.
 */
export const splitTablePattern: ChangePattern = {
  summary: 'a column moves to a new table (--to)',
  uses: ['table', 'key', 'column', 'to', 'type'],
  texts: (names, server, recorded) => {
    const write = server === 'postgres' ? postgresTexts : mysqlTexts
    if (!recorded) return write(names, { key: 'bigint', isRequired: false }).texts
    refusePrimaryKeyColumn(recorded)
    refuseServerGeneratedColumn(recorded)
    refuseTableWithoutForeignKeys(recorded)
    const { texts, drop } = write(names, { key: keyTypeOf(recorded), isRequired: !recorded.column.nullable })
    const added = joinPatternFileParts([finishTable(recorded), allowMissingValue(names, server, recorded)])
    const statements = added.statements.length === 0 ? '' : `\n${formatFileBody(added.statements, recorded.dialect)}`
    return {
      ...texts,
      'expand': `${formatFrontMatter(added)}${texts.expand ?? ''}${statements}`,
      'expand.undo': `${texts['expand.undo'] ?? ''}${formatFileBody(requireValue(recorded), recorded.dialect)}`,
      'contract': makeDropColumnFile(names, server, recorded, drop),
    }
  },
}

/** The definition of the new table to which a column moves. */
interface NewTable {
  /** The type of the new table's key, as SQL text. */
  readonly key: string
  /** True if the moved column is NOT NULL in the new table, as it is in the first table. */
  readonly isRequired: boolean
}

interface SplitTable {
  readonly texts: ChangeFileTexts
  /** The statements that drop the triggers between the two tables. */
  readonly drop: string
}

/** Throws `usage` for a table to which the new table cannot have a foreign key, because of its storage engine. */
function refuseTableWithoutForeignKeys({ objects }: RecordedColumn): void {
  const reason = findTableCopyReason(objects)
  if (reason?.kind !== 'storage engine') return
  throw new InterphaseError('usage', {
    problem: `no pattern moves a column of the table ${reason.table}, because no foreign key can refer to a table with the storage engine ${reason.engine}`,
    try: 'Change the storage engine of the table to InnoDB in an earlier release, or write the change without --pattern.',
  })
}

/** Returns the type of the key of the first table. Throws `usage` if the table does not have the key column. */
function keyTypeOf({ objects, online, column, given }: ColumnOfPattern): string {
  const key = objects.find((object) => object.kind === 'column' && object.name === given.key)
  if (key?.kind === 'column') return online.typeOf(key)
  throw new InterphaseError('usage', {
    problem: `the table ${column.table} has no column ${given.key}`,
    try: 'Write the column of its primary key: --key <name>',
  })
}

/** Returns the statements that give the column of the new table its default, its comment, its constraints and its indexes. */
function finishTable(recorded: ColumnOfPattern): PatternFilePart {
  const { state, column, write, given } = recorded
  const to = given.to ?? ''
  const moved: ColumnObject = { ...column, table: to }
  const { default: _default, comment: _comment, ...raw } = moved
  const table: TableObject = { kind: 'table', name: to, columns: [given.key ?? '', column.name] }
  const created = applyDifferences(
    state,
    [table, raw].map((object): Difference => ({ kind: 'added', object })),
  )
  const { rules } = findDependentsOfColumn(recorded)
  const alone = rules.filter((rule) => isAlone(rule, column))
  const copies = moveConstraintsAndIndexesToTable(recorded, alone, to)
  const finished = applyDifferences(created, [{ kind: 'altered', before: raw, after: moved }])
  const asked = rules
    .filter((rule) => !alone.includes(rule))
    .map(
      (rule) =>
        `The ${formatObjectName(rule)} contains ${column.name} and other columns, which stay in ${column.table}. Write the statements here that replace it.`,
    )
  return makePatternFilePart({ questions: asked, statements: write(created, addConstraintsAndIndexesToState(finished, copies)).statements })
}

/** Returns true if a constraint or an index contains only the given column. */
function isAlone(rule: ConstraintOrIndex, column: ColumnObject): boolean {
  if (rule.kind === 'check') {
    const columns = rule.dependsOn?.filter((id) => id.startsWith('column:')) ?? []
    return columns.length > 0 && columns.every((id) => id === objectIdOf(column))
  }
  const keys = rule.kind === 'index' ? [...rule.keys, ...(rule.include ?? [])] : rule.columns
  return keys.length === 1 && columnOfIndexKey(keys[0] ?? '') === column.name && !('predicate' in rule)
}

/**
 * Returns the statements after which the first table accepts rows without a value of the moved column. The new version of the
 * application inserts such rows, because it writes the column only in the new table.
 */
function allowMissingValue({ key, to }: QuotedPatternArguments, server: PatternServerName, recorded: ColumnOfPattern): PatternFilePart {
  const { column, objects, state, write } = recorded
  const { table, name } = column
  if (column.nullable) return makePatternFilePart({})
  if (column.default !== undefined) {
    const upsert = server === 'postgres' ? `ON CONFLICT (${key}) DO UPDATE` : 'ON DUPLICATE KEY UPDATE'
    return makePatternFilePart({
      questions: [
        `The column ${table}.${name} has the default ${column.default}. A row that the new version inserts into ${table} gets this default, and the trigger creates the row in ${to} at once. Does the new version write ${to} with INSERT … ${upsert}?`,
      ],
    })
  }
  const copied = makeTableCopyFilePart(recorded)
  const relaxed = { ...withoutDefaultCollation(column, objects), nullable: true }
  const { statements } = write(state, applyDifferences(state, [{ kind: 'altered', before: column, after: relaxed }]))
  return makePatternFilePart({
    questions: [
      `The column ${table}.${name} is NOT NULL, and the new version inserts rows into ${table} without it. This file therefore allows NULL. Does the old version accept NULL in rows for which the new version has not yet written a row in ${to}?`,
      ...copied.questions,
    ],
    declarations: copied.declarations,
    statements: statements.map((one) =>
      server === 'postgres' || mustServerCopyTable(recorded) ? one : `${one}, ALGORITHM=INPLACE, LOCK=NONE`,
    ),
  })
}

/** Returns the statements of undo that make the column NOT NULL again, if expand allowed NULL. */
function requireValue({ column, objects, state, write }: ColumnOfPattern): readonly string[] {
  if (column.nullable || column.default !== undefined) return []
  const required = withoutDefaultCollation(column, objects)
  const altered = (nullable: boolean) => applyDifferences(state, [{ kind: 'altered', before: column, after: { ...required, nullable } }])
  return write(altered(true), altered(false)).statements
}

const DECLARED = ({ table, to, column }: QuotedPatternArguments) =>
  `-- interphase: effect mirrors because the triggers keep ${column} in ${table} and in ${to} equal while both versions write
-- The old version writes the column in ${table}, the new version writes it in ${to}.`

function postgresTexts(names: QuotedPatternArguments, { key: keyType, isRequired }: NewTable): SplitTable {
  const { table, key, column, to, type, joined } = names
  const [forth, back] = [joined('table', { text: 'to' }, 'to'), joined('to', { text: 'to' }, 'table')]
  const drop = `DROP TRIGGER ${forth} ON ${table};
DROP FUNCTION ${forth}();
DROP TRIGGER ${back} ON ${to};
DROP FUNCTION ${back}();
`
  const files = {
    'expand': `${DECLARED(names)}
CREATE TABLE ${to} (${key} ${keyType} PRIMARY KEY REFERENCES ${table} ON DELETE CASCADE, ${column} ${type}${isRequired ? ' NOT NULL' : ''});

-- Each trigger writes only a value that differs. The write of one trigger fires the other, which then finds nothing to write.
CREATE FUNCTION ${forth}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.${column} IS NOT NULL OR TG_OP = 'UPDATE' AND NEW.${column} IS DISTINCT FROM OLD.${column} THEN
    INSERT INTO ${to} AS kept (${key}, ${column}) VALUES (NEW.${key}, NEW.${column})
    ON CONFLICT (${key}) DO UPDATE SET ${column} = NEW.${column} WHERE kept.${column} IS DISTINCT FROM NEW.${column};
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION ${back}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ${table} SET ${column} = NEW.${column} WHERE ${key} = NEW.${key} AND ${column} IS DISTINCT FROM NEW.${column};
  RETURN NULL;
END
$$;

CREATE TRIGGER ${forth} AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${forth}();
CREATE TRIGGER ${back} AFTER INSERT OR UPDATE ON ${to} FOR EACH ROW EXECUTE FUNCTION ${back}();
`,
    'expand.undo': `${drop}DROP TABLE ${to};
`,
    ...copy(names),
    'contract': `${drop}ALTER TABLE ${table} DROP COLUMN ${column};
`,
  }
  return { texts: files, drop }
}

function mysqlTexts(names: QuotedPatternArguments, { key: keyType, isRequired }: NewTable): SplitTable {
  const { table, key, column, to, type, joined } = names
  const marker = `@${names.joined('table', { text: 'mirror' }).replaceAll(/\W/g, '_')}`
  const triggers = (['insert', 'update'] as const).flatMap((event) => [
    {
      name: joined('table', { text: 'to' }, 'to', { text: event }),
      event: `AFTER ${event.toUpperCase()} ON ${table}`,
      when: event === 'insert' ? `NEW.${column} IS NOT NULL` : `NOT (NEW.${column} <=> OLD.${column})`,
      write: `INSERT INTO ${to} (${key}, ${column}) VALUES (NEW.${key}, NEW.${column}) ON DUPLICATE KEY UPDATE ${column} = NEW.${column};`,
    },
    {
      name: joined('to', { text: 'to' }, 'table', { text: event }),
      event: `AFTER ${event.toUpperCase()} ON ${to}`,
      // The data step copies rows to the new table with a statement that reads the first table. During this statement, MySQL and
      // MariaDB refuse an UPDATE of the first table by a trigger. The trigger therefore does nothing if the two values are
      // already equal.
      when: `EXISTS (SELECT 1 FROM ${table} WHERE ${key} = NEW.${key} AND NOT (${column} <=> NEW.${column}))`,
      write: `UPDATE ${table} SET ${column} = NEW.${column} WHERE ${key} = NEW.${key};`,
    },
  ])
  const drop = triggers.map(({ name }) => `DROP TRIGGER ${name};\n`).join('')
  const texts = triggers.map(
    ({ name, event, when, write }) => `CREATE TRIGGER ${name} ${event} FOR EACH ROW
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET ${marker} = NULL; RESIGNAL; END;
  IF ${marker} IS NULL AND ${when} THEN
    SET ${marker} = 1;
    ${write}
    SET ${marker} = NULL;
  END IF;
END//
`,
  )
  const files = {
    'expand': `${DECLARED(names)}
CREATE TABLE ${to} (${key} ${keyType} NOT NULL PRIMARY KEY, ${column} ${type} ${isRequired ? 'NOT NULL' : 'NULL'},
  FOREIGN KEY (${key}) REFERENCES ${table} (${key}) ON DELETE CASCADE);

DELIMITER //

-- A trigger cannot write the table whose statement fired it. A variable of the session therefore marks that a trigger is at work.
-- The handler resets it after an error.
${texts.join('\n')}
DELIMITER ;
`,
    'expand.undo': `${drop}DROP TABLE ${to};
`,
    ...copy(names),
    'contract': `${drop}ALTER TABLE ${table} DROP COLUMN ${column}, ALGORITHM=INSTANT;
`,
  }
  return { texts: files, drop }
}

function copy({ table, key, column, to }: QuotedPatternArguments): ChangeFileTexts {
  const missing = `source.${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${to} target WHERE target.${key} = source.${key})`
  return {
    'migrate': `-- interphase: batch ${table} as source
INSERT INTO ${to} (${key}, ${column})
SELECT source.${key}, source.${column} FROM ${table} source
WHERE :batch AND ${missing};
`,
    'migrate.pending': `SELECT count(*) AS pending FROM ${table} source WHERE ${missing};
`,
  }
}
