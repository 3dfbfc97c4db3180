import type { ChangeFileTexts, ChangePattern, PatternServer, QuotedPatternNames } from './pattern.ts'

/**
 * The pattern for renaming a column. The old and the new column exist until contract, and triggers keep the two columns equal.
 */
export const renameColumnPattern: ChangePattern = {
  summary: 'a column gets another name (--to)',
  uses: ['table', 'column', 'to', 'type'],
  texts: (names, server) => replaceColumn(names, server, names.column),
}

/**
 * The pattern for changing the type of a column. A new column replaces the old column, because the type of a column cannot change
 * while the old version of the application uses the column.
 */
export const changeTypePattern: ChangePattern = {
  summary: 'a column gets another type (--type), as a new column (--to)',
  uses: ['table', 'column', 'to', 'type'],
  texts: (names, server) =>
    // MySQL and MariaDB convert the value to the type of the new column when the value is assigned.
    replaceColumn(names, server, server === 'postgres' ? `CAST(${names.column} AS ${names.type})` : names.column),
}

/** The files of a change that keeps two columns of a table equal and fills the new column. */
export interface MirroredColumn {
  readonly texts: ChangeFileTexts
  /** The statements of contract that drop the triggers. */
  readonly dropMirror: string
}

function replaceColumn(names: QuotedPatternNames, server: PatternServer, converted: string): ChangeFileTexts {
  const { table, column } = names
  const { texts, dropMirror } = mirrorColumn(names, server, converted)
  return {
    ...texts,
    contract: `-- If the old column had NOT NULL, a default, an index or a key, give them to the new column too.
${dropMirror}ALTER TABLE ${table} DROP COLUMN ${column}${server === 'postgres' ? '' : ', ALGORITHM=INSTANT'};
`,
  }
}

/**
 * Makes the files that keep the old and the new column equal. `converted` is the SQL expression that computes the new value from
 * the old column.
 */
export function mirrorColumn(
  names: QuotedPatternNames,
  server: PatternServer,
  converted: string,
  remark = `The old version writes ${names.column}, the new version writes ${names.to}.`,
): MirroredColumn {
  const { table, column, to } = names
  // On MySQL and MariaDB, a comparison of two types would convert the values. The query therefore finds only rows without a new
  // value.
  const differs = server === 'postgres' ? `${to} IS DISTINCT FROM ${converted}` : `${to} IS NULL AND ${column} IS NOT NULL`
  const { texts, dropMirror } = server === 'postgres' ? postgresMirror(names, remark) : mysqlMirror(names, remark)
  const step = {
    'migrate': `-- interphase: batch ${table}
UPDATE ${table} SET ${to} = ${converted} WHERE :batch AND ${differs};
`,
    'migrate.pending': `SELECT count(*) AS pending FROM ${table} WHERE ${differs};
`,
  }
  return { texts: { ...texts, ...step }, dropMirror }
}

const DECLARED = (column: string, to: string) =>
  `-- interphase: effect mirrors because the trigger keeps ${column} and ${to} equal while both versions write`

function postgresMirror({ table, column, to, type, joined }: QuotedPatternNames, remark: string): MirroredColumn {
  const mirror = joined('table', 'to', { text: 'mirror' })
  const dropMirror = `DROP TRIGGER ${mirror} ON ${table};
DROP FUNCTION ${mirror}();
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
    'expand.undo': `${dropMirror}ALTER TABLE ${table} DROP COLUMN ${to};
`,
  }
  return { texts, dropMirror }
}

function mysqlMirror({ table, column, to, type, joined }: QuotedPatternNames, remark: string): MirroredColumn {
  const [onInsert, onUpdate] = [joined('table', 'to', { text: 'insert' }), joined('table', 'to', { text: 'update' })]
  const dropMirror = `DROP TRIGGER ${onInsert};
DROP TRIGGER ${onUpdate};
`
  const texts = {
    'expand': `${DECLARED(column, to)}
-- ${remark}
ALTER TABLE ${table} ADD COLUMN ${to} ${type} NULL, ALGORITHM=INSTANT;

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
    'expand.undo': `${dropMirror}ALTER TABLE ${table} DROP COLUMN ${to}, ALGORITHM=INSTANT;
`,
  }
  return { texts, dropMirror }
}
