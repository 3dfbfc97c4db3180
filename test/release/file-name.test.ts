import { expect } from 'chai'
import fc from 'fast-check'
import {
  formatMigrationFileName,
  MIGRATION_FILE_EXTENSIONS,
  type MigrationFileName,
  parseMigrationFileName,
} from '../../src/release/file-name.ts'
import { compareTextsNaturally, isSameFileNumber } from '../../src/release/natural-order.ts'
import { DIALECTS } from '../../src/schema/object.ts'
import { caught } from '../support/caught.ts'

describe('the name of a migration file', () => {
  it('says number, slug, phase, role, dialect and extension', () => {
    expect(parseMigrationFileName('releases/2/010-widget_Time-stamp.migrate.pending.mysql.sql')).to.deep.equal({
      number: '010',
      slug: 'widget_Time-stamp',
      phase: 'migrate',
      role: 'pending',
      dialect: 'mysql',
      extension: 'sql',
    })
    expect(parseMigrationFileName('1-a.expand.mjs')).to.deep.equal({
      number: '1',
      slug: 'a',
      phase: 'expand',
      role: 'migration',
      extension: 'mjs',
    })
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fileNames, (name) => {
        expect(parseMigrationFileName(`some/where/${formatMigrationFileName(name)}`)).to.deep.equal(name)
      }),
    )
  })

  it('is read correctly, or refused with an error that names it', () => {
    const words = fc.constantFrom('010-a', '10', 'a', 'expand', 'migrate', 'pending', 'undo', 'mysql', 'pg', 'sql', 'ts', 'd', '', '2-é')
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), (parts) => {
        const file = parts.join('.')
        const error = caughtOrNothing(() => expect(formatMigrationFileName(parseMigrationFileName(file))).to.equal(file))
        if (error) expect(error.facts).to.include({ file })
      }),
    )
  })

  for (const [file, code, says] of [
    ['010-a.expnad.sql', 'release.unknown-phase', 'expnad'],
    ['010-a.expand.oracle.sql', 'release.unknown-dialect', 'oracle'],
    ['010-a.sql', 'release.bad-name', 'no phase'],
    ['a.expand.sql', 'release.bad-name', 'begin with a number'],
    ['010.expand.sql', 'release.bad-name', 'begin with a number'],
    ['010-a b.expand.sql', 'release.bad-name', 'begin with a number'],
    ['010-a.expand.txt', 'release.bad-name', '".txt" is not one of'],
    ['010-a', 'release.bad-name', 'no extension'],
    ['010-a.migrate.mysql.pending.sql', 'release.bad-name', '.pending.mysql'],
    ['010-a.expand.mysql.mariadb.sql', 'release.bad-name', 'is not expected in the name'],
    ['010-a.expand.undo.ts', 'release.bad-name', 'must be SQL'],
    ['010-a.expand.pending.sql', 'release.bad-name', 'only a data step'],
  ] as const) {
    it(`refuses ${file}`, () => {
      const error = caught(() => parseMigrationFileName(`releases/x/${file}`), code)
      expect(error.facts).to.include({ file: `releases/x/${file}` })
      expect(error.message).to.contain(says)
    })
  }
})

describe('natural order', () => {
  it('counts as people do', () => {
    const names = ['10-b', '2-a', '2015.10-x', '2015.2-y', '010-a', '1']
    expect(names.sort(compareTextsNaturally)).to.deep.equal(['1', '2-a', '010-a', '10-b', '2015.2-y', '2015.10-x'])
  })

  it('is a total order', () => {
    const name = fc.stringMatching(/^[0-9a-b.-]{0,8}$/)
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareTextsNaturally(a, b))).to.equal(-Math.sign(compareTextsNaturally(b, a)) + 0)
        expect(compareTextsNaturally(a, b) === 0).to.equal(a === b)
        if (compareTextsNaturally(a, b) <= 0 && compareTextsNaturally(b, c) <= 0) expect(compareTextsNaturally(a, c)).to.be.at.most(0)
      }),
    )
  })

  it('orders numbers by what they count, of any length', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 30n), fc.bigInt(0n, 10n ** 30n), fc.nat(5), (a, b, zeros) => {
        const padded = `${'0'.repeat(zeros)}${b}`
        expect(isSameFileNumber(String(a), padded)).to.equal(a === b)
        if (a !== b) expect(compareTextsNaturally(`${a}-x`, `${padded}-x`) < 0).to.equal(a < b)
      }),
    )
  })
})

const fileNames: fc.Arbitrary<MigrationFileName> = fc
  .record({
    number: fc.stringMatching(/^\d{1,6}$/),
    slug: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/),
    phase: fc.constantFrom('expand', 'migrate', 'contract'),
    role: fc.constantFrom('migration', 'pending', 'undo'),
    dialect: fc.option(fc.constantFrom(...DIALECTS)),
    extension: fc.constantFrom(...MIGRATION_FILE_EXTENSIONS),
  })
  .filter(({ phase, role }) => role !== 'pending' || phase === 'migrate')
  .map(({ dialect, extension, ...name }) => ({
    ...name,
    ...(dialect && { dialect }),
    extension: name.role === 'migration' ? extension : 'sql',
  }))

function caughtOrNothing(writing: () => void) {
  try {
    writing()
    return undefined
  } catch (error) {
    if (error instanceof Error && 'facts' in error) return error as Error & { facts: object }
    throw error
  }
}
