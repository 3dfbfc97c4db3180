import { expect } from 'chai'
import type { KeyRangeWalker } from '../../../src/dialect/ranges.ts'
import { loadDialect } from '../../../src/dialects/open.ts'
import { dialectOfServer } from '../../support/chain.ts'
import { execute, onServers, type ServerName } from '../../support/servers.ts'

interface Example {
  /** Statements that create the table `t`. */
  readonly tables: readonly string[]
  readonly by?: readonly string[]
  /** The columns of the chosen key. */
  readonly columns?: readonly string[]
  readonly problem?: RegExp
  readonly remedy?: RegExp
}

const WITHOUT_BATCHES = /write the data step without batches\.$/i

const OF_ALL: { readonly [title: string]: Example } = {
  'is the primary key, in its order': {
    tables: ['CREATE TABLE t (a int, b int, c int NOT NULL UNIQUE, PRIMARY KEY (b, a))'],
    columns: ['b', 'a'],
  },
  'is without a primary key, the unique key with the fewest columns, and of two the first by name': {
    tables: [
      'CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int NOT NULL, CONSTRAINT u3 UNIQUE (a, b), CONSTRAINT u2 UNIQUE (c), CONSTRAINT u1 UNIQUE (b))',
    ],
    columns: ['b'],
  },
  'is a unique index': { tables: ['CREATE TABLE t (a int NOT NULL)', 'CREATE UNIQUE INDEX i ON t (a)'], columns: ['a'] },
  'is the columns of `by`': {
    tables: ['CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c int NOT NULL, UNIQUE (b, c))'],
    by: ['b', 'c'],
    columns: ['b', 'c'],
  },
  'is no key whose columns can be NULL': {
    tables: ['CREATE TABLE t (a int UNIQUE)'],
    problem: /^No key of t gives an order .* \(the .*: column a can be NULL\)$/,
    remedy: WITHOUT_BATCHES,
  },
  'is no key of a table without keys': {
    tables: ['CREATE TABLE t (a int)'],
    problem: /^t has no primary key and no unique key$/,
    remedy: /^Before the data step runs, give t a primary key.*NOT NULL.*write the data step without batches\.$/,
  },
  'is not `by` in another order': {
    tables: ['CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))'],
    by: ['b', 'a'],
    problem: /^The order of the columns \(b, a\) is not that of the primary key of t$/,
    remedy: /^Write: by \(a, b\)$/,
  },
  'is not `by` columns that are not a key': {
    tables: ['CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL)'],
    by: ['b'],
    problem: /^t has no unique key on exactly the columns \(b\)$/,
    remedy: /^Leave "by" out, or write: by \(a\)$/,
  },
  'is not `by` a key that can be NULL': {
    tables: ['CREATE TABLE t (a int PRIMARY KEY, b int, CONSTRAINT u UNIQUE (b))'],
    by: ['b'],
    problem: /^The unique constraint u on t does not serve: column b can be NULL$/,
    remedy: /^Leave "by" out, or write: by \(a\)$/,
  },
  'is no key of a table that does not exist': {
    tables: ['CREATE TABLE other (a int PRIMARY KEY)'],
    problem: /^t is not a table of the schema at this point$/,
  },
  'is no key of a view': {
    tables: ['CREATE TABLE other (a int PRIMARY KEY)', 'CREATE VIEW t AS SELECT * FROM other'],
    problem: /^t is not a table/,
  },
}

const unfit = (tables: readonly string[], because: string): Example => ({
  tables,
  problem: new RegExp(`: ${because}\\)$`),
  remedy: WITHOUT_BATCHES,
})
const oneIndex = (index: string, because: string) => unfit(['CREATE TABLE t (a text NOT NULL, b int NOT NULL)', index], because)

