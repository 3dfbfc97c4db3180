import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT, sourceOf, sources } from './source.ts'

/** The rooms that may import a library. Replacing it is then the work of those rooms. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  '@babel/parser': ['workspace'],
  '@commander-js/extra-typings': ['cli'],
  'cli-table3': ['cli'],
  'commander': ['cli'],
  'jiti': ['workspace'],
  'libpg-query': ['dialects'],
  'mysql2': ['dialects'],
  'pg': ['dialects'],
  'pino': ['cli'],
  'pino-pretty': ['cli'],
  'sequelize': ['dialects'],
  'tinyglobby': ['workspace'],
  'umzug': ['run'],
  // The shapes of what is parsed: policies, recorded states, configuration and release.json, the JSON that commands print.
  'zod': ['shape.ts', 'phase', 'release', 'state', 'workspace', 'shadow', 'status', 'cli'],
}

/** Libraries that one file alone may import. */
const ONE_FILE = ['@babel/parser', 'umzug'] as const

describe('doors', () => {
  const uses = sources().flatMap((source) => source.imports.flatMap(({ library }) => (library ? [{ source, library }] : [])))

  it('lets each library in through its door alone', () => {
    const wrong = uses.filter(({ source, library }) => !DOORS[library]?.includes(source.room))
    expect(wrong.map(({ source, library }) => `${source.path} imports ${library}`)).to.deep.equal([])
  })

  for (const name of ONE_FILE) {
    it(`knows ${name} in one file at most`, () => {
      const files = uses.filter(({ library }) => library === name).map(({ source }) => source.path)
      expect(files.slice(1), files.join(', ')).to.deep.equal([])
    })
  }

  it('has a door for every dependency and no other', () => {
    const declared = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly dependencies: object }
    expect(Object.keys(DOORS)).to.have.members(Object.keys(declared.dependencies))
  })

  it('sees what it is there to see', () => {
    const source = sourceOf('plan/a.ts', "import { createPool } from 'mysql2/promise'\nconst c = await import('@x/y/z')\n")
    expect(source.imports.map(({ library }) => library)).to.deep.equal(['mysql2', '@x/y'])
  })
})
