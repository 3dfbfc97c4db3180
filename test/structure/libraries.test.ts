import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT, sourceOf, sources } from './source.ts'

/** The directories that may import a library. Replacing the library changes these directories and no other. */
const ENTRY_POINTS: Readonly<Record<string, readonly string[]>> = {
  '@babel/parser': ['project'],
  '@commander-js/extra-typings': ['cli'],
  'cli-table3': ['cli'],
  'commander': ['cli'],
  'get-east-asian-width': ['cli'],
  'jiti': ['project'],
  'libpg-query': ['dialects'],
  'mysql2': ['dialects'],
  'pg': ['dialects'],
  'pino': ['cli'],
  'sequelize': ['dialects'],
  'umzug': ['run'],
  // The shapes of what is parsed: policies, recorded states, configuration and release.json, the JSON in the ledger, the JSON that
  // commands print.
  'zod': ['shape.ts', 'phase', 'release', 'state', 'plan', 'project', 'rehearse', 'status', 'cli'],
}

/** Packages that contain nothing but types: only the build needs them. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = { sarif: ['cli'] }

/** `@commander-js/extra-typings` exports it and asks for it. */
const PEER = 'commander'

/** Libraries that one file alone may import. */
const ONE_FILE = ['@babel/parser', 'umzug'] as const

describe('libraries', () => {
  const uses = sources().flatMap((source) => source.imports.flatMap(({ library }) => (library ? [{ source, library }] : [])))

  it('are imported by their entry points alone', () => {
    const wrong = uses.filter(({ source, library }) => !(ENTRY_POINTS[library] ?? TYPES_ONLY[library])?.includes(source.directory))
    expect(wrong.map(({ source, library }) => `${source.path} imports ${library}`)).to.deep.equal([])
  })

  for (const name of ONE_FILE) {
    it(`knows ${name} in one file at most`, () => {
      const files = uses.filter(({ library }) => library === name).map(({ source }) => source.path)
      expect(files.slice(1), files.join(', ')).to.deep.equal([])
    })
  }

  it('have an entry point that uses them: no dependency is idle', () => {
    const used = new Set(uses.map(({ library }) => library))
    expect(Object.keys(ENTRY_POINTS).filter((name) => !used.has(name) && name !== PEER)).to.deep.equal([])
  })

  it('have an entry point for every dependency and no other', () => {
    const declared = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly dependencies: object }
    expect(Object.keys(ENTRY_POINTS)).to.have.members(Object.keys(declared.dependencies))
  })

  it('the test finds static and dynamic imports', () => {
    const source = sourceOf('plan/a.ts', "import { createPool } from 'mysql2/promise'\nconst c = await import('@x/y/z')\n")
    expect(source.imports.map(({ library }) => library)).to.deep.equal(['mysql2', '@x/y'])
  })
})
