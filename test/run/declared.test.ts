import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, preparedOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const ROWS = 7
const SCHEMA = `CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, code varchar(20), price numeric(10,2) DEFAULT 1.11 NOT NULL,
  gross numeric(10,2), writes int DEFAULT 0 NOT NULL, old int);`

/** A trigger counts each write of a row in the row. */
const COUNTING: Readonly<Record<'postgres' | 'mysql', string>> = {
  postgres: `CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.writes = OLD.writes + 1; RETURN NEW; END $$;
CREATE TRIGGER item_counted BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION counted();`,
  mysql: 'CREATE TRIGGER item_counted BEFORE UPDATE ON item FOR EACH ROW SET NEW.writes = OLD.writes + 1;',
}

const UPPER = `import { migrate, sql } from 'interphase'

export default migrate({
  table: 'item',
  size: 2,
  set: { code: sql\`upper(name)\`, gross: sql\`price * 1.19\` },
  where: sql\`name <> \${sql.literal("it's")} AND \${sql.identifier('item', 'id')} > \${sql.literal(-1)} -- a comment\`,
})
`

function files(step: string, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql': SCHEMA,
    'r1/020-counted.expand.postgres.sql': COUNTING.postgres,
    'r1/020-counted.expand.mysql.sql': COUNTING.mysql,
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b'), (6, 'c'), (9, 'd');",
    'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN more int;',
    'r2/010-code.migrate.ts': step,
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...more,
  }
}

async function expanded(server: ServerName, chainFiles: Files = files(UPPER)): Promise<ChainOnServer> {
  const inserts = Array.from({ length: ROWS }, (_, row) => `INSERT INTO item (id, name) VALUES (${(row + 1) * 3}, 'n${row + 1}')`)
  const prepare = async (chain: ChainOnServer) => {
    await chain.sql(...inserts)
    await chain.up({ only: 'expand' })
  }
  return preparedOn(server, chainFiles, inserts, prepare, { to: 'r1' })
}

/** The rows that differ from a step that wrote every row once. */
function wrong(chain: ChainOnServer): Promise<readonly object[]> {
  return chain.sql('SELECT * FROM item WHERE code IS NULL OR code <> upper(name) OR gross <> 1.32 OR writes <> 1')
}

