import { expect } from 'chai'
import { chainOverFirst } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { answer, draftSql, expectWanted, projectWithRows, runDraft, sqlSource } from './drafting.ts'

const BASE = `CREATE TABLE customer (id int NOT NULL PRIMARY KEY, email varchar(80), name varchar(40) NOT NULL, fax varchar(20) NOT NULL, credit int NOT NULL, nick varchar(10));
CREATE TABLE purchase (id int NOT NULL PRIMARY KEY, customer_id int, total int, label varchar(20));
CREATE INDEX purchase_total ON purchase (total);
CREATE TABLE gone (id int NOT NULL PRIMARY KEY);
CREATE VIEW totals AS SELECT id, total FROM purchase;
`

const WANTED = `CREATE TABLE customer (id int NOT NULL PRIMARY KEY, email varchar(80) NOT NULL, full_name varchar(40) NOT NULL, credit bigint NOT NULL, nick varchar(30) DEFAULT 'x', level int NOT NULL, country char(2) NOT NULL DEFAULT 'NZ', born date,
  CONSTRAINT customer_email UNIQUE (email));
CREATE TABLE purchase (id int NOT NULL PRIMARY KEY, customer_id int NOT NULL, total int, label varchar(20), note varchar(9),
  CONSTRAINT purchase_customer FOREIGN KEY (customer_id) REFERENCES customer (id));
CREATE INDEX purchase_label ON purchase (label);
CREATE TABLE tag (id int NOT NULL PRIMARY KEY, word varchar(20) NOT NULL UNIQUE);
CREATE VIEW totals AS SELECT id, total FROM purchase;
CREATE VIEW words AS SELECT word FROM tag;
`

const CHECK = 'ALTER TABLE purchase ADD CONSTRAINT purchase_total_given CHECK (total >= 0);\n'

const NAMES = `CREATE TABLE person (id int NOT NULL PRIMARY KEY, given varchar(20), family varchar(20));
CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(20));
`

const ROWS = [
  "INSERT INTO customer (id, email, name, fax, credit, nick) VALUES (1, 'a@x', 'Ann', '1', 10, NULL), (2, NULL, 'Bob', '2', 20, 'b')",
  "INSERT INTO purchase (id, customer_id, total, label) VALUES (1, 1, 5, 'l'), (2, NULL, 6, NULL)",
]

const VALUES = {
  'customer-email-not-null': "concat('nobody', id)",
  'customer-level': '1',
  'purchase-customer-id-not-null': '1',
}

describe('interphase draft', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('writes a release that ends in the wanted schema, phase by phase, while both versions write', async () => {
      const chain = await projectWithRows(server, BASE, ROWS)
      const draft = await draftSql(chain, `${WANTED}${CHECK}`)
      expect(draft.unwritten).to.deep.equal([])
      const aboutFailedWrites = draft.questions.filter(({ question }) => question.includes('repeat a failed write'))
      expect(aboutFailedWrites).to.have.length(server === 'postgres' ? 0 : 1)
      answer(chain, draft, VALUES)
      await runDraft(chain, (phase) => written(server, phase))
      await expectWanted(chain, sqlSource(chain))
    })
  })

  onServers(['postgres'], (server) => {
    it('never guesses a rename', async () => {
      const chain = await chainOverFirst(server, { 'r1/010-base.expand.sql': NAMES })
      const one = NAMES.replace('given', 'first_name').replace('TABLE town', 'TABLE city')
      const likely = await draftSql(chain, one)
      const asked = likely.questions.map(({ question }) => question).join('\n')
      expect(asked)
        .to.include('Is person.first_name the new name of person.given?')
        .and.include('Is the table city the new name of the table town?')
      chain.remove('r1-draft')
      const named = await draftSql(chain, one, { release: 'r3', notRenamed: ['person.given'] })
      expect(named.questions.map(({ question }) => question).join('\n')).to.not.include('person.given')
      chain.remove('r3')
      const two = NAMES.replace('given', 'first_name').replace('family', 'last_name')
      const unclear = await draftSql(chain, two, { release: 'r4' })
      expect(unclear.questions.map(({ question }) => question)).to.deep.equal([
        'The table person loses family, given and gets first_name, last_name of the same type. Is a new column a new name of an old column? If so, this draft would lose the values of the column: remove both columns from the draft, and write the change with: interphase new --pattern rename-column.',
      ])
    })
  })
})

function written(_: ServerName, phase: string): readonly string[] {
  if (phase === 'contract') return ["INSERT INTO customer (id, email, full_name, credit, level) VALUES (9, 'z@x', 'Zoe', 90, 3)"]
  const id = phase === 'expand' ? 3 : 5
  return [
    `INSERT INTO customer (id, email, name, fax, credit) VALUES (${id}, '${id}@x', 'Old', '3', 30)`,
    `INSERT INTO customer (id, email, full_name, credit, level) VALUES (${id + 1}, '${id + 1}@x', 'New', 40, 2)`,
  ]
}
