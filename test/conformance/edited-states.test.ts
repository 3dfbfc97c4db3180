import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn, statesOf } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const FILES: Files = {
  'r1/010-crate.expand.sql': 'CREATE TABLE crate (id int PRIMARY KEY, mass int, spare int);',
  'r1/020-crate.migrate.sql': 'INSERT INTO crate VALUES (1, 7, 8);',
  'r2/030-depth.contract.sql': 'ALTER TABLE crate DROP COLUMN spare;\nALTER TABLE crate ADD COLUMN depth int;',
  'r2/005-colour.expand.sql': 'ALTER TABLE crate ADD COLUMN colour int;',
  'r2/010-mass.migrate.sql': 'UPDATE crate SET mass = mass + 1;',
  'r2/020-index.migrate.sql': 'CREATE INDEX crate_mass ON crate (mass);',
}
const NEXT: Files = { 'r3/010-note.expand.sql': 'ALTER TABLE crate ADD COLUMN note int;' }

type Json = { [key: string]: Json } | readonly Json[] | string | number | boolean | null
type Steps = readonly (readonly Json[])[]

/** The edit of each recorded file that keeps the file valid. The edit calls the change of the schema, rows or price something else. */
const EDITS: readonly (readonly [what: string, file: string, edit: (text: string) => string])[] = [
  ['a removed and an added column are called a renamed one', 'r2/030-depth', (text) => JSON.stringify(renamingIn(JSON.parse(text)))],
  ['the recorded state omits the row writes of a data step', 'r2/010-mass', (text) => text.replace('"wrote": true', '"wrote": false')],
  [
    'the recorded price of a statement contains no lock that blocks other sessions',
    'r2/020-index',
    (text) => text.replace(/"blocks": "(?!nobody)\w+"/, '"blocks": "nobody"'),
  ],
  [
    'the recorded state of an earlier release omits the row writes of a data step',
    'r1/020-crate',
    (text) => text.replace('"wrote": true', '"wrote": false'),
  ],
]

/** Replaces the first two differences of the contract, in whichever steps they are, by one rename. */
function renamingIn(file: { readonly migrations: { readonly contract: Json } }): object {
  const contract = file.migrations.contract as { readonly [key: string]: Json }
  const rename = (steps: Steps): Steps => {
    const all = steps.flat() as readonly { readonly [key: string]: Json }[]
    const removed = all.find((one) => 'removed' in one && (one['removed'] as { readonly kind?: Json }).kind === 'column')
    const added = all.find((one) => 'added' in one)
    if (!removed || !added) throw new Error(`nothing to rename in ${JSON.stringify(steps)}`)
    const renamed = { renamed: removed['removed'] ?? null, to: added['added'] ?? null }
    return steps.map((step) => step.flatMap((one) => (one === removed ? [renamed] : one === added ? [] : [one])))
  }
  const steps = Object.entries(contract).map(([key, value]) =>
    key === 'authored' || key === 'phased' ? [key, rename(value as Steps)] : [key, value],
  )
  return { ...file, migrations: { contract: Object.fromEntries(steps) } }
}

describe('recorded states that were edited by hand and are still valid', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    for (const [what, name, edit] of EDITS) {
      describe(what, () => {
        let chain: ChainOnServer
        let original: Files
        let file: string

        beforeEach(async () => {
          chain = await recordedOn(server, FILES)
          original = statesOf(chain)
          file = `${name.slice(0, 2)}/states/${chain.dialect}/${name.slice(3)}.json`
        })

        const applyEdit = () => {
          const path = join(chain.root, 'releases', file)
          const [before, after] = [readFileSync(path, 'utf8'), edit(readFileSync(path, 'utf8'))]
          expect(JSON.parse(after)).to.not.deep.equal(JSON.parse(before))
          writeFileSync(path, after)
        }

        it('is a finding of check, and stops each run before its first statement', async () => {
          await chain.up(name.startsWith('r2') ? { to: 'r1' } : { phase: 'expand', to: 'r1' })
          const before = [await chain.sql('SELECT * FROM crate'), await ledgerOf(chain)]
          applyEdit()
          const { findings, exitCode } = await (await chain.open()).check()
          expect(findings.map((one) => [one.code, one.file])).to.deep.equal([['states.invalid', `releases/${file}`]])
          expect(exitCode).to.equal(2)
          chain.events.length = 0
          for (const options of [{}, { only: name.startsWith('r2') ? 'expand' : 'migrate' }] as const) {
            const { facts } = await rejected(chain.up(options), 'states.invalid')
            expect(facts.file).to.equal(`releases/${file}`)
          }
          expect(chain.events.filter(({ type }) => type === 'statement-started')).to.deep.equal([])
          expect([await chain.sql('SELECT * FROM crate'), await ledgerOf(chain)]).to.deep.equal(before)
        })

        it('is replaced when the next release is recorded', async () => {
          applyEdit()
          chain.put(NEXT)
          await chain.record()
          const { [`${file.replace(/[^/]+$/, '')}_release.json`]: _head, ...rest } = statesOf(chain)
          expect(rest).to.include({ [file]: original[file] })
          expect((await (await chain.open()).check()).findings.filter(({ code }) => code.startsWith('states.'))).to.deep.equal([])
        })
      })
    }
  })
})

function ledgerOf(chain: ChainOnServer): Promise<unknown> {
  return chain.sql('SELECT id, run_state FROM interphase_migration ORDER BY id')
}
