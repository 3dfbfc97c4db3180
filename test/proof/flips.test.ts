import { expect } from 'chai'
import fc from 'fast-check'
import { listSwappedMigrations } from '../../src/proof/flips.ts'
import { migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../../src/release/order.ts'
import { release } from '../plan/made.ts'

const flips = (...files: readonly string[]) => {
  const one = release('r', ...files)
  return listSwappedMigrations(migrationsInAuthoredOrder(one), migrationsInPhasedOrder(one)).map(({ first, second }) =>
    `${first.id} ${second.id}`.replaceAll('r/', ''),
  )
}

describe('what phased order turns round', () => {
  it('is every later phase of an earlier change against every earlier phase of a later one', () => {
    expect(flips('010-a.expand', '010-a.migrate', '010-a.contract', '020-b.expand', '020-b.migrate')).to.deep.equal([
      '010-a.migrate 020-b.expand',
      '010-a.contract 020-b.expand',
      '010-a.contract 020-b.migrate',
    ])
    expect(flips('010-a.expand', '010-a.contract')).to.deep.equal([])
  })

  it('is never two of one change, and always a later phase first', () => {
    const file = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('expand', 'migrate', 'contract'))
    const order = ['expand', 'migrate', 'contract']
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: ([n, phase]) => `${n} ${phase}`, maxLength: 12 }), (picked) => {
        const files = picked.toSorted(([a], [b]) => a - b).map(([n, phase]) => `${n}-x${n}.${phase}`)
        for (const pair of flips(...files)) {
          const [first = '', second = ''] = pair.split(' ')
          expect(Number.parseInt(first, 10)).to.be.below(Number.parseInt(second, 10))
          expect(order.indexOf(first.split('.')[1] ?? '')).to.be.above(order.indexOf(second.split('.')[1] ?? ''))
        }
      }),
    )
  })
})
