import { expect } from 'chai'
import type * as sequelizeModule from 'sequelize'
import type { QueryInterface, Transaction } from 'sequelize'
import type { DatabaseSession, FunctionMigrationCall } from '../../../src/dialect/dialect.ts'
import { sql } from '../../../src/dialect/sql.ts'
import { rejected } from '../../support/caught.ts'
import { onBoth } from './support.ts'

type Up = (queryInterface: QueryInterface, Sequelize: typeof sequelizeModule) => Promise<unknown>

describe('function migrations on MySQL and MariaDB', () => {
  onBoth((_server, { dialect, database, open }) => {
    async function run(session: DatabaseSession, up: Up, inTransaction: boolean): Promise<readonly string[]> {
      const sent: string[] = []
      const call: FunctionMigrationCall = {
        file: 'a.migrate.cjs',
        path: import.meta.filename,
        inTransaction,
        signal: new AbortController().signal,
        onRemark: () => undefined,
        onStatement: (text) => sent.push(text),
        body: ({ queryInterface, Sequelize }) => up(queryInterface as QueryInterface, Sequelize as typeof sequelizeModule),
      }
      if (inTransaction) await session.begin()
      await dialect.functions.run(session, call)
      if (inTransaction) await session.commit()
      return sent
    }

    const names = (session: DatabaseSession) =>
      session.query<{ name: string }>(sql`SELECT name FROM w ORDER BY name`).then((rows) => rows.map((row) => row.name))

    it('runs what sequelize-cli writes', async () => {
      const session = await open(await database('CREATE TABLE old (id int)'))
      await run(
        session,
        async (queryInterface, Sequelize) => {
          await queryInterface.createTable('w', {
            id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
            name: { type: Sequelize.STRING(30), allowNull: false },
          })
          await queryInterface.addColumn('w', 'at', { type: Sequelize.DATE, allowNull: true })
          await queryInterface.addIndex('w', ['name'], { name: 'w_name' })
          await queryInterface.bulkInsert('w', [{ name: "it's", at: new Date(0) }])
          expect(await queryInterface.showAllTables()).to.have.members(['old', 'w'])
          const columns = await queryInterface.describeTable('w')
          expect(columns).to.have.keys(['id', 'name', 'at'])
        },
        false,
      )
      const { state } = await dialect.catalog.read(session, ['table:w'])
      expect([...(state.groups.get('table:w')?.keys() ?? [])]).to.include.members([
        'column:w.at',
        'index:w.w_name',
        'primary-key:w.PRIMARY',
      ])
      const [row] = await session.query(sql`SELECT name, at FROM w`)
      expect(row).to.deep.include({ name: "it's", at: '1970-01-01 00:00:00' })
    })

    it("keeps its transactions inside of the engine's", async () => {
      const session = await open(await database('CREATE TABLE w (id int auto_increment primary key, name varchar(9))'))
      const sent = await run(
        session,
        async (queryInterface) => {
          const { sequelize } = queryInterface
          await sequelize.transaction((transaction: Transaction) =>
            sequelize.query("INSERT INTO w (name) VALUES ('kept')", { transaction }),
          )
          await sequelize
            .transaction(async (transaction: Transaction) => {
              await sequelize.query('INSERT INTO w (name) VALUES ($1)', { transaction, bind: ['gone'] })
              throw new Error('back')
            })
            .catch((error: unknown) => expect(String(error)).to.contain('back'))
          const [id, count] = await sequelize.query("INSERT INTO w (name) VALUES ('x'), ('y')", { type: 'INSERT' as never })
          expect([id, count]).to.deep.equal([3, 2])
          const rows = await sequelize.query('SELECT name FROM w WHERE name = :name', {
            replacements: { name: 'x' },
            type: 'SELECT' as never,
          })
          expect(rows).to.deep.equal([{ name: 'x' }])
        },
        true,
      )
      expect(sent.filter((text) => /SAVEPOINT/.test(text))).to.have.length(5)
      expect(sent.filter((text) => /^\s*(?:COMMIT|START|BEGIN|ROLLBACK;)/.test(text))).to.deep.equal([])
      expect(await names(session)).to.deep.equal(['kept', 'x', 'y'])
    })

    it('refuses to end a transaction that it did not begin', async () => {
      const session = await open(await database('CREATE TABLE w (name varchar(9))'))
      const committing = run(session, ({ sequelize }) => sequelize.query('COMMIT'), true)
      expect((await rejected(committing, 'migration.transaction-control')).facts.statement).to.equal('COMMIT')
      await session.rollback()
    })

    it('refuses a BEGIN without its COMMIT', async () => {
      const session = await open(await database('CREATE TABLE w (name varchar(9))'))
      const beginning = run(session, ({ sequelize }) => sequelize.query('START TRANSACTION'), true)
      expect((await rejected(beginning, 'migration.transaction-control')).facts.statement).to.equal('BEGIN without its COMMIT')
      await session.rollback()
    })

    it('is noticed when a schema statement commits under it', async () => {
      const session = await open(await database('CREATE TABLE w (name varchar(9))'))
      const up: Up = ({ sequelize }) =>
        sequelize.transaction((transaction: Transaction) => sequelize.query('ALTER TABLE w ADD b int', { transaction }))
      await rejected(run(session, up, true), 'migration.committed')
    })

    it("gives the error of a statement as the engine's own, unless the function catches it", async () => {
      const session = await open(await database('CREATE TABLE w (name varchar(9) UNIQUE)'))
      const failing = rejected(
        run(session, ({ sequelize }) => sequelize.query('SELECT nothing FROM w'), false),
        'statement.failed',
      )
      expect((await failing).facts).to.include({ file: 'a.migrate.cjs', sqlState: '42S22' })
      await run(
        session,
        async ({ sequelize }, Sequelize) => {
          const twice = sequelize.query("INSERT INTO w VALUES ('a'), ('a')").catch((error: unknown) => error)
          expect(await twice).to.be.instanceOf(Sequelize.UniqueConstraintError)
        },
        false,
      )
    })

    it('stands before the methods that take whatever they find, on every way to them', async () => {
      const session = await open(await database('CREATE TABLE w (id int auto_increment primary key, name varchar(9))'))
      const destructive: Readonly<Record<string, Up>> = {
        dropAllTables: (queryInterface) => queryInterface.dropAllTables(),
        dropAllSchemas: ({ sequelize }) => sequelize.getQueryInterface().dropAllSchemas(),
        dropDatabase: (queryInterface) => queryInterface.dropDatabase('other'),
      }
      for (const [method, up] of Object.entries(destructive)) {
        expect((await rejected(run(session, up, false), 'migration.destructive-method')).facts.method).to.equal(method)
      }
    })
  })
})
