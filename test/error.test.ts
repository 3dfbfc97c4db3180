import { expect } from 'chai'
import { WORDINGS } from '../src/error.ts'

describe('error', () => {
  it('has a remedy of whole sentences for every code', () => {
    const bad = Object.entries(WORDINGS).filter(([, { remedy }]) => !/^[A-Z].*\.$/s.test(remedy))
    expect(bad.map(([code]) => code)).to.deep.equal([])
  })

  it('says look, never retry, where it is not known what the server did', () => {
    expect(WORDINGS['database.lost'].remedy).to.match(/^Look/)
  })
})
