import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { PAGES } from '../../scripts/pages/pages.ts'
import { WORDINGS } from '../../src/error.ts'
import { ROOT } from './source.ts'

describe('generated files', () => {
  for (const { file, text } of PAGES) {
    it(`${file} is as npm run generate writes it`, async () => {
      expect(await readFile(join(ROOT, file), 'utf8')).to.equal(await text())
    })
  }

  it('docs/errors.md has every code', async () => {
    const page = await readFile(join(ROOT, 'docs', 'errors.md'), 'utf8')
    const sections = [...page.matchAll(/^### (.+)$/gm)].map((match) => match[1])
    expect(sections).to.have.members(Object.keys(WORDINGS))
  })
})
