import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DialectName } from '../../src/schema/object.ts'
import { type Corpus, type CorpusRelease, textOf } from './corpus.ts'
import { withDeclared } from './declared.ts'
import { expectedFailuresOf } from './expected-failures.ts'

/** The release that makes the schema before the first real one. */
export const BASE = '00-base'
export const BASE_STEP = `${BASE}/001-before.expand`

/** A project as a user would have it: configuration, the base and the corpus's releases, its rows for the proof. */
export function assemble(corpus: Corpus, shadowUrl: string): string {
  const { name, dialect, directory, before, seed, releases } = corpus
  const root = emptyProject(name, dialect, shadowUrl)
  const put = (path: string, text: string) => putFile(root, path, text)
  cpSync(join(directory, 'releases'), join(root, 'releases'), { recursive: true })
  for (const path of readdirSync(join(root, 'releases'), { recursive: true, encoding: 'utf8' })) {
    const file = `releases/${path}`
    if (path.endsWith('.sql')) put(file, withDeclared(name, file, readFileSync(join(root, file), 'utf8')))
  }
  put(`releases/${BASE_STEP}.sql`, textOf(before))
  // These rows are those of the schema before the first real release; a later one brings its own.
  const [first] = releases
  if (first) put(`releases/${first.name}/rows/010-seed.sql`, textOf(seed))
  for (const { name: release, rows } of releases) {
    for (const [index, file] of [...rows.seed, ...rows.samples].entries()) {
      put(`releases/${release}/rows/${String(index + 1).padStart(3, '0')}-${index < rows.seed.length ? 'seed' : 'rows'}.sql`, textOf(file))
    }
  }
  for (const [path, text] of releases.flatMap((release) => probesOf(corpus, release))) put(path, text)
  return root
}

/** A project with a configuration and nothing else. */
export function emptyProject(name: string, dialect: DialectName, shadowUrl: string): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), `interphase-corpus-${name}-`)))
  putFile(root, 'interphase.config.json', JSON.stringify({ project: name, dialects: [dialect], shadow: { [dialect]: { url: shadowUrl } } }))
  return root
}

export function putFile(root: string, path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

function probesOf(corpus: Corpus, { name, probes }: CorpusRelease): readonly (readonly [string, string])[] {
  return (['old', 'new'] as const).flatMap((version) => {
    const statements = probes[version].flatMap((file) => statementsIn(textOf(file)))
    return statements.map((text, index) => {
      const probe = `${version}/${String(index + 1).padStart(3, '0')}.sql`
      return [`releases/${name}/probes/${probe}`, [...expectedFailuresOf(corpus, probe), text].join('\n')] as const
    })
  })
}

/** A file of the corpus holds several plain statements, and a probe is one. */
function statementsIn(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('--'))
  return lines
    .join('\n')
    .split(/;\s*$/m)
    .filter((statement) => statement.trim() !== '')
}
