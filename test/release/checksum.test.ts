import { expect } from 'chai'
import fc from 'fast-check'
import { migrationChecksum, normalizeMigrationFileText } from '../../src/release/checksum.ts'

const sum = (text: string) => migrationChecksum({ migration: normalizeMigrationFileText(text) })

describe('a checksum', () => {
  it('is 64 hex digits, the same on every machine', () => {
    expect(sum('SELECT 1;\n')).to.equal(SUM_OF_SELECT_1)
  })

  it('does not see a BOM, CRLF and the final newline', () => {
    for (const text of ['a\nb', 'a\r\nb', '\uFEFFa\nb\n', 'a\r\nb\r\n']) expect(sum(text)).to.equal(sum('a\nb'))
  })

  it('sees everything else', () => {
    for (const text of ['a\nb ', 'a\n\nb', 'a\nb\n\n', 'a\rb', ' a\nb', 'a\nB', 'a\n\uFEFFb', ''])
      expect(sum(text)).to.not.equal(sum('a\nb'))
  })

  it('differs for different texts', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ', '\uFEFF'), maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sum(a) === sum(b)).to.equal(normalizeMigrationFileText(a) === normalizeMigrationFileText(b))
      }),
    )
  })

  it('distinguishes the parts of a migration', () => {
    const sums = [
      migrationChecksum({ migration: 'a' }),
      migrationChecksum({ migration: 'a', pending: '' }),
      migrationChecksum({ migration: 'a', undo: '' }),
      migrationChecksum({ migration: '', pending: 'a' }),
      migrationChecksum({ migration: 'a', imports: [{ file: 'lib/a.ts', text: '' }] }),
      migrationChecksum({ migration: 'a', imports: [{ file: 'lib/b.ts', text: '' }] }),
    ]
    expect(new Set(sums).size).to.equal(sums.length)
  })

  it('does not depend on the order in which imports are found', () => {
    const [a, b] = [
      { file: 'lib/a.ts', text: '1' },
      { file: 'lib/b.ts', text: '2' },
    ]
    expect(migrationChecksum({ migration: '', imports: [a, b] })).to.equal(migrationChecksum({ migration: '', imports: [b, a] }))
  })
})

// printf '9:migration9:SELECT 1;' | sha256sum
const SUM_OF_SELECT_1 = '34937446f4c310d810845e85d53cc36bdf9b9d56eda5c0b49dfa2f897f50d963'
