import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { EFFECTS_ON_RUNNING_CODE } from '../../src/effect/effect.ts'
import { PHASES } from '../../src/phase/phase.ts'
import { readPolicies, SHIPPED_POLICIES_DIRECTORY } from '../../src/project/policies.ts'
import { caught } from '../support/caught.ts'
import { project, removeProjects } from '../support/project.ts'

describe('the policies on disk', () => {
  after(removeProjects)

  it('are shipped, one for each phase, and judge every effect', () => {
    const policies = readPolicies()
    for (const phase of PHASES) {
      expect(policies[phase].phase).to.equal(phase)
      expect([...Object.keys(policies[phase].admits), ...Object.keys(policies[phase].refuses)]).to.have.members([
        ...EFFECTS_ON_RUNNING_CODE,
      ])
    }
    expect(Object.keys(policies.migrate.admits)).to.have.members(['writes-rows', 'proves', 'speeds'])
    expect(policies.contract.opens).to.contain('destruction-confirmed')
    expect(policies.expand.undo).to.deep.include({ by: 'undo-files', until: 'contract' })
  })

  it('lie beside their schema and a README', () => {
    expect(readdirSync(SHIPPED_POLICIES_DIRECTORY)).to.have.members([
      ...PHASES.map((phase) => `${phase}.json`),
      'README.md',
      'policy.schema.json',
    ])
  })

  it('may be those of the project', () => {
    const directory = project(copies())
    expect(readPolicies(directory)).to.deep.equal(readPolicies())
  })

  for (const [what, change, file, says] of [
    ['that is missing', { 'migrate.json': undefined }, 'migrate.json', 'the file does not exist. Copy '],
    ['of another phase', { 'migrate.json': JSON.stringify(readPolicies().expand) }, 'migrate.json', 'phase: "expand"'],
    ['of no phase', { 'extend.json': '{}' }, 'extend.json', 'not the name of a phase'],
    ['that is broken', { 'expand.json': '{' }, 'expand.json', 'not JSON'],
  ] as const) {
    it(`${what} is refused`, () => {
      const files = Object.entries({ ...copies(), ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined)
      const directory = project(Object.fromEntries(files))
      const error = caught(() => readPolicies(directory), 'policy.invalid')
      expect(error.facts.file).to.equal(join(directory, file))
      expect(error.message).to.contain(says)
    })
  }
})

function copies(): Record<string, string> {
  return Object.fromEntries(PHASES.map((phase) => [`${phase}.json`, JSON.stringify(readPolicies()[phase])]))
}
