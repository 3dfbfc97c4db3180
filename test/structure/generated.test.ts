import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { PAGES } from '../../scripts/pages/pages.ts'
import { ERROR_WORDINGS } from '../../src/error.ts'
import { ROOT } from './source.ts'

describe('generated files', () => {
  for (const { file, text } of PAGES) {
    it(`${file} is as npm run generate writes it`, async () => {
      expect(await readFile(join(ROOT, file), 'utf8')).to.equal(await text())
    })
  }

  it('every code stands in docs/errors.md and has a page, and no other has one', async () => {
    const index = await readFile(join(ROOT, 'docs', 'errors.md'), 'utf8')
    const linked = [...index.matchAll(/\(errors\/(.+?)\.md\)/g)].map((match) => match[1])
    expect(linked).to.have.members(Object.keys(ERROR_WORDINGS))
    expect(await readdir(join(ROOT, 'docs', 'errors'))).to.have.members(Object.keys(ERROR_WORDINGS).map((code) => `${code}.md`))
  })
})
