import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { BegunChange } from '../../src/engine.ts'
import type { PatternArguments } from '../../src/project/patterns/pattern.ts'
import type { PatternName } from '../../src/project/patterns/patterns.ts'
import { objectIdOf, type SchemaObject } from '../../src/schema/object.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOverFirst, dialectOfServer, type Files, objectsAt } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onEachDialect, onEveryServer, onServers, type ServerName } from '../support/servers.ts'

const LONG = 'x'.repeat(300)

/** A table whose columns have everything that a pattern must not lose. */
const BASE: { readonly [D in 'postgres' | 'mysql']: string } = {
  postgres: `CREATE TABLE maker (id bigint PRIMARY KEY, name text);
CREATE TABLE product (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL, price numeric(12, 2) NOT NULL DEFAULT 1.5,
  maker bigint REFERENCES maker ON DELETE SET NULL, note varchar(40), UNIQUE (name), CHECK (name <> ''));
COMMENT ON COLUMN product.name IS 'what the shop calls it';
CREATE INDEX product_name_idx ON product (name, id DESC);
COMMENT ON INDEX product_name_idx IS 'for the list';
CREATE INDEX product_words ON product USING gin (to_tsvector('simple', name)) WHERE name <> 'none';
CREATE INDEX product_price ON product (price);
CREATE VIEW listed AS SELECT id, name FROM product WHERE name <> 'name';
CREATE VIEW made AS SELECT p.name, m.name AS maker FROM product p JOIN maker m ON m.id = p.maker;
CREATE VIEW listed_twice AS SELECT id, name FROM listed;
`,
  mysql: `CREATE TABLE maker (id bigint PRIMARY KEY, name text);
CREATE TABLE product (id bigint PRIMARY KEY, name varchar(400) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL COMMENT 'what the shop calls it',
  price decimal(12, 2) NOT NULL DEFAULT 1.5, maker bigint, note varchar(40), UNIQUE KEY product_name (name),
  CONSTRAINT product_maker FOREIGN KEY (maker) REFERENCES maker (id) ON DELETE SET NULL);
CREATE INDEX product_name_idx ON product (name, id DESC) COMMENT 'for the list';
CREATE INDEX product_start ON product (name(20));
CREATE INDEX product_price ON product (price);
CREATE VIEW listed AS SELECT id, name FROM product WHERE name <> 'name';
CREATE VIEW made AS SELECT p.name, m.name AS maker FROM product p JOIN maker m ON m.id = p.maker;
CREATE VIEW listed_twice AS SELECT id, name FROM listed;
`,
}

const ROWS = `INSERT INTO maker VALUES (1, 'm1'), (2, 'm2');
INSERT INTO product (id, name, maker) VALUES (1, '${LONG}', 1), (2, 'b', 2), (3, 'c', NULL);
`

/** The statements of both versions of the application, which `rehearse` executes after every commit. */
const PROBES: Files = {
  'old/010-add.sql': `INSERT INTO product (id, name) VALUES (101, 'old ${LONG}');`,
  'old/020-change.sql': "UPDATE product SET name = 'changed by old' WHERE id = 2;",
  'old/030-read.sql': 'SELECT name, maker FROM made;',
  'new/010-add.sql': `INSERT INTO product (id, title) VALUES (201, 'new ${LONG}'), (202, 'another');`,
  'new/020-change.sql': "UPDATE product SET title = 'changed by new' WHERE id = 3;",
  'new/030-read.sql': 'SELECT name, maker FROM made;',
}

