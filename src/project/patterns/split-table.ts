import type { ChangeFileTexts, ChangePattern, QuotedPatternNames } from './pattern.ts'

/**
 * The pattern for moving a column to a new table. The new table has the key of the first table, and triggers keep the two columns
 * equal until contract.
 */
export const splitTablePattern: ChangePattern = {
  summary: 'a column moves to a new table (--to)',
  uses: ['table', 'key', 'column', 'to', 'type'],
  texts: (names, server) => (server === 'postgres' ? postgresTexts(names) : mysqlTexts(names)),
}

const DECLARED = ({ table, to, column }: QuotedPatternNames) =>
  `-- interphase: effect mirrors because the triggers keep ${column} in ${table} and in ${to} equal while both versions write
-- The old version writes the column in ${table}, the new version writes it in ${to}. Give the key here the type that it has in
-- ${table}.`

function postgresTexts(names: QuotedPatternNames): ChangeFileTexts {
  const { table, key, column, to, type, joined } = names
  const [forth, back] = [joined('table', { text: 'to' }, 'to'), joined('to', { text: 'to' }, 'table')]
  const drop = `DROP TRIGGER ${forth} ON ${table};
DROP FUNCTION ${forth}();
DROP TRIGGER ${back} ON ${to};
DROP FUNCTION ${back}();
`
  return {
    'expand': `${DECLARED(names)}
CREATE TABLE ${to} (${key} bigint PRIMARY KEY REFERENCES ${table} ON DELETE CASCADE, ${column} ${type});

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
}

function mysqlTexts(names: QuotedPatternNames): ChangeFileTexts {
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
      // The condition is false for the rows that the data step copies. The statement of the data step reads the table, and the
      // server therefore refuses an UPDATE of this table by the trigger.
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
  return {
    'expand': `${DECLARED(names)}
CREATE TABLE ${to} (${key} bigint NOT NULL PRIMARY KEY, ${column} ${type} NULL,
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
}

function copy({ table, key, column, to }: QuotedPatternNames): ChangeFileTexts {
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
