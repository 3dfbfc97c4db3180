import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { PAGES } from '../../scripts/pages/pages.ts'
import { ROOT } from './source.ts'

const DIRECTORIES = ['.', 'docs', 'docs/decisions', 'phases', 'releases']

/** Forms that make a reader read a sentence twice, each with the plain form. */
const FORMS: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /(?:^|[.:;!?] |\| )(?:What|Whatever|Whoever|Whichever|Where|Who)\b/, instead: 'begin with a noun, or with "if"' },
  {
    pattern: /\b(?:gone on with|goes on with|is said to|has to do\b|for its own sake|, and so (?!does|do|is|are))/,
    instead: 'say who does what',
  },
]

describe('prose', () => {
  const generated = new Set(PAGES.map(({ file }) => file))
  const pages = DIRECTORIES.flatMap((directory) =>
    readdirSync(join(ROOT, directory))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(directory, name)),
  ).filter((file) => !generated.has(file))

  it('has no sentence in a form that is hard to read', () => {
    expect(pages).to.include('README.md')
    expect(pages.flatMap((file) => hardToRead(readFileSync(join(ROOT, file), 'utf8')).map((one) => `${file}: ${one}`))).to.deep.equal([])
  })

  it('names modules that exist', () => {
    const named = pages.flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/`(?:src\/)?([a-z-]+\/[\w./<>-]+\.ts)`/g)].flatMap(([, path = '']) =>
        pathsOf(path).map((one) => ({ file, path: one })),
      ),
    )
    expect(named).not.to.have.length(0)
    const gone = named.filter(({ path }) => !['src', '.'].some((from) => existsSync(join(ROOT, from, path))))
    expect(gone).to.deep.equal([])
  })

  it('sees what it is there to see', () => {
    expect(hardToRead('It runs. Whatever commits here stays.\n')).to.have.length(1)
    expect(hardToRead('- Where it does not, a person is\n  gone on with.\n')).to.have.length(2)
    expect(hardToRead('`What` is a name, and so is `Who`.\n\n```sh\n# Where it is\n```\n')).to.deep.equal([])
  })
})

/** `<server>` stands for the directory of each server. `<command>` stands for a file that a reader adds. */
function pathsOf(path: string): readonly string[] {
  if (path.includes('<command>')) return []
  return path.includes('<server>') ? ['postgres', 'mysql'].map((server) => path.replace('<server>', server)) : [path]
}

/** The offending places, with a few words around them. */
function hardToRead(page: string): readonly string[] {
  const text = page.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`]*`/g, 'CODE')
  const paragraphs = text.split(/\n\s*\n|\n(?=\s*[-|\d#])/).map((one) => one.replaceAll(/\s+/g, ' ').replace(/^\s*(?:[-#]+|\d+\.) /, ''))
  return FORMS.flatMap(({ pattern, instead }) =>
    paragraphs.flatMap((paragraph) => {
      const found = pattern.exec(paragraph)
      return found ? [`…${paragraph.slice(Math.max(0, found.index - 20), found.index + 60)}…: ${instead}`] : []
    }),
  )
}
