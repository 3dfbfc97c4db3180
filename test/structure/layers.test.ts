import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT, type Source, sourceOf, sources } from './source.ts'

/**
 * The floors of src/, from the ground up. A file may import its own room and the rooms below, types included. The ground
 * floor is one room.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['clock.ts', 'digest.ts', 'error.ts', 'event.ts', 'formats.ts', 'shape.ts', 'version.ts'],
  ['schema'],
  ['rows'],
  ['effect'],
  ['phase'],
  ['release'],
  ['state'],
  ['plan'],
  ['dialect'],
  ['dialects'],
  ['operation'],
  ['workspace'],
  ['ledger'],
  ['backfill'],
  ['gate'],
  ['fleet'],
  ['trash'],
  ['run'],
  ['shadow'],
  ['adopt'],
  ['status'],
  ['engine.ts'],
  ['index.ts'],
  ['cli'],
]

describe('floors', () => {
  const house = sources()

  it('has every file of src/ on a floor', () => {
    expect(house).not.to.have.length(0)
    expect(house.filter((file) => floorOf(file.room) < 0).map((file) => file.path)).to.deep.equal([])
  })

  it('imports go down or stay in their room', () => {
    expect(house.flatMap(climbs)).to.deep.equal([])
  })

  it('imports exist, by their real names', () => {
    const files = house.flatMap((source) => source.imports.map((one) => ({ source, file: one.file })))
    const lost = files.filter(({ file }) => file !== undefined && !existsSync(join(ROOT, 'src', file)))
    expect(lost.map(({ source, file }) => `${source.path} imports ${file}`)).to.deep.equal([])
  })

  it('has no cycle between files, not even of types', () => {
    expect(cycle(house)).to.deep.equal([])
  })

  it('sees what it is there to see', () => {
    const up = sourceOf('schema/a.ts', "import type { B } from '../run/b.ts'\nexport { c } from './c.ts'\n")
    expect(climbs(up)).to.deep.equal(['schema/a.ts imports ../run/b.ts'])
    const inType = sourceOf('schema/a.ts', "type X = import('../cli/x.ts').X")
    expect(climbs(inType)).to.deep.equal(['schema/a.ts imports ../cli/x.ts'])
    const back = sourceOf('schema/c.ts', "import {\n  type A,\n} from './a.ts'\n")
    expect(cycle([up, back])).to.deep.equal(['schema/a.ts', 'schema/c.ts', 'schema/a.ts'])
  })
})

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room))
}

function climbs(source: Source): string[] {
  return source.imports
    .filter(({ file }) => {
      if (file === undefined) return false
      const floor = floorOf(file.split('/')[0] ?? '')
      return floor < 0 || floor > floorOf(source.room)
    })
    .map(({ from }) => `${source.path} imports ${from}`)
}

/** The first cycle found, from a file back to itself; empty where there is none. */
function cycle(house: readonly Source[]): readonly string[] {
  const byPath = new Map(house.map((source) => [source.path, source]))
  const done = new Set<string>()
  const walk = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
    if (done.has(path)) return []
    for (const { file } of byPath.get(path)?.imports ?? []) {
      const found = file === undefined ? [] : walk(file, [...way, path])
      if (found.length > 0) return found
    }
    done.add(path)
    return []
  }
  return house.map(({ path }) => walk(path, [])).find((found) => found.length > 0) ?? []
}
