import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { linksIn } from '../support/page.ts'
import { ROOT } from './source.ts'

describe('the links of the documentation', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
  ]
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'))

  it('lead to a file, and to a heading of the page', () => {
    const links = pages.flatMap((page) => linksIn(textOf(page)).map((target) => ({ page, target })))
    expect(links.length).to.be.greaterThan(500)
    expect(links.filter(({ page, target }) => !leadsSomewhere(page, target))).to.deep.equal([])
  })

  it('are checked', () => {
    expect(leadsSomewhere('README.md', 'docs/states.md#no-such-heading')).to.equal(false)
    expect(leadsSomewhere('README.md', 'docs/no-such-page.md')).to.equal(false)
    expect(linksIn('[a](b.md#c) and `[d](e)`\n```\n[f](g)\n```\n')).to.deep.equal(['b.md#c'])
    expect([...headingsOf('## The setting `embedded`\n```sh\n# no heading\n```\n')]).to.deep.equal(['the-setting-embedded'])
  })
})

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', heading] = target.split('#', 2)
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, file))) return false
  return heading === undefined || headingsOf(textOf(file)).has(heading)
}

/** The headings of a page in the form in which a link names them. */
function headingsOf(text: string): ReadonlySet<string> {
  const titles = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title)
  return new Set(
    titles.map((title) =>
      title
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}
