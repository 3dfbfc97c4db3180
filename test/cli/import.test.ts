import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { projectOfOldTool, runInOldProject } from '../support/old-project.ts'
import { removeProjects } from '../support/project.ts'
import { HISTORY, migrateWithSequelize } from '../support/sequelize-history.ts'
import { execute, onServers } from '../support/servers.ts'

describe('interphase import sequelize', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server, database) => {
    it('writes the SQL of each file, and a new database gets the schema that Sequelize makes', async () => {
      const root = projectOfOldTool(server, HISTORY)
      // Git does not keep an empty directory.
      rmSync(join(root, 'releases'), { recursive: true })
      const { code, out, err } = await runInOldProject(server, root, '', 'import', 'sequelize', '--from', 'migrations')
      expect(code, err).to.equal(0)
      expect(out).to.include('Review the files.')
      const files = readdirSync(join(root, 'releases/00-history')).filter((name) => name.endsWith('.sql'))
      expect(files).to.have.length(Object.keys(HISTORY).length)
      expect(readFileSync(join(root, 'releases/00-history/release.json'), 'utf8')).to.include('"history"')

      const [fresh, old] = [await database(), await database()]
      const up = await runInOldProject(server, root, fresh, 'up', '--yes')
      expect(up.code, up.err).to.equal(0)
      await migrateWithSequelize(old, root)
      const adopted = await runInOldProject(server, root, old, 'adopt')
      expect(adopted.code, adopted.err).to.equal(0)
      const status = await runInOldProject(server, root, old, 'status', '--check')
      expect(status.code, status.out).to.equal(0)
    })

    it('adopts a database at the file that its old ledger names, also if that file changed no table', async () => {
      const files = {
        '1-a.js': "module.exports = { up: (q) => q.sequelize.query('CREATE TABLE a (id int)') }",
        '2-b.js': "module.exports = { up: (q) => q.sequelize.query('INSERT INTO a VALUES (1)') }",
        '3-c.js': "module.exports = { up: (q) => q.sequelize.query('INSERT INTO a VALUES (2)') }",
      }
      const root = projectOfOldTool(server, files)
      await runInOldProject(server, root, '', 'import', 'sequelize', '--from', 'migrations')
      const [second, gap] = [await database(), await database()]
      const name = server === 'postgres' ? '"SequelizeMeta"' : '`SequelizeMeta`'
      for (const url of [second, gap]) await execute(url, 'CREATE TABLE a (id int)', `CREATE TABLE ${name} (name varchar(255))`)
      // An old tool without a key on its table has named a file twice.
      await execute(second, `INSERT INTO ${name} VALUES ('2-b.js'), ('1-a.js'), ('2-b.js')`)
      const adopted = await runInOldProject(server, root, second, 'adopt')
      expect(adopted.code, adopted.err).to.equal(0)
      await runInOldProject(server, root, second, 'up', '--yes')
      expect(await execute(second, 'SELECT id FROM a')).to.deep.equal([{ id: 2 }])
      await execute(gap, `INSERT INTO ${name} VALUES ('1-a.js'), ('3-c.js')`)
      const refused = await runInOldProject(server, root, gap, 'adopt')
      expect(refused.code).to.equal(7)
      expect(refused.err).to.include('contains 3-c.js').and.include('2-b.js')
      // The remedy, if the file ran there although the table lacks it.
      const named = await runInOldProject(server, root, gap, 'adopt', '--at', '00-history/3-c.expand')
      expect(named.code, named.err).to.equal(0)
      const status = await runInOldProject(server, root, gap, 'status', '--check')
      expect(status.code, status.out).to.equal(0)
    })

    it('replaces the values of placeholders, and leaves out what was rolled back', async () => {
      const root = projectOfOldTool(server, {
        '1-a.js': "module.exports = { up: (q) => q.sequelize.query('CREATE TABLE a (id int, name varchar(40))') }",
        '2-b.js': `module.exports = { async up(q) {
          await q.sequelize.query("INSERT INTO a VALUES ($1, $2) /* ? $1 */", { bind: [1, "it's; a ? $1"] })
          const t = await q.sequelize.transaction()
          await q.sequelize.query("INSERT INTO a VALUES (2, 'gone')", { transaction: t })
          await t.rollback()
        } }`,
      })
      const { code, err } = await runInOldProject(server, root, '', 'import', 'sequelize', '--from', 'migrations')
      expect(code, err).to.equal(0)
      const fresh = await database()
      await runInOldProject(server, root, fresh, 'up', '--yes')
      expect(await execute(fresh, 'SELECT id, name FROM a')).to.deep.equal([{ id: 1, name: "it's; a ? $1" }])
    })
  })

  // Each server gives the same result for a file that cannot be imported, so one server is enough.
  onServers(['postgres'], (server) => {
    it('names the file that fails, and writes nothing', async () => {
      const root = projectOfOldTool(server, {
        '1-a.js': "module.exports = { up: (q) => q.sequelize.query('CREATE TABLE a (id int)') }",
        '2-b.js': "module.exports = { up: (q) => q.sequelize.query('INSERT INTO missing VALUES (1)') }",
      })
      const { code, err } = await runInOldProject(server, root, '', 'import', 'sequelize', '--from', 'migrations')
      expect(code).to.equal(1)
      expect(err).to.match(/2-b\.js failed on an empty scratch database: .*missing/)
      expect(readdirSync(join(root, 'releases'))).to.deep.equal(['README.md'])
    })

    it('refuses a file that starts a process, unless it is left out', async () => {
      const root = projectOfOldTool(server, {
        '1-a.js': "module.exports = { up: (q) => q.sequelize.query('CREATE TABLE a (id int)') }",
        '2-b.js': "const { execSync } = require('child_process'); module.exports = { up: async () => execSync('true') }",
      })
      const refused = await runInOldProject(server, root, '', 'import', 'sequelize', '--from', 'migrations')
      expect(refused.code).to.equal(2)
      expect(refused.err).to.include('2-b.js was not imported: it starts another process')
      const left = await runInOldProject(server, root, '', 'import', 'sequelize', '--from', 'migrations', '--skip', '2-b.js')
      expect(left.code, left.err).to.equal(0)
    })
  })
})