const OF_POSTGRES: { readonly [title: string]: Example } = {
  'a deferrable key does not serve': unfit(['CREATE TABLE t (a int PRIMARY KEY DEFERRABLE)'], 'it is deferrable'),
  'a partial index does not serve': oneIndex('CREATE UNIQUE INDEX ON t (b) WHERE b > 0', 'it does not include every row'),
  'an index on an expression does not serve': oneIndex('CREATE UNIQUE INDEX ON t (lower(a))', 'lower\\(a\\) is not a plain column'),
  'an index with another collation does not serve': oneIndex(
    'CREATE UNIQUE INDEX ON t (a COLLATE "C")',
    'a COLLATE "C" is not a plain column',
  ),
  'an index with another operator class does not serve': oneIndex(
    'CREATE UNIQUE INDEX ON t (a text_pattern_ops)',
    'a text_pattern_ops is not a plain column',
  ),
  'an index with another place of NULL does not serve': oneIndex(
    'CREATE UNIQUE INDEX ON t (b NULLS FIRST)',
    'b NULLS FIRST is not a plain column',
  ),
  'an index in two directions does not serve': oneIndex(
    'CREATE UNIQUE INDEX ON t (a, b DESC)',
    'it mixes ascending and descending columns',
  ),
  'an invalid key of a partitioned table does not serve': unfit(
    [
      'CREATE TABLE t (a int NOT NULL) PARTITION BY RANGE (a)',
      'CREATE TABLE t_1 PARTITION OF t DEFAULT',
      'ALTER TABLE ONLY t ADD UNIQUE (a)',
    ],
    'it is not valid',
  ),
  'the rows of a table that inherits have no key': {
    tables: ['CREATE TABLE t (a int PRIMARY KEY)', 'CREATE TABLE heir () INHERITS (t)'],
    problem: /^The key of t does not include the rows of heir, which inherits from it$/,
    remedy: WITHOUT_BATCHES,
  },
  'included columns are not part of the key': {
    tables: ['CREATE TABLE t (a int, b int, PRIMARY KEY (a) INCLUDE (b))'],
    columns: ['a'],
  },
  'the place of the rows serves if `by` names it': { tables: ['CREATE TABLE t (a int)'], by: ['ctid'], columns: ['ctid'] },
  'the place of the rows of a foreign table does not serve': {
    tables: [
      'CREATE EXTENSION file_fdw',
      'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw',
      "CREATE FOREIGN TABLE t (a int) SERVER files OPTIONS (filename '/dev/null')",
    ],
    by: ['ctid'],
    problem: /^t is a foreign table/,
    remedy: WITHOUT_BATCHES,
  },
  'a descending index with names in quotes serves': {
    tables: ['CREATE TABLE t ("Key ""x" int NOT NULL, "a b" int NOT NULL)', 'CREATE UNIQUE INDEX ON t ("Key ""x" DESC, "a b" DESC)'],
    columns: ['Key "x', 'a b'],
  },
}

const OF_MYSQL: { readonly [title: string]: Example } = {
  'an ENUM does not serve': unfit(
    ["CREATE TABLE t (a ENUM ('z', 'm', 'a') PRIMARY KEY)"],
    'column a is an enum, which the server sorts by number and compares as text',
  ),
  'a SET does not serve': unfit(["CREATE TABLE t (a SET ('z', 'a') PRIMARY KEY)"], 'column a is a set, which .*'),
  'a FLOAT does not serve': unfit(['CREATE TABLE t (a FLOAT PRIMARY KEY)'], 'column a is a float, whose values have no exact text'),
  'a DOUBLE does not serve': unfit(['CREATE TABLE t (a DOUBLE PRIMARY KEY)'], 'column a is a double, whose values have no exact text'),
  'a prefix does not serve': unfit(['CREATE TABLE t (a VARCHAR(50) NOT NULL, UNIQUE (a(9)))'], 'a\\(9\\) is not a plain column'),
  'a key in two directions does not serve': unfit(
    ['CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE (a, b DESC))'],
    'it mixes ascending and descending columns',
  ),
  'another engine does not serve': {
    tables: ['CREATE TABLE t (a int PRIMARY KEY) ENGINE = MyISAM'],
    problem: /^t has the engine MyISAM, whose rows are not part of the transaction/,
    remedy: WITHOUT_BATCHES,
  },
  'a unique key serves in place of a primary key that does not': {
    tables: ["CREATE TABLE t (a ENUM ('z', 'a') PRIMARY KEY, b BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE)"],
    columns: ['b'],
  },
  'the case of a name in `by` does not matter': { tables: ['CREATE TABLE t (Id int PRIMARY KEY)'], by: ['ID'], columns: ['Id'] },
}

