import { InterphaseError } from '../error.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import { fileNameOfPath, isDialectName } from './file-name.ts'
import { groupItemsByKey } from './group.ts'
import { sortNaturally } from './natural-order.ts'
import { chooseFileForDialect } from './variant.ts'

interface SampleFile {
  readonly file: string
  readonly stem: string
  readonly dialect?: DialectName
}

/**
 * Returns the files of `rows/` or `probes/…/` (`<name>[.<dialect>].sql`) that the engine uses for a dialect, in natural order.
 * Throws an error for a file name of another form, and for a name that has files only for other dialects.
 */
export function selectSampleFilesForDialect(dialect: DialectName, files: readonly string[]): readonly string[] {
  const byStem = sortNaturally([...groupItemsByKey(files.map(parse), ({ stem }) => stem)], ([stem]) => stem)
  return byStem.map(([stem, variants]) => {
    const found = chooseFileForDialect(dialect, variants)
    if (found) return found.file
    throw new InterphaseError('release.dialect-missing', { migration: stem, dialect, files: variants.map(({ file }) => file) })
  })
}

function parse(file: string): SampleFile {
  const [name, ...tags] = fileNameOfPath(file).split('.')
  const [dialect, ...rest] = tags.slice(0, -1)
  if (tags.at(-1) !== 'sql' || !name || rest.length > 0) {
    throw new InterphaseError('release.bad-name', { file, problem: 'only SQL files are allowed here, named <name>[.<dialect>].sql' })
  }
  const stem = file.slice(0, file.length - tags.join('.').length - 1)
  if (dialect === undefined) return { file, stem }
  if (isDialectName(dialect)) return { file, stem, dialect }
  throw new InterphaseError('release.unknown-dialect', { file, dialect, known: DIALECTS })
}
