import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { computeRetryDelayMs, fingerprintOfPolicy, makePolicyJsonSchema, parsePolicy } from '../../src/phase/policy.ts'
import { caught } from '../support/caught.ts'

const text = readFileSync('phases/expand.json', 'utf8')
const written = () => parsePolicy('phases/expand.json', text)
const parse = (policy: unknown) => parsePolicy('phases/expand.json', JSON.stringify(policy))

describe('a policy', () => {
  for (const [what, change, says] of [
    ['with an unknown setting', { promises: 'x' }, 'promises: unknown setting'],
    ['that leaves an effect out', { admits: { adds: written().admits.adds } }, 'speeds: neither admitted nor refused'],
    [
      'that both admits and refuses',
      { refuses: { ...written().refuses, adds: 'because it is so, in any case' } },
      'refuses.adds: the effect is both admitted and refused',
    ],
    ['of an unknown effect', { admits: { ...written().admits, pleases: 'because it is so, in any case' } }, 'pleases'],
    ['without a reason', { refuses: { ...written().refuses, opaque: '' } }, 'refuses.opaque: '],
    ['of an unknown price', { price: { ...written().price, scan: { ...written().price.scan, blocks: 'some' } } }, 'price.scan.blocks: '],
    ['of a ceiling without a reason', { price: { ...written().price, rewrite: { blocks: 'ddl' } } }, 'price.rewrite.reason: '],
    ['without a lock timeout', { session: { lockTimeoutMs: 0, statementTimeoutMs: 0 } }, 'session.lockTimeoutMs: '],
    ['with a parameter that the gate does not have', { opens: [{ gate: 'soak', days: 2 }] }, 'opens[0]: the gate soak: '],
    ['without a parameter that the gate needs', { opens: ['soak'] }, 'opens[0]: the gate soak: hours: '],
    [
      'with a wrong value of a gate',
      { opens: [{ gate: 'window', zone: 'Mars', from: '22:00', to: '6' }] },
      'opens[0].zone: not a time zone',
    ],
    ['with an unknown gate', { opens: ['earlier-phases-done', 'full-moon'] }, 'opens[1]: there is no gate "full-moon"'],
    ['with an unknown gate that has parameters', { opens: [{ gate: 'full-moon', hours: 1 }] }, 'opens[0]: there is no gate "full-moon"'],
    ['with delays that shrink', { retry: { attempts: 3, firstDelayMs: 10, maxDelayMs: 5 } }, 'retry.maxDelayMs: '],
    [
      'that is undone until no phase',
      { undo: { by: 'undo-files', until: 'never', reason: 'because it is so, in any case' } },
      'undo.until: ',
    ],
    ['of no phase', { phase: 'extend' }, 'phase: '],
  ] as const) {
    it(`${what} is refused, with the path`, () => {
      const error = caught(() => parse({ ...written(), ...change }), 'policy.invalid')
      expect(error.message)
        .to.match(/^phases\/expand\.json: /)
        .and.contain(says)
    })
  }

  it('has one fingerprint however it is written', () => {
    const turned = Object.fromEntries(Object.entries<unknown>(written()).toReversed())
    expect(fingerprintOfPolicy(parse(turned))).to.equal(fingerprintOfPolicy(parse({ ...written(), $schema: 'elsewhere' })))
    expect(fingerprintOfPolicy(parse({ ...written(), promise: 'Something else altogether.' }))).to.not.equal(
      fingerprintOfPolicy(parse(written())),
    )
  })

  it('waits longer after each try, at random, and never longer than it says', () => {
    const { retry } = parse(written())
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failed, random) => {
        const delay = computeRetryDelayMs(retry, failed, random)
        expect(delay).to.be.within(0, Math.min(retry.maxDelayMs, retry.firstDelayMs * 2 ** (failed - 1)))
      }),
    )
    expect(computeRetryDelayMs(retry, 3, 0.5)).to.equal(retry.firstDelayMs * 2)
  })

  it('has a JSON Schema, which is the one that is shipped', () => {
    expect(JSON.parse(readFileSync('phases/policy.schema.json', 'utf8'))).to.deep.equal(JSON.parse(JSON.stringify(makePolicyJsonSchema())))
  })
})
