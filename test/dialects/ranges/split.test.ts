import { expect } from 'chai'
import fc from 'fast-check'
import { splitMysqlAtBatchPlaceholder as mysql } from '../../../src/dialects/mysql/text/batch.ts'
import { splitPostgresAtBatchPlaceholder as postgres } from '../../../src/dialects/postgres/text/batch.ts'

const UPDATE = 'UPDATE t SET a = 1 WHERE '

/** Pieces of a statement that are no placeholder. Each can stand before and after any other, with a space between. */
const TEXTS_OF_ALL = [
  UPDATE,
  "':batch'",
  "'it''s :batch'",
  '/* :batch */',
  '/* it\'s " ` */',
  '-- it\'s :batch " `\n',
  ':batches',
  ':batch_1',
  ':batché',
  ': batch',
  'batch',
  ':=batch',
  'a/b',
  '(x)',
  "(':batch')",
] as const

const TEXTS_OF_POSTGRES = [
  ...TEXTS_OF_ALL,
  '":batch"',
  '"a "":batch"',
  "'\\'",
  "E'\\':batch'",
  "e'\\\\' || ':batch'",
  "E'a'\n  -- why\n ':batch\\':batch'",
  "'a'\n 'b'",
  "U&'\\0061:batch'",
  'a::batch',
  "'1' :: batch",
  'a[1:batch]',
  'a[:batch]',
  'a[f(1):batch]',
  '$$ :batch $$',
  "$fn$ $$ ':batch $fn",
  '$1',
  'a$b$c',
  '/* a /* b */ :batch */',
  'données',
] as const

const TEXTS_OF_MYSQL = [
  ...TEXTS_OF_ALL,
  '":batch"',
  '"a "":batch"',
  '"\\":batch"',
  "'\\':batch'",
  "'a\\\\'",
  '`:batch`',
  '`a ``:batch`',
  "# it's :batch\n",
  '--x',
  '/*!99999 :batch */',
  '@a := 1',
] as const

describe('the placeholder of a batch', () => {
  for (const [server, split, texts] of [
    ['PostgreSQL', postgres, TEXTS_OF_POSTGRES],
    ['MySQL and MariaDB', mysql, TEXTS_OF_MYSQL],
  ] as const) {
    it(`is found between any other text on ${server}`, () => {
      // An unfinished dollar quote has no end, so it can only be the last piece.
      const text = fc.constantFrom(...texts.filter((piece) => !piece.startsWith('$fn$')))
      const pieces = fc.array(fc.oneof(text, fc.constant(':batch')), { maxLength: 12 })
      fc.assert(
        fc.property(pieces, (list) => {
          const expected = ['']
          for (const piece of list) {
            if (piece === ':batch') expected.push(' ')
            else expected[expected.length - 1] += `${piece} `
          }
          const whole = list.map((piece) => `${piece} `).join('')
          const parts = split(whole)
          expect(parts).to.deep.equal(expected)
          expect(parts.join(':batch')).to.equal(whole)
        }),
        { numRuns: 1000 },
      )
    })

    for (const piece of texts) {
      it(`is not in ${JSON.stringify(piece)} on ${server}`, () => {
        expect(split(piece)).to.deep.equal([piece])
      })
    }

    for (const [before, after] of [
      [`${UPDATE}(`, ')'],
      [UPDATE, ''],
      ['UPDATE t SET a = 1 WHERE', ';'],
      [`${UPDATE}NOT`, '/* why */AND x'],
      [`${UPDATE}a = '1'`, " OR 'x'"],
    ] as const) {
      it(`is between ${JSON.stringify(before)} and ${JSON.stringify(after)} on ${server}`, () => {
        expect(split(`${before}:batch${after}`)).to.deep.equal([before, after])
      })
    }

    it(`can stand several times on ${server}`, () => {
      expect(split(`${UPDATE}:batch AND b IN (SELECT b FROM t WHERE :batch)`)).to.deep.equal([
        UPDATE,
        ' AND b IN (SELECT b FROM t WHERE ',
        ')',
      ])
    })
  }

  it('is in a query inside square brackets, and not in a slice', () => {
    expect(postgres('SELECT a[(SELECT 1 FROM t WHERE :batch)], b[1:batch] FROM t')).to.have.length(2)
  })

  it('is in an executable comment, whose content is code', () => {
    expect(mysql(`${UPDATE}/*!80000 :batch */`)).to.deep.equal([`${UPDATE}/*!80000 `, ' */'])
  })

  it('is not behind a quote without an end', () => {
    for (const open of ["'", '"', "E'", '/*', '$x$']) expect(postgres(`SELECT ${open} :batch`)).to.have.length(1)
    for (const open of ["'", '"', '`', '/*']) expect(mysql(`SELECT ${open} :batch`)).to.have.length(1)
  })
})