const OF_FLAVOUR: { readonly [S in ServerName]: { readonly [title: string]: Example } } = {
  'postgres': OF_POSTGRES,
  'postgres-system': OF_POSTGRES,
  'mysql': {
    ...OF_MYSQL,
    'an invisible key does not serve': unfit(
      ["CREATE TABLE t (a ENUM ('z') PRIMARY KEY, b int NOT NULL, UNIQUE (b) INVISIBLE)"],
      'column a is an enum, .*; the unique constraint b on t: queries do not use it',
    ),
    'a key on an expression does not serve': unfit(['CREATE TABLE t (a int NOT NULL, UNIQUE ((a + 1)))'], '\\(.*\\) is not a plain column'),
  },
  'mariadb': {
    ...OF_MYSQL,
    'a hash does not serve': unfit(
      ['CREATE TABLE t (a int NOT NULL, UNIQUE (a) USING HASH)'],
      'it is stored as a hash, which has no order',
    ),
    'a key that is too long for an ordered index does not serve': unfit(
      ['CREATE TABLE t (a varchar(2000) CHARACTER SET utf8mb4 NOT NULL, UNIQUE (a))'],
      'it is stored as a hash, which has no order',
    ),
    'an ignored key does not serve': unfit(
      ["CREATE TABLE t (a ENUM ('z') PRIMARY KEY, b int NOT NULL, UNIQUE (b) IGNORED)"],
      'column a is an enum, .*; the unique constraint b on t: queries do not use it',
    ),
  },
}

describe('the key of a walk', () => {
  onServers(['postgres', 'mariadb', 'mysql'], (server, database) => {
    const chosenFor = async (tables: readonly string[], by?: readonly string[]): Promise<ReturnType<KeyRangeWalker['keyOf']>> => {
      const url = await database()
      await execute(url, ...tables)
      const dialect = await loadDialect(dialectOfServer(server))
      const session = await dialect.open({ url, purpose: 'interphase test' })
      try {
        return dialect.ranges.keyOf((await dialect.catalog.read(session, 'whole')).state, 't', by)
      } finally {
        await session.close()
      }
    }

    for (const [title, { tables, by, columns, problem, remedy }] of Object.entries({ ...OF_ALL, ...OF_FLAVOUR[server] })) {
      it(title, async () => {
        const chosen = await chosenFor(tables, by)
        if ('columns' in chosen) expect(chosen.columns.map(({ name }) => name)).to.deep.equal(columns)
        else {
          expect(columns, chosen.problem).to.equal(undefined)
          expect(chosen.problem).to.match(problem ?? /never/)
          expect(chosen.remedy).to.match(remedy ?? /./)
        }
      })
    }

    if (server === 'postgres') {
      it('is that of the partitioned table for one partition', async () => {
        const chosen = await chosenFor([
          'CREATE TABLE whole (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (b)',
          'CREATE TABLE t PARTITION OF whole DEFAULT',
        ])
        expect('columns' in chosen && chosen).to.deep.equal({
          table: 't',
          columns: [
            { name: 'a', type: 'integer' },
            { name: 'b', type: 'integer' },
          ],
        })
      })
    } else {
      it('would lose rows if it had an ENUM: the server sorts by number and compares as text', async () => {
        const rows = await execute(
          await database(),
          "CREATE TABLE t (a ENUM ('z', 'm', 'a') PRIMARY KEY)",
          "INSERT INTO t VALUES ('z'), ('m'), ('a')",
          "SELECT (SELECT group_concat(a ORDER BY a) FROM t) AS sorted, (SELECT group_concat(a ORDER BY a) FROM t WHERE a > 'm') AS behind",
        )
        // The row behind 'm' in the order of the walk is 'a'.
        expect(rows).to.deep.equal([{ sorted: 'z,m,a', behind: 'z' }])
      })
    }

    it('exists after the remedy was followed', async () => {
      const ways = [
        ['CREATE TABLE t (a int)', 'ALTER TABLE t ADD PRIMARY KEY (a)'],
        ['CREATE TABLE t (a int NOT NULL)', 'CREATE UNIQUE INDEX i ON t (a)'],
      ]
      for (const way of ways) expect(await chosenFor(way)).to.have.property('columns')
    })
  })
})
