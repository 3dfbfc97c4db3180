import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { DataTypes, Sequelize } from 'sequelize'
import { ROOT } from '../structure/source.ts'
import { masked } from '../support/mask.ts'
import { blocksOf, follow, UPDATES, withBlocks } from '../support/page.ts'
import { project, removeProjects } from '../support/project.ts'
import { freshDatabase, serverUrl } from '../support/servers.ts'

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

  it('does and prints what it says', async function () {
    this.timeout(300_000)
    const [server, database] = await Promise.all([serverUrl('postgres'), freshDatabase('postgres')])
    const directory = project({
      'bin/interphase': `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}" "$@"\n`,
    })
    chmodSync(join(directory, 'bin', 'interphase'), 0o755)
    const env = {
      ...process.env,
      PATH: `${join(directory, 'bin')}${delimiter}${process.env['PATH']}`,
      DATABASE_URL: database,
      INTERPHASE_SHADOW_POSTGRES_URL: server,
      FORCE_COLOR: '0',
    }
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
