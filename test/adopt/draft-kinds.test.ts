import { expect } from 'chai'
import { chainOverFirst } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { answer, draftSql, expectWanted, projectWithRows, runDraft, sqlSource } from './drafting.ts'

interface Kinds {
  readonly from: string
  readonly to: string
  readonly rows: readonly string[]
}

const POSTGRES: Kinds = {
  from: `CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id serial PRIMARY KEY, m mood, n int, price numeric(8,2), body text);
CREATE TABLE b (x int NOT NULL, y int NOT NULL, a_id int REFERENCES a (id), PRIMARY KEY (x));
CREATE VIEW v AS SELECT id, n FROM a;
CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 1';
CREATE INDEX b_y ON b (y);
COMMENT ON TABLE a IS 'old';`,
  to: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE size AS ENUM ('s', 'l');
CREATE SEQUENCE numbers;
CREATE TABLE a (id serial PRIMARY KEY, m mood, n int, price numeric(12,2), body text, twice int GENERATED ALWAYS AS (n * 2) STORED,
  s size NOT NULL DEFAULT 's', no bigint NOT NULL DEFAULT nextval('numbers'), u uuid DEFAULT gen_random_uuid());
CREATE TABLE b (x int NOT NULL, y int NOT NULL, a_id int, PRIMARY KEY (x, y),
  CONSTRAINT b_a_id_fkey FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
CREATE VIEW v AS SELECT id, n, price FROM a;
CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 2';
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION g();
CREATE UNIQUE INDEX b_y ON b (y);
CREATE INDEX a_low ON a (lower(body)) WHERE n > 0;
COMMENT ON TABLE a IS 'new';
COMMENT ON COLUMN a.n IS 'number';`,
  rows: ["INSERT INTO a (m, n) VALUES ('ok', 1), (NULL, NULL)", 'INSERT INTO b VALUES (1, 2, 1), (2, 3, NULL)'],
}

const MYSQL: Kinds = {
  from: `CREATE TABLE a (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, m enum('sad','ok'), n int, price decimal(8,2), body varchar(99));
CREATE TABLE b (x int NOT NULL, y int NOT NULL, a_id int, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id), PRIMARY KEY (x));
CREATE VIEW v AS SELECT id, n FROM a;
CREATE INDEX b_y ON b (y);`,
  to: `CREATE TABLE a (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, m enum('sad','ok','happy'), n int COMMENT 'number', price decimal(12,2),
  body varchar(99) NOT NULL DEFAULT '', twice int GENERATED ALWAYS AS (n * 2) STORED, half int GENERATED ALWAYS AS (n / 2) VIRTUAL,
  at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, doc json, FULLTEXT KEY a_body (body)) COMMENT = 'new';
CREATE TABLE b (x int NOT NULL, y int NOT NULL, a_id int, z bigint unsigned NOT NULL,
  CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE, PRIMARY KEY (x, y), CONSTRAINT b_far CHECK (y > x));
CREATE VIEW v AS SELECT id, n, price FROM a;
CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW SET NEW.z = COALESCE(NEW.z, 1);
CREATE UNIQUE INDEX b_y ON b (y);`,
  rows: ["INSERT INTO a (m, n) VALUES ('ok', 1), ('sad', NULL)", 'INSERT INTO b VALUES (1, 2, 1), (2, 3, NULL)'],
}

describe('drafts of every kind of object', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('end in the wanted schema', async () => {
      const { from, to, rows } = kindsOf(server)
      const chain = await projectWithRows(server, from, rows)
      const draft = await draftSql(chain, to)
      expect(draft.unwritten).to.deep.equal([])
      answer(chain, draft, () => '1')
      await runDraft(chain)
      await expectWanted(chain, sqlSource(chain))
    })
  })

  onServers(['postgres'], (server) => {
    it('name each object without SQL', async () => {
      const table = 'CREATE TABLE item (id int PRIMARY KEY, name text);'
      const chain = await chainOverFirst(server, { 'r1/010-item.expand.sql': table })
      const draft = await draftSql(chain, `${table} CREATE RULE quiet AS ON DELETE TO item DO INSTEAD NOTHING;`)
      expect(draft.files).to.deep.equal([])
      expect(draft.unwritten.map(({ object }) => object)).to.deep.equal(['rule quiet on item'])
      const rest = await draftSql(
        chain,
        `${table.replace('text', 'text, n int')} CREATE RULE quiet AS ON DELETE TO item DO INSTEAD NOTHING;`,
      )
      expect(rest.files.length).to.be.greaterThan(0)
      expect(rest.unwritten.map(({ object }) => object)).to.deep.equal(['rule quiet on item'])
    })
  })
})

function kindsOf(server: ServerName): Kinds {
  return server === 'postgres' ? POSTGRES : MYSQL
}
