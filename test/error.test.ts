import { expect } from 'chai'
import { ERROR_WORDINGS, InterphaseError } from '../src/error.ts'

describe('error', () => {
  it('has a remedy of whole sentences for every code', () => {
    const bad = Object.entries(ERROR_WORDINGS).filter(([, { remedy }]) => !/^[A-Z].*\.$/s.test(remedy))
    expect(bad.map(([code]) => code)).to.deep.equal([])
  })

  it('does not advise to repeat a statement whose result is unknown', () => {
    expect(ERROR_WORDINGS['database.lost'].remedy).to.match(/^Do not repeat the statement by hand/)
  })

  it('offers what there is in place of a name that is not', () => {
    const says = (id: string, known: readonly string[]) => new InterphaseError('state.unknown', { id, known }).message
    const migrations = ['expand', 'migrate', 'contract'].map((phase) => `2-merge/010-date.${phase}`)
    expect(says('2-merge/010-date', migrations)).to.include('; did you mean 2-merge/010-date.expand, ')
    expect(says('3/010', ['1', '3', '3/010-a.expand'])).to.include('; did you mean 3/010-a.expand?')
    expect(says('3', ['1-start', '2-merge'])).to.equal('there is no release, change or migration 3; it must be 1-start or 2-merge')
    expect(says('3', ['a', 'b', 'c', 'd', 'e', 'f'])).to.equal('there is no release, change or migration 3')
  })
})
