import { join } from 'node:path'
import { ROOT } from '../structure/source.ts'
import { followPage } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { newReader } from '../support/reader.ts'

describe('docs/tutorial.md', () => {
  after(removeProjects)

  it('does and prints what it says', async () => {
    await followPage(join(ROOT, 'docs', 'tutorial.md'), await newReader())
  })
})
