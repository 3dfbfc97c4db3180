import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { masked } from '../support/mask.ts'
import { blocksOf, follow, UPDATES, withBlocks } from '../support/page.ts'
import { project, removeProjects } from '../support/project.ts'
import { freshDatabase, serverUrl } from '../support/servers.ts'

const PAGE = join(ROOT, 'docs', 'tutorial.md')

describe('docs/tutorial.md', () => {
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
      // The reader's commands start the embedded server each time; here they find it running.
      DATABASE_URL: database,
      INTERPHASE_SHADOW_POSTGRES_URL: server,
      FORCE_COLOR: '0',
    }
    const page = readFileSync(PAGE, 'utf8')
    const texts: string[] = []
    for (const block of blocksOf(page)) {
      const text = await follow(block, directory, env)
      if (!UPDATES) expect(masked(text)).to.equal(masked(block.text))
      texts.push(text)
    }
    if (UPDATES) writeFileSync(PAGE, withBlocks(page, texts))
  })
})
