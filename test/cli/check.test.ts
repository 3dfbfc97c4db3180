import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeSarifDocument } from '../../src/cli/documents/sarif.ts'
import { formatCheckReport } from '../../src/cli/render/check.ts'
import { type CheckReport, CheckReportShape } from '../../src/status/reports/check-report.ts'
import { project, removeProjects } from '../support/project.ts'
import { interphase } from './cli.ts'

const REPORT: CheckReport = {
  format: 1,
  project: 'shop',
  directory: 'db/my shop',
  dialects: ['postgres', 'mysql'],
  ok: false,
  findings: [
    {
      code: 'policy.refuses',
      severity: 'error',
      dialects: ['mysql'],
      file: 'releases/r2/010-a.expand.sql',
      line: 3,
      migration: 'r2/010-a.expand',
      object: 'column item.a',
      says: 'expand refuses the effect "tightens": + column item.a int not null',
      remedy: 'Tighten in contract.',
      facts: {},
    },
    {
      code: 'relies.all-columns',
      severity: 'warning',
      dialects: ['postgres', 'mysql'],
      file: 'releases/r2/020-b.expand.sql',
      line: 1,
      migration: 'r2/020-b.expand',
      says: 'SELECT * takes the columns that the table has',
      remedy: 'List the columns.',
      facts: {},
      exception: { rule: 'all-columns', because: 'all of them are meant', line: 1 },
    },
    { code: 'states.missing', severity: 'error', dialects: ['mysql'], says: 'r3 has no recorded states', remedy: 'Record.', facts: {} },
  ],
  exceptions: [
    {
      word: 'despite',
      rule: 'all-columns',
      because: 'all of them are meant',
      line: 1,
      migration: 'r2/020-b.expand',
      file: 'releases/r2/020-b.expand.sql',
      dialects: ['postgres', 'mysql'],
    },
  ],
  exitCode: 2,
}

describe('the report of check', () => {
  after(removeProjects)

  it('is a line for each finding, then the declarations, then the result', () => {
    expect(formatCheckReport(REPORT).split('\n')).to.deep.equal([
      'releases/r2/010-a.expand.sql:3: error policy.refuses [mysql]: expand refuses the effect "tightens": + column item.a int not null. Tighten in contract.',
      'error states.missing [mysql]: r3 has no recorded states. Record.',
      'releases/r2/020-b.expand.sql:1: exception: despite all-columns because all of them are meant (1 finding)',
      'shop has errors: 2 errors, 1 exception (1 despite).',
    ])
    expect(formatCheckReport({ ...REPORT, ok: true, findings: [], exceptions: [] })).to.equal('shop has no errors on postgres, mysql.')
  })

  it('is what its schema says', () => {
    expect(CheckReportShape.parse(REPORT)).to.deep.equal(REPORT)
    expect(JSON.parse(readFileSync('docs/check.schema.json', 'utf8'))).to.have.nested.property('properties.findings')
  })

  it('is SARIF 2.1.0 for code hosts', () => {
    // The required properties are those of the standard, sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.35 and 3.49.
    const log = makeSarifDocument(REPORT)
    expect(log.version).to.equal('2.1.0')
    const [run] = log.runs
    expect(run?.tool.driver).to.include({ name: 'interphase' })
    const rules = run?.tool.driver.rules ?? []
    expect(rules.map(({ id }) => id)).to.deep.equal(['policy.refuses', 'relies.all-columns', 'states.missing'])
    for (const { shortDescription, help } of rules) {
      expect(shortDescription?.text).to.match(/^[A-Z].+\.$/)
      expect(help?.text).to.not.equal('')
      expect(help?.markdown).to.include('```')
    }
    const results = run?.results ?? []
    expect(results.map(({ level }) => level)).to.deep.equal(['error', 'warning', 'error'])
    for (const { ruleId, ruleIndex, message } of results) {
      expect(rules[ruleIndex ?? -1]?.id).to.equal(ruleId)
      expect(message.text).to.not.equal('')
    }
    expect(results[0]?.locations).to.deep.equal([
      {
        physicalLocation: {
          artifactLocation: { uri: 'db/my%20shop/releases/r2/010-a.expand.sql', uriBaseId: '%SRCROOT%' },
          region: { startLine: 3 },
        },
        logicalLocations: [{ fullyQualifiedName: 'r2/010-a.expand', kind: 'module' }],
      },
    ])
    expect(results.map((result) => ('suppressions' in result ? result.suppressions : []))).to.deep.equal([
      [],
      [{ kind: 'inSource', status: 'accepted', justification: 'all of them are meant' }],
      [],
    ])
    const prints = results.map(({ partialFingerprints }) => partialFingerprints?.['interphase/v1'])
    expect(new Set(prints).size).to.equal(3)
  })

  it('goes to a file, with places from the root of the repository, and to stdout', async () => {
    const root = project({
      'db/interphase.config.json': '{ "project": "shop" }',
      'db/releases/1-first/010-shop.expand.sql': 'CREATE TABLE shop (id int);',
      'db/releases/1-first/notes.txt': '',
    })
    mkdirSync(join(root, '.git'))
    const directory = join(root, 'db')
    const { code, out, err } = await interphase(directory, ['check', '--format', 'sarif', '--output', 'out/check.sarif'])
    expect([code, err]).to.deep.equal([2, ''])
    expect(out).to.match(/^releases\/1-first\/notes\.txt: error release\.bad-name: /)
    const written: unknown = JSON.parse(readFileSync(join(directory, 'out', 'check.sarif'), 'utf8'))
    const uri = 'runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri'
    expect(written).to.have.nested.property(uri, 'db/releases/1-first/notes.txt')
    const json = await interphase(directory, ['check', '--json', '--strict'])
    expect(CheckReportShape.parse(JSON.parse(json.out))).to.include({ ok: false, exitCode: 2, directory: 'db' })
  })
})
