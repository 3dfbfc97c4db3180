import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT, type Source, sourceOf, sources } from './source.ts'

/**
 * The layers of src/, lowest first. A module may import the modules of its own directory and of the directories below, type
 * imports included. The files directly in src/ that come first are one layer.
 */
const LAYERS: readonly (readonly string[])[] = [
  // The client of applications imports nothing else of the engine.
  ['fleet'],
  ['errors'],
  ['clock.ts', 'digest.ts', 'error.ts', 'event.ts', 'formats.ts', 'migration-code.ts', 'regular-expression.ts', 'shape.ts', 'version.ts'],
  ['schema'],
  ['rows'],
  ['effect'],
  ['phase'],
  ['release'],
  ['state'],
  ['plan'],
  ['proof'],
  ['dialect'],
  ['dialects'],
  ['project'],
  ['work'],
  ['ledger'],
  ['gate'],
  ['run'],
  ['shadow'],
  ['record'],
  ['rehearse'],
  ['adopt'],
  ['status'],
  ['commands.ts'],
  ['engine.ts'],
  ['index.ts'],
  ['cli'],
]

/** Above this number, a reader cannot see what belongs together. */
const FILES_PER_DIRECTORY = 25

describe('layers', () => {
  const modules = sources()

  it('contain every file of src/', () => {
    expect(modules).not.to.have.length(0)
    expect(modules.filter((file) => layerOf(file.directory) < 0).map((file) => file.path)).to.deep.equal([])
  })

  it('imports lead to lower layers or stay in their directory', () => {
    expect(modules.flatMap(upwardImports)).to.deep.equal([])
  })

  it('no directory has more files on one level than a reader can take in', () => {
    const directories = modules.map(({ path }) => path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    const large = [...new Set(directories)]
      .map((directory) => ({ directory, files: directories.filter((one) => one === directory).length }))
      .filter(({ files }) => files > FILES_PER_DIRECTORY)
    expect(large).to.deep.equal([])
  })

  it('imports exist, by their real names', () => {
    const files = modules.flatMap((source) => source.imports.map((one) => ({ source, file: one.file })))
    const lost = files.filter(({ file }) => file !== undefined && !existsSync(join(ROOT, 'src', file)))
    expect(lost.map(({ source, file }) => `${source.path} imports ${file}`)).to.deep.equal([])
  })

  it('has no cycle between files, not even of types', () => {
    expect(cycle(modules)).to.deep.equal([])
  })

  it('the test finds an upward import and a cycle', () => {
    const up = sourceOf('schema/a.ts', "import type { B } from '../run/b.ts'\nexport { c } from './c.ts'\n")
    expect(upwardImports(up)).to.deep.equal(['schema/a.ts imports ../run/b.ts'])
    const inType = sourceOf('schema/a.ts', "type X = import('../cli/x.ts').X")
    expect(upwardImports(inType)).to.deep.equal(['schema/a.ts imports ../cli/x.ts'])
    const back = sourceOf('schema/c.ts', "import {\n  type A,\n} from './a.ts'\n")
    expect(cycle([up, back])).to.deep.equal(['schema/a.ts', 'schema/c.ts', 'schema/a.ts'])
  })
})

function layerOf(directory: string): number {
  return LAYERS.findIndex((directories) => directories.includes(directory))
}

function upwardImports(source: Source): string[] {
  return source.imports
    .filter(({ file }) => {
      if (file === undefined) return false
      const layer = layerOf(file.split('/')[0] ?? '')
      return layer < 0 || layer > layerOf(source.directory)
    })
    .map(({ from }) => `${source.path} imports ${from}`)
}

/** The first cycle found, from a file back to itself; empty where there is none. */
function cycle(modules: readonly Source[]): readonly string[] {
  const byPath = new Map(modules.map((source) => [source.path, source]))
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
  return modules.map(({ path }) => walk(path, [])).find((found) => found.length > 0) ?? []
}
