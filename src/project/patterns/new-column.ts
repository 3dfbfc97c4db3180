import { InterphaseError } from '../../error.ts'
import { formatFileBody } from './change-file.ts'
import { makeReplacementColumnStatements, withoutDefaultCollation } from './column-copy.ts'
import { refusePrimaryKeyColumn } from './dependents.ts'
import {
  formatFrontMatter,
  joinPatternFileParts,
  makeTableCopyFilePart,
  mustServerCopyTable,
  type ReplacementColumn,
} from './part-of-file.ts'
import type { ChangeFileTexts, ChangePattern, ColumnOfPattern, PatternServerName, QuotedPatternArguments } from './pattern.ts'
import type { RecordedColumn } from './recorded-table.ts'

/**
 * The pattern for renaming a column. The old and the new column exist until contract, and triggers keep the two columns equal.
 */
export const renameColumnPattern: ChangePattern = {
  summary: 'a column gets another name (--to)',
  uses: ['table', 'column', 'to', 'type'],
  texts: (names, server, recorded) =>
    replaceColumn(names, server, names.column, recorded && { ...recorded, to: { name: recorded.given.to ?? '', ...otherType(recorded) } }),
}

/**
 * Returns an object with the type that the author gave for the new column. The object is empty if the author gave no type or the
 * present type of the column.
 */
function otherType({ given, column, online, objects }: ColumnOfPattern): Pick<ReplacementColumn, 'type'> {
  const types = [column.type, online.typeOf(column), online.typeOf(withoutDefaultCollation(column, objects))]
  return given.type === undefined || types.includes(given.type) ? {} : { type: given.type }
}

/**
 * The pattern for changing the type of a column. A new column replaces the old column, because the type of a column must not
 * change while the old version of the application uses the column.
 */
export const changeTypePattern: ChangePattern = {
  summary: 'a column gets another type (--type), as a new column (--to)',
  uses: ['table', 'column', 'to', 'type'],
  texts: (names, server, recorded) =>
    replaceColumn(
      names,
      server,
      // When a trigger assigns a value to the new column, MySQL and MariaDB convert the value to the type of the column. Only
      // PostgreSQL needs a CAST.
      server === 'postgres' ? `CAST(${names.column} AS ${names.type})` : names.column,
      recorded && { ...recorded, to: { name: recorded.given.to ?? '', type: names.type } },
    ),
}

/** The files of a change that keeps two columns of a table equal and fills the new column. */
export interface MirroredColumnFiles {
  readonly texts: ChangeFileTexts
  /** The statements of contract that drop the triggers of the two columns. */
  readonly dropMirror: string
  /** The statement of undo that drops the new column. */
  readonly dropNew: string
}

type ReplacedColumn = RecordedColumn & { readonly to: ReplacementColumn }

function replaceColumn(
  names: QuotedPatternArguments,
  server: PatternServerName,
  converted: string,
  recorded: ReplacedColumn | undefined,
): ChangeFileTexts {
  const isCopied = recorded !== undefined && mustServerCopyTable(recorded)
  const { texts, dropMirror, dropNew } = makeMirroredColumnFiles(names, server, converted, { isCopied })
  const dropOld = `ALTER TABLE ${names.table} DROP COLUMN ${names.column}${server === 'postgres' || isCopied ? '' : ', ALGORITHM=INSTANT'};
`
  if (!recorded)
    return {
      ...texts,
      contract: `-- If the old column had NOT NULL, a default, an index or a key, give them to the new column too.
${dropMirror}${dropOld}`,
    }
  const { dialect } = recorded
  refusePrimaryKeyColumn(recorded)
  refuseServerGeneratedColumn(recorded)
  const { expand, undo, contract } = makeReplacementColumnStatements(recorded, recorded.to)
  const added = joinPatternFileParts([makeTableCopyFilePart(recorded), expand])
  const ended = joinPatternFileParts([makeTableCopyFilePart(recorded), contract])
  const created = added.statements.length === 0 ? '' : `\n${formatFileBody(added.statements, dialect)}`
  return {
    ...texts,
    'expand': `${formatFrontMatter(added)}${texts.expand ?? ''}${created}`,
    'expand.undo': `${dropMirror}${formatFileBody(undo.statements, dialect)}${dropNew}`,
    'contract': `${formatFrontMatter(ended)}${formatFileBody(ended.statements, dialect)}${dropMirror}${dropOld}`,
  }
}

