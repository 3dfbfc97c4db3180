import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const SCHEMA = `CREATE TABLE item (id int NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, n int DEFAULT 0 NOT NULL);
CREATE TABLE part (item int NOT NULL, name varchar(20), n int);`
const ROWS = "INSERT INTO item (id, name) VALUES (1, 'a'), (3, 'b'), (4, 'c'), (8, 'd'), (9, 'e');"

function files(step: string, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql': SCHEMA,
    'r2/rows/item.sql': ROWS,
    'r2/010-part.migrate.sql': `-- interphase: batch item\n${step};\n`,
    ...more,
  }
}

const MISSING = 'NOT EXISTS (SELECT 1 FROM part WHERE part.item = item.id)'

/** Steps whose result depends on the batches or on a repetition, each with a twin that does not. */
const STEPS: Readonly<Record<string, { readonly unsound: string; readonly how: RegExp; readonly sound: string }>> = {
  'an aggregate over the batch': {
    unsound: `INSERT INTO part (item, n) SELECT min(item.id), count(*) FROM item WHERE :batch HAVING count(*) > 0`,
    how: /in batches of one row/,
    sound: `INSERT INTO part (item, n) SELECT item.id, 1 FROM item WHERE :batch AND ${MISSING}`,
  },
  'a running number': {
    unsound: `INSERT INTO part (item, n) SELECT item.id, row_number() OVER (ORDER BY item.id) FROM item WHERE :batch AND ${MISSING}`,
    how: /in batches of one row/,
    sound: `INSERT INTO part (item, n) SELECT item.id, (SELECT count(*) FROM item j WHERE j.id <= item.id) FROM item WHERE :batch AND ${MISSING}`,
  },
  'a copy that does not skip copied rows': {
    unsound: 'INSERT INTO part (item, name) SELECT item.id, item.name FROM item WHERE :batch',
    how: /begins again/,
    sound: `INSERT INTO part (item, name) SELECT item.id, item.name FROM item WHERE :batch AND ${MISSING}`,
  },
  'a placeholder that limits nothing': {
    unsound: 'UPDATE item SET n = 1 WHERE :batch OR item.id > 0',
    how: /a range without rows/,
    sound: 'UPDATE item SET n = 1 WHERE :batch AND item.id > 0',
  },
  'a value that earlier batches change': {
    unsound: `INSERT INTO part (item, n) SELECT item.id, (SELECT count(*) FROM part) FROM item WHERE :batch AND ${MISSING}`,
    how: /in batches of one row/,
    sound: `INSERT INTO part (item, n) SELECT item.id, item.id * 2 FROM item WHERE :batch AND ${MISSING}`,
  },
  'a change that is not skipped when it is done': {
    unsound: 'UPDATE item SET n = n + 1 WHERE :batch',
    how: /begins again/,
    sound: 'UPDATE item SET n = n + 1 WHERE :batch AND n = 0',
  },
}

/** Expressions with another value in each execution. MariaDB uses the expressions of MySQL. */
const CHANGING_VALUES = {
  postgres: {
    'a random value': 'left(gen_random_uuid()::text, 20)',
    'the time of the transaction': "to_char(now(), 'SSSS.US')",
  },
  mysql: { 'a random value': 'left(uuid(), 20)', 'the time of the statement': 'left(time(now(6)), 20)' },
} as const

