import { expect } from 'chai'
import { InterphaseError } from '../../src/error.ts'

describe('the modules under test', () => {
  it('are loaded once, whichever way they are imported', async () => {
    const again = await import('../../src/error.ts')
    expect(again.InterphaseError).to.equal(InterphaseError)
  })
})