describe('a pattern for a recorded column', () => {
  after(removeProjects)

  onEveryServer((server) => {
    it('renames a NOT NULL column while both versions write between all statements, and loses nothing', async () => {
      const probes = Object.fromEntries(Object.entries(PROBES).map(([path, text]) => [`r2/probes/${path}`, text]))
      const chain = await chainWith(server, { 'r2/rows/base.sql': ROWS, ...probes })
      const { questions } = await begin(chain, 'rename-column', { column: 'name', to: 'title' })
      expect(questions).to.deep.equal([])
      await chain.record()
      expect(renamed(await objectsAt(chain, 'r1'), 'name', 'title')).to.deep.equal(renamed(await objectsAt(chain, 'r2'), 'title', 'title'))
      const { dialects } = await (await chain.open()).rehearse({ releases: ['r2'] })
      expect(dialects.flatMap(({ releases }) => releases.flatMap(({ findings }) => findings))).to.deep.equal([])
      expect(dialects[0]?.releases[0]?.points.length).to.be.greaterThan(10)
    })
  })

  onEachDialect((server) => {
    for (const [column, to] of [
      ['price', 'cost'],
      ['maker', 'made_by'],
    ] as const)
      it(`renames ${column} with its default, index, foreign key and view`, async () => {
        const chain = await chainWith(server, { 'r2/rows/base.sql': ROWS })
        await begin(chain, 'rename-column', { column, to })
        await chain.record()
        expect(renamed(await objectsAt(chain, 'r1'), column, to)).to.deep.equal(renamed(await objectsAt(chain, 'r2'), to, to))
      })

    it('asks about a trigger and a foreign key that use the column', async () => {
      const trigger =
        dialectOfServer(server) === 'postgres'
          ? `CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := trim(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER tidied BEFORE INSERT ON product FOR EACH ROW EXECUTE FUNCTION tidy();
CREATE TABLE review (product text COLLATE "C" CONSTRAINT of_product REFERENCES product (name));
`
          : `CREATE TRIGGER tidied BEFORE INSERT ON product FOR EACH ROW SET NEW.name = trim(NEW.name);
CREATE TABLE review (product varchar(400) CHARACTER SET latin1 COLLATE latin1_bin, CONSTRAINT of_product FOREIGN KEY (product) REFERENCES product (name));
`
      const chain = await chainWith(server, {}, trigger)
      const { questions } = await begin(chain, 'rename-column', { column: 'name', to: 'title' })
      expect(questions.map(({ question }) => question.replace(/ uses the column.*$/s, ''))).to.deep.equal([
        'The foreign key of_product on review',
        'The trigger tidied on product',
      ])
    })

    it('makes a column NOT NULL without another change of the table', async () => {
      const checked = server === 'mariadb' ? " CHECK (note <> 'x')" : ''
      const more =
        dialectOfServer(server) === 'postgres'
          ? ''
          : `ALTER TABLE product MODIFY note varchar(40) CHARACTER SET latin1 DEFAULT 'n' COMMENT 'a note'${checked};\n`
      const chain = await chainWith(server, {}, more)
      await begin(chain, 'not-null', { column: 'note', value: "'none'" })
      await chain.record()
      const required = (one: SchemaObject) => (objectIdOf(one) === 'column:product.note' ? { ...one, nullable: false } : one)
      const byId = (a: SchemaObject, b: SchemaObject) => (objectIdOf(a) < objectIdOf(b) ? -1 : 1)
      expect((await objectsAt(chain, 'r2')).toSorted(byId)).to.deep.equal((await objectsAt(chain, 'r1')).map(required).toSorted(byId))
    })

    it('changes a type, and asks about everything that can depend on the type', async () => {
      const chain = await chainWith(server)
      const { questions } = await begin(chain, 'change-type', { column: 'price', to: 'cost', type: 'bigint' })
      expect(questions.map(({ question }) => question)).to.have.length(1)
      expect(questions[0]?.question).to.include('The default of product.price is 1.5')
      answer(chain, '')
      await chain.record()
      const after = await objectsAt(chain, 'r2')
      expect(after.find((one) => objectIdOf(one) === 'column:product.cost')).to.deep.include({ type: 'bigint', nullable: false })
      expect(after.some((one) => one.kind === 'index' && one.keys[0] === 'cost')).to.equal(true)
    })

    it('drops a column that other objects use, and asks about the views', async () => {
      const chain = await chainWith(server)
      const { questions } = await begin(chain, 'drop-column', { column: 'maker' })
      expect(questions.map(({ question }) => question.replace(/ Its recorded query.*$/s, ''))).to.deep.equal([
        'The view made reads the column product.maker. Write the statements here that create it without the column, or drop it if no code reads it.',
      ])
      answer(chain, 'DROP VIEW made;\n')
      await chain.record()
      const left = (await objectsAt(chain, 'r2')).filter(
        (one) => JSON.stringify(one).includes('maker') && 'table' in one && one.table === 'product',
      )
      expect(left).to.deep.equal([])
    })

    it('moves a NOT NULL column into another table with its definition, its index and its default', async () => {
      const chain = await chainWith(server)
      const { questions } = await begin(chain, 'split-table', { column: 'price', to: 'product_price_of' })
      expect(questions).to.have.length(1)
      expect(questions[0]?.question).to.include('gets this default')
      answer(chain, '')
      await chain.record()
      const [before, after] = [await objectsAt(chain, 'r1'), await objectsAt(chain, 'r2')]
      const price = (objects: readonly SchemaObject[], table: string) => objects.find((one) => objectIdOf(one) === `column:${table}.price`)
      expect(price(after, 'product_price_of')).to.deep.equal({ ...price(before, 'product'), table: 'product_price_of' })
      expect(after.some((one) => one.kind === 'index' && one.table === 'product_price_of' && one.keys[0] === 'price')).to.equal(true)
    })

    it('refuses names that the recorded schema does not contain, and lists similar names', async () => {
      const chain = await chainWith(server)
      const failing = async (pattern: PatternName, names: Partial<PatternArguments>) =>
        (await rejected(begin(chain, pattern, names), 'usage')).message
      expect(await failing('rename-column', { column: 'nmae', to: 'title' }))
        .to.include('has no column nmae in the table product')
        .and.include('name')
      expect(await failing('rename-column', { table: 'produkt', column: 'name', to: 'title' }))
        .to.include('has no table produkt')
        .and.include('product')
      expect(await failing('rename-column', { column: 'name', to: 'price' })).to.include('already has a column price')
      expect(await failing('rename-column', { column: 'id', to: 'number' })).to.include('belongs to the primary key')
      expect(await failing('not-null', { column: 'name', value: "''" })).to.include('already NOT NULL')
      expect(await failing('rename-column', { column: 'name' })).to.include('needs --to')
      expect(await failing('not-null', { column: 'note' })).to.include('needs --value')
      expect(chain.has('r2')).to.equal(false)
    })
  })

  onServers(['mysql'], (server) => {
    it('copies an index on an expression of the column', async () => {
      const chain = await chainWith(server, {}, 'CREATE INDEX product_lower ON product ((lower(note)));\n')
      const { questions } = await begin(chain, 'rename-column', { column: 'note', to: 'remark' })
      expect(questions.map(({ question }) => question)).to.deep.equal([
        'The server blocks writes to product while it creates the index product_lower_remark on product. Is the table small enough, or does no session write meanwhile?',
      ])
      answer(chain, '')
      await chain.record()
      const { findings } = await (await chain.open()).check()
      expect(findings.filter(({ severity, exception }) => severity === 'error' && exception === undefined)).to.deep.equal([])
      expect(renamed(await objectsAt(chain, 'r1'), 'note', 'remark')).to.deep.equal(
        renamed(await objectsAt(chain, 'r2'), 'remark', 'remark'),
      )
    })
  })

  onServers(['mariadb', 'mysql'], (server) => {
    it('names a FULLTEXT index as the reason why the server copies the table', async () => {
      const table = `CREATE TABLE article (id bigint PRIMARY KEY, title varchar(300) NOT NULL, body text, FULLTEXT KEY article_words (title, body));\n`
      const chain = await chainWith(server, { 'r2/rows/base.sql': "INSERT INTO article VALUES (1, 'a', 'b');\n" }, table)
      const { questions } = await begin(chain, 'rename-column', { table: 'article', column: 'title', to: 'headline' })
      expect(questions.filter(({ question }) => question.includes('index article_words'))).to.have.length(3)
      answer(chain, '')
      await chain.record()
      const after = await objectsAt(chain, 'r2')
      expect(after.filter((one) => one.kind === 'index').map(({ method, keys }) => [method, keys])).to.deep.include([
        'fulltext',
        ['headline', 'body'],
      ])
      expect(after.find((one) => objectIdOf(one) === 'column:article.headline')).to.deep.include({ type: 'varchar(300)', nullable: false })
      const report = await (await chain.open()).check()
      expect(report.findings.filter(({ severity, exception }) => severity === 'error' && exception === undefined)).to.deep.equal([])
    })

    it('names the FULLTEXT index where a statement fails or is too expensive', async () => {
      const table = `CREATE TABLE article (id bigint PRIMARY KEY, title varchar(300) NOT NULL, body text, FULLTEXT KEY article_words (title, body));\n`
      const chain = await chainWith(
        server,
        { 'r2/010-a.expand.sql': 'ALTER TABLE article ADD COLUMN teaser text NULL, ALGORITHM=INSTANT;\n' },
        table,
      )
      const failed = await rejected(chain.record(), 'record.failed')
      expect(failed.message).to.include('If the table has a FULLTEXT index')
      chain.put({ 'r2/010-a.expand.sql': 'ALTER TABLE article ADD COLUMN teaser text NULL;\n' })
      await chain.record()
      const { findings } = await (await chain.open()).check()
      expect(findings.find(({ code }) => code === 'policy.price')?.remedy).to.include('(index article_words on article)')
    })

    it('renames a column without an empty value in a table with a FULLTEXT index', async () => {
      const table = `CREATE TABLE article (id bigint PRIMARY KEY, body text NOT NULL, words text, FULLTEXT KEY article_words (words));\n`
      const chain = await chainWith(server, {}, table)
      await begin(chain, 'rename-column', { table: 'article', column: 'body', to: 'content' })
      answer(chain, '')
      await chain.record()
      const after = await objectsAt(chain, 'r2')
      expect(after.find((one) => objectIdOf(one) === 'column:article.content')).to.deep.include({ type: 'text', nullable: false })
    })

    it('names the storage engine as the reason why the server copies a table', async () => {
      const files = {
        'r2/010-a.expand.sql': 'ALTER TABLE legacy ADD COLUMN note text NULL;\n',
        'r2/020-b.expand.sql': 'CREATE INDEX legacy_name ON legacy (name);\n',
      }
      const chain = await chainWith(server, files, LEGACY)
      await chain.record()
      const { findings } = await (await chain.open()).check()
      const remedies = findings.filter(({ code }) => code === 'policy.price').map(({ remedy }) => remedy)
      expect(remedies).to.have.length(2)
      for (const remedy of remedies)
        expect(remedy).to.include('the table legacy has the storage engine MyISAM').and.not.include('LOCK=NONE')
      chain.put({ 'r2/010-a.expand.sql': 'ALTER TABLE legacy ADD COLUMN note text NULL, ALGORITHM=INSTANT;\n' })
      const failed = await rejected(chain.record(), 'record.failed')
      expect(failed.message).to.include('another storage engine than InnoDB')
    })

    it('writes patterns for a table of another storage engine without ALGORITHM', async () => {
      const chain = await chainWith(server, {}, LEGACY)
      const { questions } = await begin(chain, 'unique', { table: 'legacy', key: 'id', column: 'name' })
      expect(questions.map(({ question }) => question).join()).to.include('the table legacy has the storage engine MyISAM')
      answer(chain, '')
      await chain.record()
      const report = await (await chain.open()).check()
      expect(report.findings.filter(({ severity, exception }) => severity === 'error' && exception === undefined)).to.deep.equal([])
      const refused = await rejected(begin(chain, 'split-table', { table: 'legacy', key: 'id', column: 'name', to: 'names' }), 'usage')
      expect(refused.message).to.include('no foreign key can refer to a table with the storage engine MyISAM')
    })

    it('writes the data step without batches for a table that cannot roll back', async () => {
      const chain = await chainWith(server, {}, LEGACY)
      await begin(chain, 'rename-column', { table: 'legacy', column: 'name', to: 'title' })
      answer(chain, '')
      await chain.record()
    })
  })
})

