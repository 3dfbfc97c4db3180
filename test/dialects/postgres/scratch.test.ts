import { tmpdir } from 'node:os'
import { expect } from 'chai'
import type { DatabaseConnectionSettings, ScratchServer } from '../../../src/dialect/dialect.ts'
import { postgresDialect } from '../../../src/dialects/postgres/postgres.ts'
import { openPostgresScratchServer } from '../../../src/dialects/postgres/scratch/scratch.ts'
import { isError } from '../../../src/error.ts'
import { AT, onPostgres, problemOf } from './fixture.ts'

describe('postgres: a server for shadows', () =>
  onPostgres(({ session, url }) => {
    let server: ScratchServer
    const mine = (name: string) => `test_${process.pid}_${name}`

    before(async () => {
      server = await openPostgresScratchServer({ url: url(), cacheDirectory: tmpdir() })
    })
    after(async () => {
      for (const name of await server.leftovers()) if (name.startsWith(mine(''))) await server.drop(name)
      await server.close()
    })

    const ask = async (target: DatabaseConnectionSettings, ...texts: readonly string[]) => {
      const opened = await postgresDialect.open(target)
      try {
        const outcomes = []
        for (const text of texts) outcomes.push(await opened.execute(text, AT))
        return outcomes.at(-1)?.rows
      } finally {
        await opened.close()
      }
    }

    it('copies schema, rows and counters', async () => {
      const from = await server.create(mine('a'))
      await ask(from, 'CREATE TABLE t (id serial, note text)', "INSERT INTO t (note) VALUES ('x'), ('y')")
      const to = await server.copy(mine('a'), mine('b'))
      expect(await ask(to, "INSERT INTO t (note) VALUES ('z') RETURNING id")).to.deep.equal([{ id: 3 }])
      expect(await ask(await server.target(mine('a')), 'SELECT count(*)::integer AS n FROM t')).to.deep.equal([{ n: 2 }])
      await server.copy(mine('a'), mine('b'))
      expect(await ask(to, 'SELECT count(*)::integer AS n FROM t')).to.deep.equal([{ n: 2 }])
    })

    it('replaces a database of the same name, and lists the existing ones', async () => {
      await ask(await server.create(mine('c')), 'CREATE TABLE t (id integer)')
      expect(await ask(await server.create(mine('c')), "SELECT to_regclass('t') AS t")).to.deep.equal([{ t: null }])
      expect(await server.has(mine('c'))).to.equal(true)
      expect(await server.leftovers()).to.include(mine('c'))
      await server.drop(mine('c'))
      expect(await server.has(mine('c'))).to.equal(false)
    })

    it('drops a database with an open connection', async () => {
      const other = await postgresDialect.open(await server.create(mine('d')))
      try {
        await server.drop(mine('d'))
        expect(await server.has(mine('d'))).to.equal(false)
        expect(isError(await problemOf(other.execute('SELECT 1', AT)), 'database.lost')).to.equal(true)
      } finally {
        await other.close()
      }
    })

    it('touches no database without its prefix', async () => {
      const theirs = `theirs_${process.pid}`
      await session().execute(`CREATE DATABASE ${theirs}`, AT)
      await server.drop(theirs)
      expect(await server.leftovers()).not.to.include(theirs)
      expect(await session().execute(`DROP DATABASE ${theirs}`, AT)).to.have.property('affected', 0)
      expect(isError(await problemOf(server.create('a"; DROP DATABASE x')), 'internal')).to.equal(true)
    })

    it('says what is missing', async () => {
      const role = `small_${process.pid}`
      await session().execute(`CREATE ROLE ${role} LOGIN PASSWORD 'secret-of-small'`, AT)
      const poor = new URL(url())
      Object.assign(poor, { username: role, password: 'secret-of-small' })
      const error = await problemOf(openPostgresScratchServer({ url: poor.toString(), cacheDirectory: tmpdir() }))
      await session().execute(`DROP ROLE ${role}`, AT)
      expect(isError(error, 'record.no-server') && error.message)
        .to.match(/may not create databases/)
        .and.not.contain('secret')
      const nobody = await problemOf(openPostgresScratchServer({ url: 'postgres://127.0.0.1:1/x', cacheDirectory: tmpdir() }))
      expect(isError(nobody, 'record.no-server')).to.equal(true)
    })
  }))
