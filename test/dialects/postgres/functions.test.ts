import { expect } from 'chai'
import type * as sequelize from 'sequelize'
import type { QueryInterface } from 'sequelize'
import type { FunctionContext } from '../../../src/dialect/dialect.ts'
import { postgresCatalogReader } from '../../../src/dialects/postgres/catalog/catalog.ts'
import { postgresFunctionMigrationRunner } from '../../../src/dialects/postgres/functions/functions.ts'
import { isError } from '../../../src/error.ts'
import { AT, author, onPostgres, problemOf } from './fixture.ts'

type Library = typeof sequelize

describe('postgres: function migrations', () =>
  onPostgres(({ session }) => {
    const sent: string[] = []

    before(() => author(session(), 'CREATE TABLE widget (id integer PRIMARY KEY, name text UNIQUE)'))
    beforeEach(() => sent.splice(0))

    const run = async (
      up: (queryInterface: QueryInterface, Sequelize_: Library, context: FunctionContext) => Promise<unknown>,
      inTransaction = true,
    ) => {
      const body = (context: FunctionContext) => up(context.queryInterface as QueryInterface, context.Sequelize as Library, context)
      const { signal } = new AbortController()
      await postgresFunctionMigrationRunner.run(session(), {
        file: 'm.ts',
        path: import.meta.filename,
        inTransaction,
        signal,
        body,
        onRemark: () => undefined,
        onStatement: (text) => sent.push(text),
      })
    }
    /** In a transaction that is rolled back, as the engine's is when something fails. */
    const rolledBack = async (work: () => Promise<unknown>) => {
      await session().begin()
      try {
        await work()
      } finally {
        await session().rollback()
      }
    }
    const count = async () => (await session().execute('SELECT count(*)::integer AS n FROM widget', AT)).rows[0]?.['n']

    it('runs what sequelize-cli generates, on the very same session', () =>
      rolledBack(async () => {
        await run(async (queryInterface, { DataTypes }) => {
          await queryInterface.createTable('gadget', {
            id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
            mood: DataTypes.ENUM('sad', 'ok'),
          })
          await queryInterface.addColumn('gadget', 'size', { type: DataTypes.DECIMAL(8, 2), allowNull: false, defaultValue: 0 })
          await queryInterface.addIndex('gadget', ['size'], { name: 'gadget_size' })
          await queryInterface.bulkInsert('gadget', [{ mood: 'ok' }, { mood: 'sad' }])
          await queryInterface.renameColumn('gadget', 'size', 'extent')
        })
        const { state } = await postgresCatalogReader.read(session(), ['table:gadget', 'enum:enum_gadget_mood'])
        const ids = [...state.groups.values()].flatMap((group) => [...group.keys()])
        expect(ids).to.include.members(['column:gadget.extent', 'index:gadget.gadget_size', 'enum:enum_gadget_mood'])
        expect((await session().execute('SELECT count(*)::integer AS n FROM gadget', AT)).rows).to.deep.equal([{ n: 2 }])
      }))

    it('sends no queries about the server', () =>
      rolledBack(async () => {
        await run(async (queryInterface) => {
          await queryInterface.sequelize.query('SELECT 1')
        })
        expect(sent).to.deep.equal(['SELECT 1'])
      }))

    it('takes values in both ways', () =>
      rolledBack(async () => {
        await run(async (queryInterface, _, { query }) => {
          await queryInterface.sequelize.query('INSERT INTO widget VALUES ($1, $2)', { bind: [1, "it's"] })
          await queryInterface.sequelize.query('INSERT INTO widget VALUES (:id, :name)', { replacements: { id: 2, name: 'b' } })
          const [rows, result] = await queryInterface.sequelize.query('SELECT name FROM widget ORDER BY id')
          expect(rows).to.deep.equal([{ name: "it's" }, { name: 'b' }])
          expect(result).to.have.property('rowCount', 2)
          expect(await query('SELECT id FROM widget WHERE name = $1', ['b'])).to.deep.equal([{ id: 2 }])
        })
      }))

    it('makes its transactions savepoints', () =>
      rolledBack(async () => {
        await run(async (queryInterface) => {
          await queryInterface.sequelize.transaction(async (transaction) => {
            await queryInterface.bulkInsert('widget', [{ id: 1 }], { transaction })
            const inner = await queryInterface.sequelize.transaction()
            await queryInterface.bulkInsert('widget', [{ id: 2 }], { transaction: inner })
            await inner.rollback()
          })
          await queryInterface.sequelize.query('BEGIN; INSERT INTO widget VALUES (3); COMMIT')
        })
        expect(await count()).to.equal(2)
        expect(await session().intact()).to.equal(true)
        expect(sent.filter((text) => /SAVEPOINT/.test(text))).to.deep.equal([
          'SAVEPOINT interphase_1',
          'SAVEPOINT interphase_2',
          'ROLLBACK TO SAVEPOINT interphase_2',
          'RELEASE SAVEPOINT interphase_2',
          'RELEASE SAVEPOINT interphase_1',
          'SAVEPOINT interphase_3',
          'RELEASE SAVEPOINT interphase_3',
        ])
      }))

    it('begins and commits as written where the engine has no transaction', async () => {
      await run(async (queryInterface) => {
        await queryInterface.sequelize.transaction((transaction) => queryInterface.bulkInsert('widget', [{ id: 9 }], { transaction }))
      }, false)
      expect(sent[0]).to.equal('START TRANSACTION;')
      expect(await count()).to.equal(1)
      await session().execute('DELETE FROM widget', AT)
    })

    for (const text of ['COMMIT', 'ROLLBACK']) {
      it(`refuses ${text} without its BEGIN`, () =>
        rolledBack(async () => {
          const error = await problemOf(run((queryInterface) => queryInterface.sequelize.query(text)))
          expect(isError(error, 'migration.transaction-control') && error.facts).to.deep.equal({ file: 'm.ts', line: 1, statement: text })
          expect(await session().intact()).to.equal(true)
        }))
    }

    it('refuses a BEGIN without its COMMIT', () =>
      rolledBack(async () => {
        const error = await problemOf(run((queryInterface) => queryInterface.sequelize.query('BEGIN')))
        expect(isError(error, 'migration.transaction-control')).to.equal(true)
      }))

    for (const method of ['dropAllTables', 'dropAllSchemas', 'dropAllEnums', 'dropDatabase', 'createDatabase', 'dropSchema'] as const) {
      it(`refuses ${method}`, () =>
        rolledBack(async () => {
          const error = await problemOf(
            run(async (queryInterface) => {
              const call: unknown = Reflect.get(queryInterface, method)
              await (call as (...values: readonly unknown[]) => Promise<unknown>).call(queryInterface, 'widget', 'name', {})
            }),
          )
          expect(isError(error, 'migration.destructive-method') && error.facts).to.include({ file: 'm.ts', method })
          expect(sent).to.deep.equal([])
        }))
    }

    it('lets a function catch errors of Sequelize, and reports those that it does not catch', () =>
      rolledBack(async () => {
        await session().execute('INSERT INTO widget VALUES (1)', AT)
        await run(async (queryInterface, { UniqueConstraintError }) => {
          await queryInterface.sequelize.query('SAVEPOINT own')
          const error = await problemOf(queryInterface.bulkInsert('widget', [{ id: 1 }]))
          expect(error).to.be.instanceOf(UniqueConstraintError)
          await queryInterface.sequelize.query('ROLLBACK TO own')
        })
        const error = await problemOf(run((queryInterface) => queryInterface.sequelize.query('SELECT nothing')))
        expect(isError(error, 'statement.failed') && error.facts).to.include({
          file: 'm.ts',
          sqlState: '42703',
          statement: 'SELECT nothing',
        })
      }))

    it('reports an error that the function itself throws', () =>
      rolledBack(async () => {
        const error = await problemOf(run(() => Promise.reject(new TypeError('undefined is not a widget'))))
        expect(isError(error, 'migration.threw') && error.message).to.match(
          /^m.ts:\d+: the migration threw an error: undefined is not a widget$/,
        )
      }))

    it('sends nothing more after an abort', () =>
      rolledBack(async () => {
        const stop = new AbortController()
        const body = async ({ query }: FunctionContext) => {
          await query('SELECT 1')
          stop.abort(new TypeError('stop'))
          await query('SELECT 2')
        }
        await problemOf(
          postgresFunctionMigrationRunner.run(session(), {
            file: 'm.ts',
            path: import.meta.filename,
            inTransaction: true,
            signal: stop.signal,
            body,
            onRemark: () => undefined,
            onStatement: (text) => sent.push(text),
          }),
        )
        expect(sent).to.deep.equal(['SELECT 1'])
      }))
  }))