const LEGACY = 'CREATE TABLE legacy (id bigint PRIMARY KEY, name varchar(40) NOT NULL) ENGINE = MyISAM;\n'

async function chainWith(server: ServerName, files: Files = {}, more = ''): Promise<ChainOnServer> {
  const base = BASE[dialectOfServer(server) === 'postgres' ? 'postgres' : 'mysql']
  return chainOverFirst(server, { 'r1/010-base.expand.sql': `${base}${more}`, ...files })
}

async function begin(chain: ChainOnServer, name: PatternName, names: Partial<PatternArguments>): Promise<BegunChange> {
  return (await chain.open()).begin('r2', '010-p', { pattern: { name, names: { table: 'product', ...names } } })
}

/** Removes the questions from the files of the change, and writes statements at the beginning of contract. */
function answer(chain: ChainOnServer, statements: string): void {
  const directory = join(chain.root, 'releases', 'r2')
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.sql'))) {
    const text = readFileSync(join(directory, name), 'utf8').replaceAll(/^-- interphase: question .*\n/gm, '')
    const head = /^(?:--.*\n)*/.exec(text)?.[0] ?? ''
    writeFileSync(join(directory, name), name.includes('.contract') ? `${head}${statements}${text.slice(head.length)}` : text)
  }
}

/** Returns the facts of the column, of the constraints and indexes with it and of the views, without the names of the rules. */
function renamed(objects: readonly SchemaObject[], from: string, to: string): readonly string[] {
  const facts = objects.flatMap((object): object[] => {
    if (object.kind === 'view') return [{ name: object.name, columns: object.columns }]
    if (!('table' in object) || object.table !== 'product') return []
    if (object.kind === 'column') return [object.name === from ? { ...object, name: to } : object]
    const { name: _name, references, ...rest } = { references: undefined, ...object, ownIndex: undefined, dependsOn: undefined }
    return [{ references, ...(JSON.parse(JSON.stringify(rest).replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to)) as object) }]
  })
  return facts.map((one) => JSON.stringify(sorted(one))).sort()
}

/** Returns a value whose objects have their keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  )
}
