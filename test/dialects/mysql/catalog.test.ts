import { expect } from 'chai'
import type { CatalogReading, CatalogReadScope, DatabaseSession } from '../../../src/dialect/dialect.ts'
import { sql } from '../../../src/dialect/sql.ts'
import { describeDifferences, describeObjectChange } from '../../../src/schema/describe.ts'
import { differences, isSameSchemaState } from '../../../src/schema/difference.ts'
import type { SchemaObject, SchemaObjectId } from '../../../src/schema/object.ts'
import {
  findDependentGroupKeys,
  findReferencingGroupKeys,
  objectsOfState,
  replaceGroupsInState,
  selectGroupsOfState,
} from '../../../src/schema/state.ts'
import { EVERYTHING, ONLY } from './everything.ts'
import { AT, onBoth } from './support.ts'

const find = (reading: CatalogReading, id: SchemaObjectId): SchemaObject | undefined =>
  [...reading.state.groups.values()].map((group) => group.get(id)).find((object) => object !== undefined)

const ids = (reading: CatalogReading) => [...objectsOfState(reading.state)].map((object) => `${object.kind} ${object.name}`)

describe('the catalog of MySQL and MariaDB', () => {
  onBoth((server, { dialect, database, open }) => {
    const read = (session: DatabaseSession, scope: CatalogReadScope) => dialect.catalog.read(session, scope)

    async function everything() {
      const url = await database(...EVERYTHING, ...ONLY[server])
      const session = await open(url)
      const [row] = await session.query<{ collation: string }>(sql`SELECT @@collation_database AS collation`)
      return { session, reading: await read(session, 'whole'), databaseCollation: row?.collation }
    }

    it('models every kind of object', async () => {
      const { reading, databaseCollation } = await everything()
      expect(reading.remarks).to.deep.equal([])
      // Text takes the default of the database, which is another one on each server.
      const text = { collation: databaseCollation, ofDatabase: true }
      const column = (name: string, table = 'child') => find(reading, `column:${table}.${name}`)
      const of = (name: string, rest: object) => ({ kind: 'column', table: 'child', name, nullable: true, ...rest })
      expect(column('id')).to.deep.equal(of('id', { type: 'bigint', nullable: false, identity: 'auto increment' }))
      expect(column('flag')).to.deep.equal(of('flag', { type: 'tinyint(1)', nullable: false, default: '0' }))
      expect(column('t3')).to.deep.equal(of('t3', { type: 'tinyint' }))
      expect(column('z')).to.deep.equal(of('z', { type: 'int(5) unsigned zerofill', default: '00007' }))
      expect(column('s')).to.deep.equal(of('s', { type: 'varchar(30)', nullable: false, default: "'it''s'", ...text }))
      expect(column('d')).to.deep.equal(of('d', { type: 'decimal(10,2)', default: '1.50' }))
      const moment = 'CURRENT_TIMESTAMP(3)'
      expect(column('ts')).to.deep.equal(of('ts', { type: 'timestamp(3)', nullable: false, default: moment, onUpdate: moment }))
      expect(column('dt')).to.deep.equal(of('dt', { type: 'datetime', default: 'CURRENT_TIMESTAMP' }))
      expect(column('js')).to.deep.equal(of('js', { type: 'json' }))
      expect(column('u')).to.deep.equal(of('u', { type: 'varchar(36)', default: 'uuid()', ...text }))
      expect(column('bn')).to.deep.equal(of('bn', { type: 'binary(3)', default: "'ab\\0'" }))
      const generated = { expression: "concat(`s`,'x')", stored: true }
      expect(column('g2')).to.deep.equal(
        of('g2', { type: 'varchar(50)', generated, comment: 'gen', dependsOn: ['column:child.s'], ...text }),
      )
      expect(column('nm')).to.deep.equal(of('nm', { type: 'varchar(9)', collation: 'latin1_bin' }))
      expect(column('inv')).to.deep.equal(of('inv', { type: 'int', invisible: true }))
      // The default of its character set, which is another one on MariaDB 11.8.
      expect(column('code', 'parent'))
        .to.have.property('collation')
        .that.match(/^utf8mb3_(?:general|uca1400_ai)_ci$/)
      expect(find(reading, 'table:parent')).to.include({ comment: "it's; a `parent`" })
      expect(find(reading, 'table:isam')).to.deep.include({ traits: ['engine MyISAM'], collation: 'latin1_bin' })
      expect(find(reading, 'table:child')).to.include(text)
      expect(find(reading, 'table:part')).to.include({ partitioning: 'PARTITION BY RANGE (`id`)' })
      expect(find(reading, 'column:odd name; -- `x`.sel`ect')).to.include({ type: 'int' })
    })

    if (server === 'mariadb') {
      it('reads the bytes of a default that are text as text, whichever way they are printed', async () => {
        const url = await database(
          "CREATE TABLE b (a varbinary(9) DEFAULT 0x275c0a0d00c3bc, b binary(2) DEFAULT 'x', c varbinary(9) DEFAULT '')",
        )
        const reading = await read(await open(url), 'whole')
        const defaults = ['a', 'b', 'c'].map((name) => find(reading, `column:b.${name}`))
        expect(defaults.map((column) => column?.kind === 'column' && column.default)).to.deep.equal(["'''\\\\\\n\\r\\0ü'", "'x\\0'", "''"])
      })
    }

    it('models keys, rules and what runs', async () => {
      const { reading } = await everything()
      expect(find(reading, 'unique:parent.code_u')).to.deep.equal({ kind: 'unique', table: 'parent', name: 'code_u', columns: ['code'] })
      expect(find(reading, 'primary-key:part.PRIMARY')).to.deep.include({ columns: ['id'] })
      expect(find(reading, 'check:child.c_pos')).to.deep.include({ dependsOn: ['column:child.s', 'column:child.z'] })
      const fk = { kind: 'foreign-key', table: 'child', references: { table: 'parent', columns: ['id'] } }
      const cascade = { onDelete: 'cascade', onUpdate: 'cascade' }
      expect(find(reading, 'foreign-key:child.fk1')).to.deep.equal({
        ...fk,
        ...cascade,
        name: 'fk1',
        columns: ['parent_id'],
        ownIndex: 'fk1',
      })
      expect(find(reading, 'foreign-key:child.child_ibfk_1')).to.deep.equal({
        ...fk,
        name: 'child_ibfk_1',
        columns: ['p2'],
        ownIndex: 'p2',
      })
      expect(find(reading, 'foreign-key:child.fk3')).to.deep.equal({ ...fk, name: 'fk3', columns: ['p3'] })
      expect(find(reading, 'index:child.p3_i')).to.deep.include({ keys: ['p3'], method: 'btree' })
      expect(find(reading, 'index:child.s_pre')).to.deep.include({ keys: ['s(5)', 'id DESC'] })
      expect(find(reading, 'index:child.ft')).to.include({ method: 'fulltext' })
      expect(find(reading, 'index:geo.sg')).to.include({ method: 'spatial' })
      expect(find(reading, 'index:child.inx')).to.include({ invisible: true })
      expect(find(reading, 'trigger:child.tr0')).to.include({ fires: 'before insert', order: 1, action: 'SET NEW.z = 4' })
      expect(find(reading, 'trigger:child.tr1')).to.include({ order: 2 })
      expect(find(reading, 'function:twice')).to.include({ routine: 'function' })
      expect(find(reading, 'function:twice()')).to.include({ routine: 'procedure' })
      const view = find(reading, 'view:recent')
      expect(view).to.have.property('dependsOn').that.includes.members(['column:child.flag', 'function:twice', 'table:parent'])
      expect(find(reading, 'view:a_first')).to.deep.include({
        dependsOn: ['view:recent'],
        options: ['algorithm=merge', 'with local check option', 'sql security invoker'],
      })
      expect(find(reading, 'opaque:event nightly')).to.have.property('hash').with.length(64)
      expect(ids(reading).filter((id) => id.includes('interphase'))).to.deep.equal([])
    })

    it(`models what only ${server} has`, async () => {
      const { reading } = await everything()
      if (server === 'mysql') {
        expect(find(reading, 'index:child.ix')).to.deep.include({ keys: ['(upper(`s`))'], dependsOn: ['column:child.s'] })
        expect(find(reading, 'check:child.lax')).to.include({ notEnforced: true, expression: '`t3` < 100' })
        return
      }
      expect(find(reading, 'sequence:numbers')).to.include({ start: '5', increment: '2', minimum: '1' })
      expect(find(reading, 'table:versioned')).to.deep.include({ traits: ['system versioning'] })
      expect(find(reading, 'column:versioned.id')).to.include({ default: 'nextval(`numbers`)' })
    })

    it('reads groups one by one as it reads them all', async () => {
      const { session, reading } = await everything()
      for (const key of reading.state.groups.keys()) {
        const { state } = await read(session, [key])
        expect(differences(selectGroupsOfState(reading.state, [key]), state), key).to.deep.equal([])
      }
      const { state } = await read(session, [
        'table:gone',
        'view:gone',
        'function:gone()',
        'opaque:event gone',
        'sequence:gone',
        'table:recent',
      ])
      expect(state.groups.size).to.equal(0)
    })

    it('knows no database by its name', async () => {
      const [a, b] = [await everything(), await everything()]
      expect(differences(a.reading.state, b.reading.state)).to.deep.equal([])
      expect(isSameSchemaState(a.reading.state, b.reading.state)).to.equal(true)
    })

    it('sees every change, and nothing else', async () => {
      const { session, reading } = await everything()
      const CHANGES: readonly (readonly [string, string])[] = [
        ['ALTER TABLE parent MODIFY big int', '~ column parent.big: default 5 to none; type bigint to int'],
        ['ALTER TABLE parent ADD note text', '+ column parent.note text'],
        ['ALTER TABLE parent DROP KEY code_u', '- unique constraint code_u on parent'],
        ['ALTER TABLE child DROP FOREIGN KEY fk3', '- foreign key fk3 on child'],
        ["ALTER TABLE child MODIFY e enum('a','b''c','d') DEFAULT 'a'", "~ column child.e: type enum('a','b''c') to enum('a','b''c','d')"],
        ['DROP TRIGGER tr0', '- trigger tr0 on child,~ trigger tr1 on child: order 2 to 1'],
        ['DROP VIEW a_first', '- view a_first'],
        ['ALTER TABLE part DROP PARTITION p0', ''],
        ['OPTIMIZE TABLE parent', ''],
        ['INSERT INTO parent (code) VALUES (1)', ''],
      ]
      let before = reading
      for (const [statement, change] of CHANGES) {
        await session.execute(statement, AT)
        const after = await read(session, 'whole')
        expect(describeDifferences(differences(before.state, after.state), describeObjectChange).join(), statement).to.equal(change)
        before = after
      }
    })

    it('shows the index that an authored statement left when the key went', async () => {
      const session = await open(
        await database('CREATE TABLE p (id int PRIMARY KEY)', 'CREATE TABLE c (p int, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id))'),
      )
      const before = await read(session, ['table:c'])
      await session.execute('ALTER TABLE c DROP FOREIGN KEY f', AT)
      const after = await read(session, ['table:c'])
      expect(differences(before.state, after.state).map(describeObjectChange)).to.deep.equal(['- foreign key f on c', '+ index f on c (p)'])
    })

    it('distinguishes a renamed table from a dropped and an added one', async () => {
      const session = await open(await database('CREATE TABLE `old-a` (id int PRIMARY KEY, v int, KEY v_i (v))', 'CREATE TABLE b (id int)'))
      const changes = async (...statements: readonly string[]) => {
        const before = await read(session, 'whole')
        for (const statement of statements) await session.execute(statement, AT)
        const after = await read(session, 'whole')
        return differences(before.state, after.state, { before: before.identities, after: after.identities, lasting: false }).map(
          describeObjectChange,
        )
      }
      expect(await changes('RENAME TABLE `old-a` TO new_a')).to.deep.equal([
        '~ column old-a.id is now column new_a.id',
        '~ column old-a.v is now column new_a.v',
        '~ index v_i on old-a is now index v_i on new_a',
        '~ primary key of old-a is now primary key of new_a',
        '~ table old-a is now table new_a',
      ])
      expect(await changes('DROP TABLE b', 'CREATE TABLE c (id int)')).to.include.members(['- table b', '+ table c'])
    })

    it('never takes a dropped column for a renamed one', async () => {
      const session = await open(await database('CREATE TABLE t (a int, b int, c int)', 'INSERT INTO t VALUES (1, 2, 3)'))
      const changes = async (statement: string) => {
        const before = await read(session, ['table:t'])
        await session.execute(statement, AT)
        const after = await read(session, ['table:t'])
        return differences(before.state, after.state, { before: before.identities, after: after.identities, lasting: false })
          .filter((one) => one.kind !== 'altered')
          .map(describeObjectChange)
      }
      expect(await changes('ALTER TABLE t DROP b')).to.deep.equal(['- column t.b'])
      expect(await changes('ALTER TABLE t DROP c, ADD d int')).to.deep.equal(['- column t.c', '+ column t.d int'])
      const renamed = server === 'mysql' ? ['~ column t.d is now column t.e'] : ['- column t.d', '+ column t.e int']
      expect(await changes('ALTER TABLE t RENAME COLUMN d TO e')).to.deep.equal(renamed)
    })

    it('finds at any depth what prints another table', async () => {
      const { session, reading } = await everything()
      const parent = new Set(['table:parent'] as const)
      const dependent = new Set([...findDependentGroupKeys(reading.state, parent), ...findReferencingGroupKeys(reading.state, parent)])
      expect([...dependent].sort()).to.deep.equal(['table:child', 'view:a_first', 'view:recent'])
      await session.execute('RENAME TABLE parent TO elder', AT)
      const keys = ['table:parent', 'table:elder', ...dependent]
      const partly = replaceGroupsInState(reading.state, keys, (await read(session, keys)).state)
      const whole = await read(session, 'whole')
      expect(
        differences(partly, whole.state)
          .map(describeObjectChange)
          .filter((line) => !line.includes('view')),
      ).to.deep.equal([])
    })

    if (server === 'mariadb') {
      it('reads a default that still names the database of a dump as an own default, and reports it', async () => {
        const original = await open(await database('CREATE SEQUENCE numbers', 'CREATE TABLE t (id int, n int DEFAULT nextval(numbers))'))
        const old = original.where.slice(original.where.indexOf('/') + 1)
        const restored = await open(
          await database('CREATE SEQUENCE numbers', `CREATE TABLE t (id int, n int DEFAULT nextval(\`${old}\`.\`numbers\`))`),
        )
        const [before, after] = [await read(original, 'whole'), await read(restored, 'whole')]
        expect(differences(before.state, after.state)).to.deep.equal([])
        expect(before.remarks).to.deep.equal([])
        expect(after.remarks.join()).to.include(`of the database ${old}`)
      })
    }

    it('reads small tables as text', async () => {
      const session = await open(
        await database(
          'CREATE TABLE t (id int, b blob, at datetime(3), f float, n int)',
          "INSERT INTO t VALUES (2, x'00ff', '2026-01-02 03:04:05.6', 1.5, NULL), (1, 'a', NULL, NULL, 7)",
        ),
      )
      const table = find(await read(session, ['table:t']), 'table:t')
      if (table?.kind !== 'table') throw new Error('no table')
      expect(await dialect.catalog.rows(session, table, ['id', 'b', 'at', 'f', 'n'])).to.deep.equal([
        ['1', '61', null, null, '7'],
        ['2', '00FF', '2026-01-02 03:04:05.600', '1.5', null],
      ])
    })
  })
})
