import { expect } from 'chai'
import fc from 'fast-check'
import { makeLineFinder } from '../../src/release/lines.ts'

describe('the lines of a text', () => {
  it('are counted as by splitting it before the offset', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é') }), fc.nat(), (text, at) => {
        const offset = at % (text.length + 1)
        expect(makeLineFinder(text)(offset)).to.equal(text.slice(0, offset).split('\n').length)
      }),
    )
  })
})
