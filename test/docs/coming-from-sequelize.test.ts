import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect } from 'chai'
import { DataTypes, Sequelize } from 'sequelize'
import { ROOT } from '../structure/source.ts'
import { masked } from '../support/mask.ts'
import { blocksOf, follow, UPDATES, withBlocks } from '../support/page.ts'
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
    const { directory, database, env } = await newReader()
    const page = readFileSync(PAGE, 'utf8')
    const texts: string[] = []
    const old: string[] = []
    for (const block of blocksOf(page)) {
      const text = await follow(block, directory, env)
      if (block.file?.startsWith('migrations/')) old.push(join(directory, block.file))
      if (block.file === 'interphase.config.json') await migrateAsBefore(database, old)
      if (!UPDATES) expect(masked(text)).to.equal(masked(block.text))
      texts.push(text)
    }
    if (UPDATES) writeFileSync(PAGE, withBlocks(page, texts))
  })
})
