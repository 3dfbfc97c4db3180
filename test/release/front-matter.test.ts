import { expect } from 'chai'
import { commentSyntaxFor } from '../../src/release/comment.ts'
import { parseFrontMatter } from '../../src/release/front-matter.ts'
import { NO_FRONT_MATTER } from '../../src/release/migration.ts'
import { DIALECTS, type DialectName } from '../../src/schema/object.ts'
import { caught } from '../support/caught.ts'

const read = (text: string, dialect: DialectName = 'postgres', kind: 'sql' | 'function' = 'sql') =>
  parseFrontMatter({ file: 'a.sql', text }, commentSyntaxFor(kind, dialect))

describe('front matter', () => {
  it('says how a migration is run, and gives reasons', () => {
    const text = `-- A licence.
/* and more
   of it */
-- interphase: transaction off
--interphase:rerunnable
-- interphase: effect mirrors because the trigger copies a to b; both ways
-- interphase: despite removes because nobody reads it
-- interphase: despite rewrite because the table is small
SELECT 1;`
    for (const dialect of DIALECTS) {
      expect(read(text, dialect)).to.deep.equal({
        transaction: 'off',
        rerunnable: true,
        effects: [{ effect: 'mirrors', because: 'the trigger copies a to b; both ways', line: 6 }],
        despite: [
          { effect: 'removes', because: 'nobody reads it', line: 7 },
          { effect: 'rewrite', because: 'the table is small', line: 8 },
        ],
      })
    }
  })

  it('keeps every question with its line', () => {
    expect(read('-- interphase: question Which price?\n-- a\n-- interphase: question Since when?\nSELECT 1').questions).to.deep.equal([
      { text: 'Which price?', line: 1 },
      { text: 'Since when?', line: 3 },
    ])
  })

  it('is silent in a file that has none', () => {
    expect(read('')).to.equal(NO_FRONT_MATTER)
    expect(read('-- interphase is a tool\nSELECT 1; -- see interphase: the manual')).to.equal(NO_FRONT_MATTER)
  })

  it('may stand behind # on MySQL and // in code', () => {
    expect(read('# interphase: rerunnable\nSELECT 1', 'mysql').rerunnable).to.equal(true)
    expect(read('// interphase: rerunnable\nexport {}', 'postgres', 'function').rerunnable).to.equal(true)
  })

  it('knows the nested comments of PostgreSQL, and that MySQL has none', () => {
    expect(read('/* a /* b */ c */\n-- interphase: rerunnable').rerunnable).to.equal(true)
    expect(read('/* a /* b */\n-- interphase: rerunnable', 'mysql').rerunnable).to.equal(true)
  })

  for (const [what, text, line, says] of [
    ['an unknown word', '-- interphase: rerunable', 1, 'rerunable'],
    ['an unknown manner', '\n\n-- interphase: transaction on', 3, 'transaction on'],
    ['nothing after the colon', '-- interphase:', 1, 'is not one of'],
    ['an unknown effect', '-- a\n-- interphase: effect pleases because x', 2, 'pleases'],
    ['a price as an effect', '-- interphase: effect scan because x', 1, 'scan'],
    ['a question without text', '-- interphase: question', 1, 'asks nothing'],
    ['no reason', '-- interphase: despite removes', 1, 'gives no reason'],
    ['an empty reason', '-- interphase: despite removes because ', 1, 'gives no reason'],
    ['words that come too late', 'SELECT 1;\n-- interphase: rerunnable\n', 2, 'above the first statement'],
    ['words in a later block', 'SELECT 1;\n\n/* interphase: rerunnable */', 3, 'above the first statement'],
  ] as const) {
    it(`refuses ${what}, with file and line`, () => {
      const error = caught(() => read(text), 'migration.front-matter')
      expect(error.facts).to.include({ file: 'a.sql', line })
      expect(error.message).to.contain(says)
    })
  }

  it('does not look past a comment that MySQL executes', () => {
    expect(caught(() => read('/*!50000 SET a = 1 */;\n-- interphase: rerunnable', 'mysql'), 'migration.front-matter').facts.line).to.equal(
      2,
    )
  })
})
