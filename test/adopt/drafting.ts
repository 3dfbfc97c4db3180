import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { DraftSource } from '../../src/adopt/draft/draft.ts'
import type { DraftReleaseOptions, DraftResult } from '../../src/adopt/draft/draft-release.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { put } from '../support/project.ts'
import type { ServerName } from '../support/servers.ts'

/** A recorded project with the schema `base`, and its database with these rows. */
export async function projectWithRows(server: ServerName, base: string, rows: readonly string[]): Promise<ChainOnServer> {
  const chain = await chainOn(server, { 'r1/010-base.expand.sql': base })
  await chain.record()
  await chain.up({ to: 'r1' })
  await chain.sql(...rows)
  return chain
}

export async function draftSql(chain: ChainOnServer, wanted: string, options: DraftReleaseOptions = {}): Promise<DraftResult> {
  put(chain.root, { 'wanted.sql': wanted })
  return draftFrom(chain, { kind: 'sql', file: join(chain.root, 'wanted.sql') }, options)
}

export async function draftFrom(chain: ChainOnServer, source: DraftSource, options: DraftReleaseOptions = {}): Promise<DraftResult> {
  return (await chain.open()).draft(source, options)
}

/** The files of a drafted release by their names, without the directory. */
export function filesOf(chain: ChainOnServer, { release }: DraftResult): Readonly<Record<string, string>> {
  const directory = join(chain.root, 'releases', release)
  const names = readdirSync(directory).filter((name) => name.endsWith('.sql'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
}

/** Answers every question: fills in the values, by the slug of the file, and removes the lines. */
export function answer(
  chain: ChainOnServer,
  draft: DraftResult,
  values: Readonly<Record<string, string>> | ((slug: string) => string) = {},
): void {
  if (draft.files.length === 0) return
  for (const [name, text] of Object.entries(filesOf(chain, draft))) {
    const slug = /^\d+-([^.]*)\./.exec(name)?.[1] ?? ''
    const answered = text.replaceAll(/^-- interphase: question .*\n/gm, '').replaceAll('value_to_fill_in', () => {
      const value = typeof values === 'function' ? values(slug) : values[slug]
      if (value === undefined) throw new Error(`the test has no value for ${name}:\n${text}`)
      return value
    })
    writeFileSync(join(chain.root, 'releases', draft.release, name), answered)
  }
}

/** Records and checks the drafted release, and runs it phase by phase. `between` writes rows after each phase. */
export async function runDraft(chain: ChainOnServer, between: (phase: string) => readonly string[] = () => []): Promise<void> {
  await chain.record()
  const { findings } = await (await chain.open()).check()
  const left = findings.filter(({ exception }) => exception === undefined)
  expect(left.map(({ file, says, remedy }) => `${file}: ${says} ${remedy}`).join('\n')).to.equal('')
  await chain.up({ phase: 'expand' })
  await chain.sql(...between('expand'))
  await chain.up({ phase: 'migrate' })
  await chain.sql(...between('migrate'))
  // The old version has written rows since the data steps ran.
  await chain.up({ only: 'migrate' })
  await chain.up({ phase: 'contract' })
  await chain.sql(...between('contract'))
}

/** The database has the wanted schema, and it is the planned one. */
export async function expectWanted(chain: ChainOnServer, source: DraftSource): Promise<void> {
  const again = await draftFrom(chain, source, { release: 'zz' })
  const written = again.files.map((file) => readFileSync(join(chain.root, file), 'utf8'))
  if (written.length > 0) rmSync(join(chain.root, 'releases', 'zz'), { recursive: true })
  expect(written.join('\n')).to.equal('')
  expect(again.unwritten).to.deep.equal([])
  expect((await (await chain.open()).drift()).report.schema).to.equal('as planned')
}

export function sqlSource(chain: ChainOnServer): DraftSource {
  return { kind: 'sql', file: join(chain.root, 'wanted.sql') }
}