/** Throws `usage` for a column whose values the server generates, because a second column cannot replace such a column. */
export function refuseServerGeneratedColumn({ column: { table, name, identity, generated } }: RecordedColumn): void {
  if (identity === undefined && generated === undefined) return
  throw new InterphaseError('usage', {
    problem: `no pattern replaces the column ${table}.${name}, because the server ${identity === undefined ? 'computes' : 'numbers'} it`,
    try: 'Write the change without --pattern: add the new column in expand, and drop the old column in contract.',
  })
}

/** The options with which `makeMirroredColumnFiles` writes the files of a change. */
export interface MirrorColumnOptions {
  /** The comment in the generated file that states which column each version of the application writes. */
  readonly remark?: string
  /** True if the server can add and drop columns of the table only by copying the whole table, on MySQL and MariaDB. */
  readonly isCopied?: boolean
}

/**
 * Makes the files that keep the old and the new column equal. `converted` is the SQL expression that computes the new value from
 * the old column.
 */
export function makeMirroredColumnFiles(
  names: QuotedPatternArguments,
  server: PatternServerName,
  converted: string,
  { remark = `The old version writes ${names.column}, the new version writes ${names.to}.`, isCopied = false }: MirrorColumnOptions = {},
): MirroredColumnFiles {
  const { table, column, to } = names
  // MySQL and MariaDB convert the values when a condition compares columns with different types. On these servers, the condition
  // therefore does not compare the two columns, and finds only rows that have an old value and no new value.
  const differs = server === 'postgres' ? `${to} IS DISTINCT FROM ${converted}` : `${to} IS NULL AND ${column} IS NOT NULL`
  const { texts, ...drops } = server === 'postgres' ? postgresMirror(names, remark) : mysqlMirror(names, remark, isCopied)
  const step = {
    'migrate': `-- interphase: batch ${table}
UPDATE ${table} SET ${to} = ${converted} WHERE :batch AND ${differs};
`,
    'migrate.pending': `SELECT count(*) AS pending FROM ${table} WHERE ${differs};
`,
  }
  return { texts: { ...texts, ...step }, ...drops }
}

const DECLARED = (column: string, to: string) =>
  `-- interphase: effect mirrors because the trigger keeps ${column} and ${to} equal while both versions write`

function postgresMirror({ table, column, to, type, joined }: QuotedPatternArguments, remark: string): MirroredColumnFiles {
  const mirror = joined('table', 'to', { text: 'mirror' })
  const dropMirror = `DROP TRIGGER ${mirror} ON ${table};
DROP FUNCTION ${mirror}();
`
  const dropNew = `ALTER TABLE ${table} DROP COLUMN ${to};
`
  const texts = {
    'expand': `${DECLARED(column, to)}
-- ${remark}
ALTER TABLE ${table} ADD COLUMN ${to} ${type};

CREATE FUNCTION ${mirror}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.${to} IS NOT NULL OR TG_OP = 'UPDATE' AND NEW.${to} IS DISTINCT FROM OLD.${to} THEN
    NEW.${column} := NEW.${to};
  ELSE
    NEW.${to} := NEW.${column};
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ${mirror} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${mirror}();
`,
    'expand.undo': `${dropMirror}${dropNew}`,
  }
  return { texts, dropMirror, dropNew }
}

function mysqlMirror({ table, column, to, type, joined }: QuotedPatternArguments, remark: string, isCopied: boolean): MirroredColumnFiles {
  const instant = isCopied ? '' : ', ALGORITHM=INSTANT'
  const [onInsert, onUpdate] = [joined('table', 'to', { text: 'insert' }), joined('table', 'to', { text: 'update' })]
  const dropMirror = `DROP TRIGGER ${onInsert};
DROP TRIGGER ${onUpdate};
`
  const dropNew = `ALTER TABLE ${table} DROP COLUMN ${to}${instant};
`
  const texts = {
    'expand': `${DECLARED(column, to)}
-- ${remark}
ALTER TABLE ${table} ADD COLUMN ${to} ${type} NULL${instant};

DELIMITER //

CREATE TRIGGER ${onInsert} BEFORE INSERT ON ${table} FOR EACH ROW
BEGIN
  IF NEW.${to} IS NOT NULL THEN
    SET NEW.${column} = NEW.${to};
  ELSE
    SET NEW.${to} = NEW.${column};
  END IF;
END//

CREATE TRIGGER ${onUpdate} BEFORE UPDATE ON ${table} FOR EACH ROW
BEGIN
  IF NOT (NEW.${to} <=> OLD.${to}) THEN
    SET NEW.${column} = NEW.${to};
  ELSE
    SET NEW.${to} = NEW.${column};
  END IF;
END//

DELIMITER ;
`,
    'expand.undo': `${dropMirror}${dropNew}`,
  }
  return { texts, dropMirror, dropNew }
}
