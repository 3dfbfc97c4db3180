import { expect } from 'chai'
import { ERROR_WORDINGS, type ErrorCode, InterphaseError, listRemedies } from '../src/error.ts'

const CODES = Object.keys(ERROR_WORDINGS) as ErrorCode[]

describe('error', () => {
  it('has a remedy of whole sentences for every code', () => {
    const lines = CODES.flatMap((code) =>
      listRemedies(code).flatMap(({ remedy }) => remedy.split('\n').map((line) => ({ code, line: line.replace(/^(?:\d+\.|-) /, '') }))),
    )
    expect(lines.filter(({ line }) => !/^[A-Zd].*[.…]$/.test(line))).to.deep.equal([])
  })

  it('has a case for all other facts, if its remedy depends on the facts', () => {
    const cases = Object.values(ERROR_WORDINGS).flatMap(({ remedy }) => (typeof remedy === 'string' ? [] : [remedy.at(-1)]))
    expect(cases.length).to.be.greaterThan(5)
    expect(cases.filter((last) => !/^\(\)\s*=>\s*true$/.test(String(last?.applies)))).to.deep.equal([])
  })

  it('fills in the facts, and shows the reader only the remedy for these facts', () => {
    const held = { phase: 'contract', release: '2', reasons: ['migrate of 2 is not done'], next: 'interphase migrate' }
    expect(new InterphaseError('phase.held', held).remedy).to.equal('1. Run: interphase migrate.\n2. Run the same command again.')
    expect(new InterphaseError('phase.held', { ...held, gates: ['soak'] }).remedy).to.not.include('interphase migrate')
    const stamp = new InterphaseError('stamp.finished', { migration: "2/010-it's.migrate", state: 'done' })
    expect(stamp.remedy).to.include(`--again '2/010-it'\\''s.migrate'.`)
    const untouched = new InterphaseError('stamp.finished', { migration: '2/010-a.expand', state: 'not begun' })
    expect(untouched.remedy).to.include('interphase adopt --at 2/010-a.expand.').and.not.include('--again')
    const server = new InterphaseError('record.no-server', { dialect: 'mysql', problem: 'no MySQL server is named' })
    expect(server.remedy).to.include('`shadow.mysql.url`').and.include('INTERPHASE_SHADOW_MYSQL_URL')
  })

  it('writes a declaration as a comment of the file that the error names', () => {
    const remedyFor = (file: string) =>
      new InterphaseError('record.undo', { release: '1', dialect: 'mysql', migration: '1/010-a.expand', file, problems: [] }).remedy
    expect(remedyFor('1/010-a.expand.undo.sql')).to.include('-- interphase: irreversible')
    expect(remedyFor('1/010-a.expand.ts')).to.include('// interphase: irreversible').and.not.include('-- interphase')
  })

  it('gives the remedy for the cause of the error', () => {
    const ended = (how: string) => new InterphaseError('process.ended', { how }).remedy
    expect(ended('the command awaits a promise that is never resolved')).to.include('resolve or reject')
    expect(ended('code called process.exit(0)')).to.include('Remove every call that ends the process').and.not.include('promise')
    const timeout = (blockers: readonly string[]) =>
      new InterphaseError('statement.lock-timeout', { file: 'a.sql', line: 1, statement: '', attempts: 1, blockers })
    expect(timeout([]).message).to.equal('a.sql:1: the statement did not get its lock in 1 attempt; the blocking sessions are not known')
    expect(timeout([]).remedy).to.include('SHOW FULL PROCESSLIST')
    expect(timeout(['pid 4']).remedy).to.match(/^1\. Wait until the blocking sessions end/)
    const probe = (problem: string) => new InterphaseError('probe.invalid', { file: 'probes/old/a.sql', problem }).remedy
    expect(probe('line 1: "fails" is not valid')).to.include('fails after <number>-<slug>.<phase> because <reason>')
    expect(probe('the probe contains no statement')).to.include('delete probes/old/a.sql')
  })

  it('does not advise to repeat a statement whose result is unknown', () => {
    expect(ERROR_WORDINGS['database.lost'].remedy).to.match(/^Do not repeat the statement by hand/)
  })

  it('offers what there is in place of a name that is not', () => {
    const says = (id: string, known: readonly string[]) => new InterphaseError('state.unknown', { id, known }).message
    const migrations = ['expand', 'migrate', 'contract'].map((phase) => `2-merge/010-date.${phase}`)
    expect(says('2-merge/010-date', migrations)).to.include('; did you mean 2-merge/010-date.expand, ')
    expect(says('3/010', ['1', '3', '3/010-a.expand'])).to.include('; did you mean 3/010-a.expand?')
    expect(says('3', ['1-start', '2-merge'])).to.equal('there is no release, change or migration 3; the name must be 1-start or 2-merge')
    expect(says('3', ['a', 'b', 'c', 'd', 'e', 'f'])).to.equal('there is no release, change or migration 3')
  })
})
