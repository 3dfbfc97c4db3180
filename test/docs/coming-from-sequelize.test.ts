import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DataTypes, Sequelize } from 'sequelize'
import { ROOT } from '../structure/source.ts'
import { followPage } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { newReader } from '../support/reader.ts'

const PAGE = join(ROOT, 'docs', 'coming-from-sequelize.md')

interface Old {
  readonly up: (queryInterface: unknown, Sequelize_: unknown) => Promise<unknown>
}

/** What sequelize-cli has done in the reader's database, on a connection of its own. */
async function migrateAsBefore(url: string, files: readonly string[]): Promise<void> {
  const sequelize = new Sequelize(url, { logging: false })
  const queryInterface = sequelize.getQueryInterface()
  await queryInterface.createTable('SequelizeMeta', { name: { type: DataTypes.STRING, primaryKey: true } })
  for (const file of files) await (createRequire(file)(file) as Old).up(queryInterface, Sequelize)
  await sequelize.close()
}

describe('docs/coming-from-sequelize.md', () => {
  after(removeProjects)

  it('does and prints what it says', async () => {
    const reader = await newReader()
    const old: string[] = []
    await followPage(PAGE, reader, async ({ file }) => {
      if (file?.startsWith('migrations/')) old.push(join(reader.directory, file))
      if (file === 'interphase.config.json') await migrateAsBefore(reader.database, old)
    })
  })
})