describe('a declared data step', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('writes each row once, stops and resumes', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxRows: 3 }), 'run.limit')
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.have.length(ROWS - 3)
      await chain.up({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('counts the rows that an old writer adds, and writes only those', async () => {
      const chain = await expanded(server)
      await chain.up({ only: 'migrate' })
      await chain.sql("INSERT INTO item (id, name) VALUES (2, 'late')", "UPDATE item SET name = 'N1' WHERE id = 3")
      const step = await stepIn(chain)
      // The code of the second row is right, although its name has another case.
      expect(step?.pending).to.equal('1')
      await chain.up({ only: 'migrate' })
      expect((await stepIn(chain))?.pending).to.equal('0')
      expect(await chain.sql('SELECT id, code FROM item WHERE id = 2')).to.deep.equal([{ id: asNumber(server, 2), code: 'LATE' }])
    })

    it('writes a value that differs in case only', async () => {
      const chain = await expanded(server)
      await chain.sql("UPDATE item SET code = 'n2', gross = 1.32 WHERE id = 6")
      await chain.up({ only: 'migrate' })
      const rows = await chain.sql('SELECT id, code FROM item WHERE id IN (3, 6) ORDER BY id')
      expect(rows.map(({ code }) => code)).to.deep.equal(['N1', 'N2'])
    })

    it('is shown by plan and status, and status does not load its module', async () => {
      const chain = await expanded(
        server,
        files(`${UPPER}process.env['DECLARED_LOADS'] = (process.env['DECLARED_LOADS'] ?? '') + 'loaded '\n`),
      )
      const [plan] = await (await chain.open()).plan()
      const planned = plan?.phases.flatMap(({ migrations }) => migrations).find(({ id }) => id === STEP)
      expect(planned?.path).to.equal('batches')
      expect(planned?.statements.join('\n')).to.match(/^UPDATE .item. SET\n {2}.code. = \(upper\(name\)\)[\s\S]*WHERE :batch\n/)
      expect(planned?.pending).to.match(/^SELECT count\(\*\) FROM .item.\nWHERE /)
      await chain.up({ only: 'migrate' })
      const loads = process.env['DECLARED_LOADS']
      const step = await stepIn(chain)
      expect(loads).to.match(/^loaded/)
      expect(process.env['DECLARED_LOADS']).to.equal(loads)
      expect(step?.pending).to.equal('0')
      expect(step?.derived).to.deep.equal({ statements: planned?.statements, pending: planned?.pending })
    })

    it('runs again for the next release when its own release makes the table', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': SCHEMA,
        'r1/010-item.migrate.ts': UPPER,
      })
      chain.put({ 'r2/010-more.expand.sql': 'ALTER TABLE item ADD COLUMN more int;' })
      await chain.record()
      await chain.up()
      expect(await chain.sql('SELECT more FROM item')).to.deep.equal([])
    })

    it('must be derived as record executed it', async () => {
      const fromOutside = UPPER.replace(
        'export default',
        'const value = process.env.DECLARED_TEST === undefined ? sql`1.19` : sql`1.2`\nexport default',
      )
      const chain = await expanded(server, files(fromOutside.replace('price * 1.19', 'price * ${value}')))
      process.env['DECLARED_TEST'] = 'set'
      try {
        const error = await rejected(chain.up({ only: 'migrate' }), 'states.stale')
        expect(error.message).to.include('010-code.migrate.ts')
      } finally {
        delete process.env['DECLARED_TEST']
      }
    })

    const WRONG: Readonly<Record<string, { readonly step: string; readonly line: number; readonly says: RegExp }>> = {
      'a column that does not exist': { step: UPPER.replace('{ code:', '{\n    nothing:'), line: 7, says: /no column nothing/ },
      'a table that does not exist': { step: UPPER.replace("'item',", "'items',"), line: 3, says: /table items does not exist/ },
      'a fragment with another statement': {
        step: UPPER.replace(" AND ${sql.identifier('item', 'id')}", ') > 0; SELECT (1'),
        line: 3,
        says: /statement|syntax/,
      },
    }
    for (const [what, { step, line, says }] of Object.entries(WRONG)) {
      it(`names the file and the line of ${what}`, async () => {
        const error = await rejected(recordedOn(server, files(step)), 'batch.declaration')
        expect(error.message).to.match(says)
        expect(error.facts).to.include({ file: 'releases/r2/010-code.migrate.ts', line })
      })
    }

    it('names the file and the line of an expression that the server refuses', async () => {
      const error = await rejected(recordedOn(server, files(UPPER.replace('upper(name)', 'upper(nothing)'))), 'record.failed')
      expect(error.message)
        .to.match(/nothing/)
        .and.to.match(/010-code\.migrate\.ts:[3-9]\b/)
    })

    it('refuses a value that is interpolated, and names the way', async () => {
      const error = await rejected(recordedOn(server, files(UPPER.replace('upper(name)', "${'x'}"))), 'batch.declaration')
      expect(error.message).to.include('sql.literal(value)').and.to.include('010-code.migrate.ts:6')
    })
  })

  onServers(['mariadb', 'mysql'], (server) => {
    it('keeps the columns that the server would set to the current time', async () => {
      const changed = 'ALTER TABLE item ADD COLUMN changed timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP;'
      const chain = await expanded(server, files(UPPER, { 'r1/015-changed.expand.sql': changed }))
      await chain.sql("UPDATE item SET changed = '2001-01-01 00:00:00'")
      await chain.up({ only: 'migrate' })
      expect(await chain.sql("SELECT id FROM item WHERE changed <> '2001-01-01 00:00:00' OR code IS NULL")).to.deep.equal([])
    })
  })
})

const STEP = 'r2/010-code.migrate'

async function stepIn(chain: ChainOnServer) {
  const { releases } = await chain.status({ compareSchema: false })
  return releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)
}

function asNumber(server: ServerName, id: number): number | string {
  return server === 'postgres' ? String(id) : id
}