describe('record, for a data step in batches', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    for (const [name, { unsound, how, sound }] of Object.entries(STEPS)) {
      it(`refuses ${name}, and accepts its sound twin`, async () => {
        const chain = await chainOn(server, files(unsound))
        const error = await rejected(chain.record(), 'batch.depends')
        expect(error.message).to.match(how)
        chain.put(files(sound))
        await chain.record()
      })
    }

    it('says that a table of one row does not try several batches', async () => {
      const chain = await chainOn(
        server,
        files(STEPS['a running number']?.sound ?? '', { 'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a');" }),
      )
      await chain.record()
      const reported = chain.events.flatMap((event) => (event.type === 'release-recorded' ? event.reported : []))
      expect(reported.join('\n')).to.include('found one row to ')
    })

    it('reports the triggers and the columns that change with each row that the step writes', async () => {
      const trigger =
        server === 'postgres'
          ? `CREATE FUNCTION item_touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := NEW.name; RETURN NEW; END $$;
CREATE TRIGGER item_touched BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION item_touched();`
          : `ALTER TABLE item ADD COLUMN changed timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP;
CREATE TRIGGER item_touched BEFORE UPDATE ON item FOR EACH ROW SET NEW.name = NEW.name;`
      const declared = '-- interphase: effect mirrors because the test needs a trigger\n'
      const chain = await chainOn(
        server,
        files('UPDATE item SET n = 1 WHERE :batch AND n = 0', { 'r1/020-trigger.expand.sql': declared + trigger }),
      )
      await chain.record()
      const reported = chain.events.flatMap((event) => (event.type === 'release-recorded' ? event.reported : [])).join('\n')
      expect(reported).to.include('item_touched')
      if (server !== 'postgres') expect(reported).to.match(/column item\.changed changes with each row/)
    })

    it('refuses a statement without a placeholder, with the line', async () => {
      const chain = await chainOn(server, files(`${STEPS['a running number']?.sound};\nUPDATE item SET n = 1`))
      const error = await rejected(chain.record(), 'batch.statement')
      expect(error.message).to.include('010-part.migrate.sql:3')
    })

    // MySQL and MariaDB lock a row whose values stay the same, but do not count the row as written.
    it('refuses a statement that finds all rows for each range, although their values stay the same', async () => {
      const chain = await chainOn(server, files('UPDATE item SET n = CASE WHEN :batch THEN 1 ELSE n END'))
      const error = await rejected(chain.record(), 'batch.statement')
      expect(error.message).to.include('writes 5 rows')
      chain.put(files('UPDATE item SET n = CASE WHEN item.id > 0 THEN 1 ELSE n END WHERE :batch'))
      await chain.record()
    })

    for (const [what, value] of Object.entries(CHANGING_VALUES[server === 'postgres' ? 'postgres' : 'mysql'])) {
      it(`refuses ${what} for rows that already have a value, and accepts it for rows without one`, async () => {
        const chain = await chainOn(server, files(`UPDATE item SET name = ${value} WHERE :batch`))
        const error = await rejected(chain.record(), 'batch.depends')
        expect(error.message).to.include('when all rows already have their new values').and.include('table item')
        chain.put(files(`UPDATE item SET name = ${value}, n = 1 WHERE :batch AND n = 0`))
        await chain.record()
      })
    }

    it('accepts a statement without such a condition whose trigger writes the time', async () => {
      const trigger =
        server === 'postgres'
          ? `CREATE FUNCTION item_touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := clock_timestamp()::time::text; RETURN NEW; END $$;
CREATE TRIGGER item_touched BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION item_touched();`
          : 'CREATE TRIGGER item_touched BEFORE UPDATE ON item FOR EACH ROW SET NEW.name = left(uuid(), 20);'
      const declared = '-- interphase: effect mirrors because the test needs a trigger\n'
      const chain = await chainOn(server, files('UPDATE item SET n = 1 WHERE :batch', { 'r1/020-trigger.expand.sql': declared + trigger }))
      await chain.record()
    })

    if (server !== 'postgres')
      it('accepts a statement without such a condition if the server sets the time of a changed row', async () => {
        const column = 'ALTER TABLE item ADD COLUMN changed timestamp(6) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(6);'
        const chain = await chainOn(server, files('UPDATE item SET n = 1 WHERE :batch', { 'r1/020-changed.expand.sql': column }))
        await chain.record()
      })

    it('refuses a placeholder that limits only the rows of a subquery', async () => {
      // MySQL and MariaDB read the table of an UPDATE only in a derived table.
      const other = server === 'postgres' ? 'item' : '(SELECT * FROM item)'
      const step = `-- interphase: batch item as s\nUPDATE item SET n = 1 WHERE n = 0 AND EXISTS (SELECT 1 FROM ${other} s WHERE :batch AND s.id > 0);\n`
      const chain = await chainOn(server, files('', { 'r2/010-part.migrate.sql': step }))
      const error = await rejected(chain.record(), 'batch.statement')
      expect(error.message).to.include('A batch of one row writes 5 rows')
    })

    it('accepts a batch that writes several other rows of its table', async () => {
      const written: Files = {
        'r1/020-parent.expand.sql': 'ALTER TABLE item ADD COLUMN parent int;',
        'r2/rows/item.sql': "INSERT INTO item (id, name, parent) VALUES (1, 'a', NULL), (3, 'b', 1), (4, 'c', 1), (8, 'd', 1);",
        'r2/010-part.migrate.sql':
          server === 'postgres'
            ? '-- interphase: batch item as s\nUPDATE item SET n = 1 FROM item s WHERE item.parent = s.id AND item.n = 0 AND :batch;\n'
            : '-- interphase: batch item as s\nUPDATE item JOIN item s ON item.parent = s.id SET item.n = 1 WHERE item.n = 0 AND :batch;\n',
      }
      await (await chainOn(server, files('', written))).record()
    })

    it('refuses a table whose rows cannot be walked, and the remedy works', async () => {
      const step = 'UPDATE part SET n = 1 WHERE :batch AND part.n IS NULL'
      const walked: Files = {
        'r2/rows/item.sql': 'INSERT INTO part (item) VALUES (1), (2), (4);',
        'r2/010-part.migrate.sql': `-- interphase: batch part\n${step};\n`,
      }
      const chain = await chainOn(server, files('', walked))
      await rejected(chain.record(), 'batch.key')
      chain.put({ 'r1/020-key.expand.sql': 'ALTER TABLE part ADD CONSTRAINT part_pk PRIMARY KEY (item);' })
      await chain.record()
    })

    it('refuses an alias that the statement does not have, with the message of the server', async () => {
      const chain = await chainOn(
        server,
        files('', { 'r2/010-part.migrate.sql': '-- interphase: batch item as i\nUPDATE item SET n = 1 WHERE :batch;\n' }),
      )
      const error = await rejected(chain.record(), 'batch.depends')
      expect(error.message).to.match(/\bi\b/)
    })
  })
})
