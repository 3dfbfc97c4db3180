import { expect } from 'chai'
import fc from 'fast-check'
import { type SchemaObjectGroup, SchemaObjectGroups } from '../../src/schema/groups.ts'

// Few enough to meet, and enough for several of them in one bucket.
const key = fc.integer({ min: 0, max: 300 }).map((number) => `table:account_${number}`)

function groupOf(owner: string): SchemaObjectGroup {
  return new Map([['table:t', { kind: 'table', name: 't', columns: [], owner }]])
}

const change = fc.tuple(key, fc.option(fc.string({ maxLength: 2 }).map(groupOf), { nil: undefined }))
const rounds = fc.array(fc.array(change, { maxLength: 60 }), { maxLength: 8 })

/** The same changes made to a plain map. */
function changed(
  map: ReadonlyMap<string, SchemaObjectGroup>,
  changes: readonly (readonly [string, SchemaObjectGroup | undefined])[],
): Map<string, SchemaObjectGroup> {
  const after = new Map(map)
  for (const [one, group] of changes) {
    if (group) after.set(one, group)
    else after.delete(one)
  }
  return after
}

describe('groups', () => {
  it('hold what a map would hold after the same changes, and leave the value before as it was', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        let [groups, map]: [SchemaObjectGroups, Map<string, SchemaObjectGroup>] = [SchemaObjectGroups.empty, new Map()]
        for (const changes of all) {
          const before = groups
          const plain = map
          groups = before.with(changes)
          map = changed(plain, changes)
          expect(new Map(groups)).to.deep.equal(map)
          expect(groups.size).to.equal(map.size)
          expect([...groups.keys()].every((one) => groups.get(one) === map.get(one) && groups.has(one))).to.equal(true)
          expect(new Map(before)).to.deep.equal(plain)
        }
      }),
    )
  })

  it('show every group in which two of them differ, and share the others', () => {
    fc.assert(
      fc.property(rounds, fc.array(change, { maxLength: 20 }), (all, changes) => {
        const before = all.reduce((groups, one) => groups.with(one), SchemaObjectGroups.empty)
        const after = before.with(changes)
        const differ = [...new Set([...before.keys(), ...after.keys()])].filter((one) => before.get(one) !== after.get(one))
        const shown = [...before.apart(after)].flatMap(([was, is]) =>
          [...new Set([...was.keys(), ...is.keys()])].filter((one) => was.get(one) !== is.get(one)),
        )
        expect(shown.sort()).to.deep.equal(differ.sort())
        expect([...before.apart(after)]).to.have.length.of.at.most(new Set(changes.map(([one]) => one)).size)
      }),
    )
  })

  it('are the same value when nothing changes', () => {
    const groups = SchemaObjectGroups.empty.with([['table:t', groupOf('me')]])
    const same = groups.with([...groups, ['table:other', undefined]])
    expect(same).to.equal(groups)
    expect([...groups.apart(same)]).to.deep.equal([])
  })
})
