import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Corpus, textOf } from './corpus.ts'
import { withDeclared } from './declared.ts'

/** The release that makes the schema before the first real one. */
export const BASE = '00-base'
export const BASE_STEP = `${BASE}/001-before.expand`

/** A project as a user would have it: configuration, the base and the corpus's releases, its rows for the proof. */
export function assemble(corpus: Corpus, shadowUrl: string): string {
  const { name, dialect, directory, before, seed, releases } = corpus
  const root = realpathSync(mkdtempSync(join(tmpdir(), `interphase-corpus-${name}-`)))
  const put = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  cpSync(join(directory, 'releases'), join(root, 'releases'), { recursive: true })
  for (const path of readdirSync(join(root, 'releases'), { recursive: true, encoding: 'utf8' })) {
    const file = `releases/${path}`
    if (path.endsWith('.sql')) put(file, withDeclared(name, file, readFileSync(join(root, file), 'utf8')))
  }
  put('interphase.config.json', JSON.stringify({ project: name, dialects: [dialect], shadow: { [dialect]: { url: shadowUrl } } }))
  put(`releases/${BASE_STEP}.sql`, textOf(before))
  // The rows are those of the schema before the first real release; later ones would want others.
  const [first] = releases
  if (first) put(`releases/${first.name}/rows/010-seed.sql`, textOf(seed))
  return root
}
