import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { PHASES, type PhaseName } from '../../src/phase/phase.ts'
import { groupItemsByKey } from '../../src/release/group.ts'
import { sortNaturally } from '../../src/release/natural-order.ts'
import { chooseFileForDialect } from '../../src/release/variant.ts'
import { DIALECTS, type DialectName } from '../../src/schema/object.ts'
import { type Check, readChecks } from './check.ts'

/** Real releases with what must be true after their steps, as one dialect sees them. */
export interface Corpus {
  readonly name: string
  readonly directory: string
  readonly dialect: DialectName
  /** Files with the schema before the first release, and with rows for it. */
  readonly before: string
  readonly seed: string
  readonly releases: readonly CorpusRelease[]
  readonly checks: readonly Check[]
  /** Entries of checks.json that are not asked, each with its reason. */
  readonly leftOut: readonly string[]
}

export interface CorpusRelease {
  readonly name: string
  /** In phased order. */
  readonly steps: readonly Step[]
  /** Files with rows that there are before this release, of which the proof has copies; the walk loads the first kind. */
  readonly rows: { readonly seed: readonly string[]; readonly samples: readonly string[] }
  readonly probes: { readonly old: readonly string[]; readonly new: readonly string[] }
}

export interface Step {
  /** `<release>/<number>-<slug>.<phase>`, as checks.json names it. */
  readonly id: string
  readonly phase: PhaseName
  readonly file: string
}

export function readCorpus(directory: string, dialect: DialectName): Corpus {
  const root = resolve(directory)
  const names = sortNaturally(readdirSync(join(root, 'releases')), (name) => name)
  return {
    name: basename(root),
    directory: root,
    dialect,
    before: only(filesIn(root, dialect), 'before', root),
    seed: only(filesIn(root, dialect), 'seed', root),
    releases: names.map((name) => readRelease(root, name, dialect)),
    ...readChecks(join(root, 'checks.json'), dialect),
  }
}

function readRelease(root: string, name: string, dialect: DialectName): CorpusRelease {
  const files = filesIn(join(root, 'releases', name), dialect)
  const stepsOf = (phase: PhaseName) =>
    [...files].filter(([stem]) => stem.endsWith(`.${phase}`)).map(([stem, file]): Step => ({ id: `${name}/${stem}`, phase, file }))
  const probes = filesIn(join(root, 'probes', name), dialect)
  const probesOf = (version: string) => [...probes].flatMap(([stem, file]) => (stem.endsWith(`.${version}`) ? [file] : []))
  const seed = filesIn(root, dialect).get(`seed.${name}`)
  const samples = [...filesIn(join(root, 'rows', name), dialect).values()]
  const rows = { seed: seed === undefined ? [] : [seed], samples }
  return { name, steps: PHASES.flatMap(stepsOf), rows, probes: { old: probesOf('old'), new: probesOf('new') } }
}

/** The SQL files of a directory that serve the dialect, by what their names say before it, in natural order. */
function filesIn(directory: string, dialect: DialectName): ReadonlyMap<string, string> {
  const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.sql')) : []
  const variants = groupItemsByKey(files.map(taggedFile), ({ stem }) => stem)
  const served = [...variants].flatMap(([stem, found]) => {
    const file = chooseFileForDialect(dialect, found)?.name
    return file === undefined ? [] : [[stem, join(directory, file)] as const]
  })
  return new Map(sortNaturally(served, ([stem]) => stem))
}

function taggedFile(name: string): { readonly name: string; readonly stem: string; readonly dialect?: DialectName } {
  const stem = name.slice(0, -'.sql'.length)
  const dialect = DIALECTS.find((one) => stem.endsWith(`.${one}`))
  return dialect ? { name, stem: stem.slice(0, -(dialect.length + 1)), dialect } : { name, stem }
}

function only(files: ReadonlyMap<string, string>, stem: string, directory: string): string {
  const file = files.get(stem)
  if (file === undefined) throw new Error(`${directory} has no ${stem}.<dialect>.sql`)
  return file
}

export function textOf(file: string): string {
  return readFileSync(file, 'utf8')
}
