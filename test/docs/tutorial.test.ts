import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { masked } from '../support/mask.ts'
import { blocksOf, follow, UPDATES, withBlocks } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { newReader } from '../support/reader.ts'

const PAGE = join(ROOT, 'docs', 'tutorial.md')

describe('docs/tutorial.md', () => {
  after(removeProjects)

  it('does and prints what it says', async () => {
    const { directory, env } = await newReader()
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
