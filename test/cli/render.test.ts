import { expect } from 'chai'
import { makeTlsSettingsFromOptions, readDatabaseUrl } from '../../src/cli/connection.ts'
import { wrapLongLines } from '../../src/cli/layout/fit.ts'
import { formatDuration } from '../../src/cli/layout/text.ts'
import { doesStreamSupportColour, paintWithoutColour } from '../../src/cli/output.ts'
import { redactUrlPasswords } from '../../src/cli/redact.ts'
import { logSentenceOfEvent } from '../../src/cli/render/event.ts'
import { formatFailure } from '../../src/cli/render/failure.ts'
import { formatLedgerLog } from '../../src/cli/render/log.ts'
import { isSqlOutputLine } from '../../src/cli/render/plan.ts'
import { formatRunResult } from '../../src/cli/render/ran.ts'
import { formatRecordingResult } from '../../src/cli/render/recorded.ts'
import { formatStatusReport } from '../../src/cli/render/status.ts'
import { InterphaseError } from '../../src/error.ts'
import type { StatusReport } from '../../src/status/reports/report.ts'

describe('what the command line prints', () => {
  it('has no password of a URL in it, however that is written', () => {
    expect(redactUrlPasswords('cannot reach postgres://me:p@ss/w:rd@host:1/shop?x=1')).to.equal(
      'cannot reach postgres://me:***@host:1/shop?x=1',
    )
    expect(redactUrlPasswords('mysql://host/shop?user=me&password=secret&x=1')).to.equal('mysql://host/shop?user=me&password=***&x=1')
    expect(redactUrlPasswords('{"url":"mariadb://me:secret@host/shop"}')).to.equal('{"url":"mariadb://me:***@host/shop"}')
  })

  it('is about the database that is named first: option, file, the two variables', () => {
    const both = { INTERPHASE_DATABASE_URL: 'a', DATABASE_URL: 'b' }
    const read = () => 'c\n'
    expect(readDatabaseUrl({ databaseUrl: 'd' }, both, read)).to.equal('d')
    expect(readDatabaseUrl({ databaseUrlFile: 'f' }, both, read)).to.equal('c')
    expect(readDatabaseUrl({}, both, read)).to.equal('a')
    expect(readDatabaseUrl({}, { INTERPHASE_DATABASE_URL: '', DATABASE_URL: 'b' }, read)).to.equal('b')
    expect(readDatabaseUrl({}, {}, read)).to.equal(undefined)
    expect(() => readDatabaseUrl({ databaseUrlFile: 'f' }, both, () => '\n')).to.throw(InterphaseError, 'the file is empty')
  })

  it('an authority alone asks for a verified server', () => {
    expect(makeTlsSettingsFromOptions({ tlsCa: 'ca.pem' })).to.deep.equal({ mode: 'verify', ca: 'ca.pem' })
    expect(makeTlsSettingsFromOptions({ tls: 'require', tlsCa: 'ca.pem' })).to.deep.equal({ mode: 'require', ca: 'ca.pem' })
    expect(makeTlsSettingsFromOptions({})).to.equal(undefined)
  })

  it('a failure says what, what to do, and the code', () => {
    const error = new InterphaseError('phase.unconfirmed', { phase: 'contract', release: '2', destroys: ['table a (3 rows)'], command: '' })
    expect(formatFailure(error, paintWithoutColour).split('\n')).to.deep.equal([
      'contract of 2 did not start, because you must confirm that contract destroys this data:',
      '  table a (3 rows)',
      `  What to do: ${error.remedy}`,
      '  (phase.unconfirmed)',
    ])
  })

  it('an event is a sentence, and a phase without work is passed in silence', () => {
    const started = { type: 'phase-started', release: '2', phase: 'expand', promise: 'Nobody notices.' } as const
    expect(logSentenceOfEvent({ ...started, migrations: 2 })).to.deep.equal({
      level: 'info',
      says: 'expand of 2, 2 migrations. Nobody notices.',
    })
    expect(logSentenceOfEvent({ ...started, migrations: 0 }).level).to.equal('debug')
  })

  it('a time is short', () => {
    expect([12, 3210, 250_000, 7_500_000].map(formatDuration)).to.deep.equal(['12 ms', '3.2 s', '4 min 10 s', '2 h 5 min'])
  })

  it('status is a table, the release at work, what is wrong and what is next', () => {
    const text = formatStatusReport(STATUS, false, paintWithoutColour)
    expect(text).to.match(/^shop on postgres 18\.4 at host:1\/shop\n\nrelease +expand +migrate\n1-first +1\/1 done +0\/1 waiting\n/)
    expect(text).to.match(/expand +010-shop\.expand +done +2026-01-31 13:05:09, by me@here\n/)
    expect(text).to.include('Next: interphase migrate  (1 migration of 1-first)')
    const held = formatStatusReport({ ...STATUS, next: { ...NEXT, held: ['no recorded states'] } }, false, paintWithoutColour)
    expect(text).to.include('was not compared with the plan. To compare: interphase status --check')
    const compared = { ...STATUS, schema: 'as planned', schemaRemark: 'The texts were left out.' } as const
    expect(formatStatusReport(compared, true, paintWithoutColour)).to.include('The schema is as planned.\nThe texts were left out.')
    expect(formatStatusReport(STATUS, true, paintWithoutColour)).not.to.include('was not compared')
    expect(held).to.include('migrate of 1-first cannot start yet:\n  no recorded states').and.not.include('Next:')
  })

  it('status shows the speed of a data step in batches, the time that is left and the size of the batches', () => {
    const text = (batches: object) => {
      const step = { id: '1-first/010-shop.migrate', file: 'f', state: 'running', how: 'run', by: 'me', despite: [], batches }
      const phase = { phase: 'migrate', state: 'stopped', done: 0, of: 1, migrations: [step] }
      return formatStatusReport(
        { ...STATUS, releases: [{ release: '1-first', phases: [phase] }] } as StatusReport,
        false,
        paintWithoutColour,
      )
    }
    const batches = { done: 24, rows: 20_000, of: 100_000, size: 500, at: '2026-01-31T13:05:09Z' }
    expect(text({ ...batches, rate: 800, etaMs: 100_000 })).to.include(
      '24 batches, 20,000 of about 100,000 rows (20 %), 800 rows/s, 1 min 40 s left, batches of 500, the last at 2026-01-31 13:05:09',
    )
    expect(text({ ...batches, rate: 800 })).to.include('(20 %), 800 rows/s, batches of 500, the last at')
    expect(text(batches)).to.include('(20 %), the last at')
  })

  it('status states that a database was adopted, until a migration has run there', () => {
    const adopted = (how: 'adopted' | 'run'): StatusReport => ({
      ...STATUS,
      releases: STATUS.releases.map((release) => ({
        ...release,
        phases: release.phases.map((phase) => ({ ...phase, migrations: phase.migrations.map((one) => ({ ...one, how })) })),
      })),
    })
    expect(formatStatusReport(adopted('adopted'), true, paintWithoutColour)).to.match(
      /adopted at 1-first\/010-shop\.expand: 1 migration counts as done, although interphase ran no migration in this database\./,
    )
    expect(formatStatusReport(adopted('run'), true, paintWithoutColour)).not.to.include('although interphase ran no')
  })

  it('a recording counts what it recorded and what it kept', () => {
    const result = (...fresh: readonly boolean[]) =>
      formatRecordingResult([{ dialect: 'mysql', releases: fresh.map((one, index) => ({ release: `r${index}`, fresh: one })) }])
    expect(result(false)).to.equal('mysql: 1 release recorded.')
    expect(result(true, false)).to.equal('mysql: 1 release recorded; 1 release was recorded before and has not changed.')
    expect(result(true, true)).to.equal('mysql: nothing to record; 2 releases were recorded before and have not changed.')
  })

  it('a run ends with the next command, and with the promise of the next phase', () => {
    const next = { release: '1-first', phase: 'contract', migrations: 2, promise: 'The old version must have stopped.' } as const
    const end = 'Next command: interphase contract  (2 migrations of 1-first)\n  The old version must have stopped.'
    expect(formatRunResult([], next)).to.equal(`Nothing to do.\n${end}`)
    const ran = { release: '1-first', phase: 'migrate', migrations: 1, elapsedMs: 5 } as const
    expect(formatRunResult([ran], next)).to.equal(`migrate of 1-first: 1 migration done, 5 ms.\n${end}`)
    expect(formatRunResult([], undefined)).to.equal('Nothing to do.\nEvery release is contracted.')
  })

  it('is broken between words where it is wider than the terminal, below the last column of a table', () => {
    expect(wrapLongLines('one two three', 9)).to.equal('one two\n  three')
    expect(wrapLongLines('  a note that is long', 12)).to.equal('  a note\n  that is\n  long')
    expect(wrapLongLines('lock  held by somebody else', 16)).to.equal('lock  held by\n      somebody\n      else')
    expect(wrapLongLines('\x1b[31mone two\x1b[39m', 7)).to.equal('\x1b[31mone two\x1b[39m')
    expect(wrapLongLines('one_word_that_is_too_long', 9)).to.equal('one_word_that_is_too_long')
    expect(wrapLongLines('one two three', undefined)).to.equal('one two three')
    expect(wrapLongLines('表 表 表', 5)).to.equal('表 表\n  表')
    expect(wrapLongLines('e\u0301e\u0301 👩‍🚀 x', 7)).to.equal('e\u0301e\u0301 👩‍🚀 x')
    expect(wrapLongLines('      SELECT 1 FROM item;\nsaid of it all', 9, isSqlOutputLine)).to.equal(
      '      SELECT 1 FROM item;\nsaid of\n  it all',
    )
  })

  it('has colours on a terminal that knows them, and where FORCE_COLOR says so', () => {
    const terminal = { isTTY: true } as NodeJS.WriteStream
    const file = { isTTY: false } as NodeJS.WriteStream
    expect([doesStreamSupportColour(terminal, {}), doesStreamSupportColour(file, {})]).to.deep.equal([true, false])
    for (const plain of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }, { FORCE_COLOR: 'false' }])
      expect(doesStreamSupportColour(terminal, plain), JSON.stringify(plain)).to.equal(false)
    expect(doesStreamSupportColour(terminal, { NO_COLOR: '' })).to.equal(true)
    expect(doesStreamSupportColour(file, { FORCE_COLOR: '1', NO_COLOR: '1' })).to.equal(true)
  })

  it('a database without a ledger has an empty log', () => {
    expect(formatLedgerLog('shop', undefined)).to.equal('The database has no ledger entries of shop.')
  })
})

const NEXT: NonNullable<StatusReport['next']> = {
  release: '1-first',
  phase: 'migrate',
  migrations: ['1-first/010-shop.migrate'],
  command: 'interphase migrate',
  held: [],
}

const STATUS: StatusReport = {
  format: 1,
  project: 'shop',
  dialect: 'postgres',
  database: 'host:1/shop',
  server: '18.4',
  releases: [
    {
      release: '1-first',
      phases: [
        {
          phase: 'expand',
          state: 'done',
          done: 1,
          of: 1,
          migrations: [
            { id: '1-first/010-shop.expand', file: '', state: 'done', by: 'me@here', finishedAt: '2026-01-31T13:05:09.000Z', despite: [] },
          ],
        },
        {
          phase: 'migrate',
          state: 'waiting',
          done: 0,
          of: 1,
          migrations: [{ id: '1-first/010-shop.migrate', file: '', state: 'waiting', despite: [] }],
        },
      ],
    },
  ],
  next: NEXT,
  exceptions: 0,
  problems: [],
  schema: 'not compared',
  exitCode: 4,
}
