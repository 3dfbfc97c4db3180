import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../structure/source.ts'
import { blocksOf, seen } from '../support/page.ts'
import { put, removeProjects } from '../support/project.ts'
import { newReader, type Reader } from '../support/reader.ts'
import { statesIn } from '../support/recordings.ts'
import { execute } from '../support/servers.ts'

const PAGE = readFileSync(join(ROOT, 'docs', 'recipes.md'), 'utf8')
const FILES = {
  'interphase.config.json': '{ "project": "shop", "dialects": ["postgres"] }',
  'releases/1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name text, old text);',
  'releases/2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN code text;',
  'releases/2/010-code.migrate.sql': '-- interphase: batch item\nUPDATE item SET code = upper(name) WHERE :batch AND code IS NULL;',
  'releases/2/010-code.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
  // The parts of the deployment tool that are not there, and npx without a download.
  'deploy-new-version': '#!/bin/sh\n',
  'retire-old-version': '#!/bin/sh\n',
  'bin/npm': '#!/bin/sh\n',
  'bin/npx': '#!/bin/sh\nexec "$@"\n',
}

/** A recipe of one section of the page: its documents. */
interface Recipe {
  readonly title: string
  readonly documents: readonly unknown[]
  readonly scripts: readonly string[]
}

const RECIPES: readonly Recipe[] = PAGE.split(/^## /m)
  .slice(1)
  .map((section) => {
    const blocks = blocksOf(section)
    const yaml = blocks.filter(({ language }) => language === 'yaml')
    return {
      title: section.slice(0, section.indexOf('\n')),
      documents: yaml.flatMap(({ text }) =>
        parseAllDocuments(text).map((document) => {
          expect(document.errors).to.deep.equal([])
          return document.toJS() as unknown
        }),
      ),
      scripts: blocks.filter(({ language }) => language === 'sh').map(({ text }) => text),
    }
  })

describe('docs/recipes.md', () => {
  after(removeProjects)

  it('has a recipe for each tool', () => {
    expect(RECIPES.map(({ title }) => title)).to.deep.equal(['GitHub Actions', 'GitLab CI', 'Kubernetes Job', 'Helm', 'Argo CD'])
  })

  for (const recipe of RECIPES)
    it(`${recipe.title}: its commands run the release, and nothing is left`, async () => {
      const reader = await projectOfReader()
      const commands = commandsOf(recipe)
      expect(commands).not.to.have.length(0)
      for (const command of commands) await succeeds(reader, command)
      // The recipes for a container show one phase, or leave contract to a person.
      if (!commands.some((command) => command.includes('migrate'))) await succeeds(reader, 'interphase migrate')
      if (!commands.some((command) => command.includes('contract'))) await succeeds(reader, 'interphase contract --yes')
      await succeeds(reader, 'interphase status --check')
      expect(await execute(reader.database, 'SELECT * FROM item')).to.deep.equal([{ id: 1, name: 'a', code: 'A' }])
    })
})

/** The file of the secret and the release of the page, in this test. */
const STANDS_FOR: Readonly<Record<string, string>> = { '/run/secrets/interphase/url': 'url', '2026.1-first': '2' }

/** The shell commands of a recipe in the order in which the tool runs them. */
function commandsOf({ documents, scripts }: Recipe): readonly string[] {
  const found: string[] = []
  JSON.stringify(documents, (key, value: unknown) => {
    if (key === 'run' && typeof value === 'string') found.push(value)
    if (key === 'script' && Array.isArray(value)) found.push(...(value as string[]))
    if (key === 'command' && Array.isArray(value)) found.push((value as string[]).map((word) => STANDS_FOR[word] ?? word).join(' '))
    return value
  })
  return [...found, ...scripts]
}

/** The recorded states of the project, which are the same for every recipe. */
let recorded: Promise<Readonly<Record<string, string>>> | undefined

async function recordStates(reader: Reader): Promise<Readonly<Record<string, string>>> {
  await succeeds(reader, 'interphase record')
  return statesIn(reader.directory)
}

async function projectOfReader(): Promise<Reader> {
  const reader = await newReader()
  put(reader.directory, FILES)
  for (const file of ['deploy-new-version', 'retire-old-version', 'bin/npm', 'bin/npx']) chmodSync(join(reader.directory, file), 0o755)
  writeFileSync(join(reader.directory, 'url'), reader.database)
  recorded ??= recordStates(reader)
  put(reader.directory, await recorded)
  await succeeds(reader, 'interphase up --to 1')
  await execute(reader.database, "INSERT INTO item (id, name) VALUES (1, 'a')")
  return reader
}

async function succeeds({ directory, env }: Reader, command: string): Promise<void> {
  const text = await seen(`set -e\nRELEASE=2\n${command}\necho "exit 0"`, directory, env)
  expect(text, command).to.match(/exit 0$/)
}
