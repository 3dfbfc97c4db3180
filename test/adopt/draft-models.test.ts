import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { objectIdOf } from '../../src/schema/object.ts'
import { ROOT } from '../structure/source.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, objectsAt } from '../support/chain.ts'
import { put, removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { answer, draftFrom, expectWanted, filesOf, runDraft } from './drafting.ts'

/** Models with everything that does not reach the database as it stands in the code. */
const MODELS = `
  const User = sequelize.define('user', {
    email: { type: DataTypes.STRING(80), allowNull: false, unique: true },
    shout: { type: DataTypes.VIRTUAL, get() { return this.email.toUpperCase() } },
    token: { type: DataTypes.UUID, allowNull: false, defaultValue: () => 'made by JavaScript' },
    mood: { type: DataTypes.ENUM('sad', 'ok'), allowNull: false, defaultValue: 'ok' },
  }, { timestamps: false })
  const Team = sequelize.define('team', {
    country: { type: DataTypes.CHAR(2), primaryKey: true },
    number: { type: DataTypes.INTEGER, primaryKey: true },
  }, { timestamps: false })
  const Club = sequelize.define('club', { name: DataTypes.STRING(20) }, { timestamps: false })
  User.belongsToMany(Club, { through: 'membership', timestamps: false })
  Club.belongsToMany(User, { through: 'membership', timestamps: false })
`
const MORE = `
  User.rawAttributes.born = { type: DataTypes.DATEONLY }
  User.rawAttributes.level = { type: DataTypes.INTEGER, allowNull: false, defaultValue: () => 3 }
  User.init(User.rawAttributes, { sequelize, modelName: 'user', timestamps: false })
  sequelize.define('tag', { word: { type: DataTypes.STRING(9), unique: true } }, { timestamps: false })
`

describe('interphase draft --models', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('drafts the tables of the models, and then what later models add', async () => {
      const chain = await projectOfModels()
      put(chain.root, { 'models.js': `module.exports = (sequelize, DataTypes) => {${MODELS}}` })
      const source = { kind: 'models', file: join(chain.root, 'models.js') } as const
      const first = await draftFrom(chain, source)
      expect(first).to.deep.include({ release: '1-draft', questions: [], unwritten: [] })
      await runDraft(chain)
      await expectWanted(chain, source)
      const ids = (await objectsAt(chain, '1-draft')).map(objectIdOf)
      expect(ids).to.include.members(['column:users.token', 'column:users.mood', 'table:membership', 'column:teams.number'])
      expect(ids).not.to.include('column:users.shout')

      // An instance with a configuration of its own, which leads to no server.
      const dialect = chain.dialect === 'postgres' ? 'postgres' : 'mysql'
      const instance = `const { Sequelize, DataTypes } = require('sequelize')
        const sequelize = new Sequelize('${dialect}://nobody:secret@127.0.0.1:1/none', { logging: false })
        ${MODELS} ${MORE}
        module.exports = { sequelize, Sequelize }`
      put(chain.root, { 'index.js': instance })
      const index = { kind: 'models', file: join(chain.root, 'index.js') } as const
      await chain.sql(chain.dialect === 'postgres' ? INSERT : INSERT.replaceAll('"', '`'))
      const second = await draftFrom(chain, index, { release: '2-level' })
      expect(second.questions.map(({ file }) => file)).to.deep.equal(['releases/2-level/210-users-level.migrate.sql'])
      expect(Object.keys(filesOf(chain, second))).to.include('110-additions.expand.sql')
      answer(chain, second, { 'users-level': '7' })
      await runDraft(chain)
      await expectWanted(chain, index)
    })

    it('says what a module has to export, and for which server', async () => {
      const chain = await projectOfModels()
      put(chain.root, {
        'none.js': 'module.exports = { a: 1 }',
        'other.js': `const { Sequelize } = require('sequelize')
          module.exports = new Sequelize('${chain.dialect === 'postgres' ? 'mysql' : 'postgres'}://nobody:secret@127.0.0.1:1/none')`,
        'broken.js': "module.exports = () => { throw new Error('no models today') }",
      })
      for (const [file, says] of [
        ['none.js', 'neither a Sequelize instance nor a function'],
        ['other.js', 'the Sequelize instance of the file is made for'],
        ['broken.js', 'no models today'],
      ] as const) {
        const error = await rejected(draftFrom(chain, { kind: 'models', file: join(chain.root, file) }), 'draft.models')
        expect(error.message).to.include(file).and.include(says).and.not.include('secret')
      }
    })

    async function projectOfModels(): Promise<ChainOnServer> {
      const chain = await chainOn(server, { 'README.md': 'No release yet.' })
      symlinkSync(join(ROOT, 'node_modules'), join(chain.root, 'node_modules'))
      return chain
    }
  })
})

const INSERT = `INSERT INTO users (id, email, token, mood) VALUES (1, 'a@x', '5b0f8a1e-3c7d-4e7e-9d4c-0a1b2c3d4e5f', 'sad')`
