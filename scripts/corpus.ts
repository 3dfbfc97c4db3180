import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DIALECTS, type DialectName } from '../src/schema/object.ts'
import { isServer, obtainServer, SERVERS, type ServerName } from '../test/support/server.ts'
import { interphase } from './corpus/command.ts'
import { type Corpus, readCorpus } from './corpus/corpus.ts'
import { checked } from './corpus/findings.ts'
import { assemble } from './corpus/project.ts'
import { rehearsal } from './corpus/rehearsal.ts'
import { STARTS, walk } from './corpus/walk.ts'

// Rehearses real releases, and walks them through the command line, phase by phase, on every server, and says whether what
// must be true after each step is. With `--dump` it walks once instead, in a database that is restored from its own dump before
// every phase, and makes the last dump the base of a new project. See the README of a corpus for what its directory holds.
// Rows for a later release are in `seed.<release>.<dialect>.sql`, which the walk loads before that release too, or in `rows/<release>/`.
const USAGE = `npm run corpus -- [--server ${SERVERS.join(',')}] [--keep] [--dump] [--reports <directory>] <directory>…`

const { values, positionals } = parseArgs({
  options: {
    server: { type: 'string' },
    keep: { type: 'boolean', default: false },
    dump: { type: 'boolean', default: false },
    reports: { type: 'string' },
  },
  allowPositionals: true,
})

const WALKS = STARTS.map((start) => ({ how: `base ${start}`, start, dumping: false }))
const DUMPING = { how: 'restored from a dump before each phase', start: 'run', dumping: true } as const

interface Result {
  readonly corpus: string
  readonly server: string
  readonly releases: number
  readonly migrations: number
  readonly held: number
  readonly failures: readonly string[]
}

process.exitCode = await main()

async function main(): Promise<number> {
  const names = (values.server ?? DIALECTS.join(',')).split(',')
  if (positionals.length === 0 || !names.every(isServer)) {
    console.error(USAGE)
    return 2
  }
  const results: Result[] = []
  const missing: string[] = []
  for (const name of names) {
    const server = await obtainServer(name)
    if (!server.found) {
      missing.push(`${name} (${server.why})`)
      continue
    }
    try {
      for (const directory of positionals) results.push(await onServer(name, server.url, readCorpus(directory, dialectOn(name))))
    } finally {
      await server.stop()
    }
  }
  return sum(results, missing)
}

function dialectOn(server: ServerName): DialectName {
  return server === 'postgres-system' ? 'postgres' : server
}

async function onServer(name: ServerName, url: string, corpus: Corpus): Promise<Result> {
  const project = assemble(corpus, url)
  const failures: string[] = []
  let held = 0
  try {
    await interphase(project, url, ['record'], 0)
    if (!values.dump) failures.push(...(await rehearsed(corpus, name, project, url)))
    for (const { how, start, dumping } of values.dump ? [DUMPING] : WALKS) {
      const since = performance.now()
      const walked = await walk(corpus, project, { name, url }, start, dumping)
      held += walked.held
      failures.push(...walked.failures)
      tell(corpus, name, `${how}, ${Math.round((performance.now() - since) / 1000)} s`, walked)
    }
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error))
  } finally {
    if (values.keep) console.log(`  ${project}`)
    else rmSync(project, { recursive: true, force: true })
  }
  for (const failure of failures) console.error(`${corpus.name} on ${name}: ${failure}`)
  const migrations = corpus.releases.reduce((total, { steps }) => total + steps.length, 0)
  return { corpus: corpus.name, server: name, releases: corpus.releases.length, migrations, held, failures }
}

async function rehearsed(corpus: Corpus, name: ServerName, project: string, url: string): Promise<readonly string[]> {
  for (const line of await checked(project, url)) console.log(`${corpus.name} on ${name}, check says: ${line}`)
  const { borne, failures } = await rehearsal(project, url, reportOf(corpus, name))
  for (const line of borne) console.log(`${corpus.name} on ${name}, rehearse says: ${line}`)
  return failures
}

/** JUnit XML of the rehearsal, for whoever runs this in CI. */
function reportOf(corpus: Corpus, server: ServerName): string | undefined {
  if (values.reports === undefined) return undefined
  mkdirSync(values.reports, { recursive: true })
  return resolve(values.reports, `rehearsal-${corpus.name}-${server}.xml`)
}

function tell(corpus: Corpus, server: ServerName, how: string, { held, failures, unseen }: Awaited<ReturnType<typeof walk>>): void {
  const checks = failures.length === 0 ? `${held} checks held` : `${held} checks held, ${failures.length} things did not`
  console.log(`${corpus.name} on ${server}, ${how}: ${checks}`)
  for (const check of unseen) console.log(`  not looked at: ${check}`)
}

/** The last line, and the exit code. */
function sum(results: readonly Result[], missing: readonly string[]): number {
  const failed = results.filter(({ failures }) => failures.length > 0)
  for (const line of missing) console.error(`Not walked on ${line}.`)
  const corpora = [...new Set(results.map(({ corpus }) => corpus))].map((corpus) => {
    const on = results.filter((result) => result.corpus === corpus)
    const servers = on.map(({ server, held, failures }) => `${server} (${held} checks${failures.length > 0 ? ', FAILED' : ''})`)
    return `${corpus}: ${on[0]?.releases} releases, ${on[0]?.migrations} migrations on ${servers.join(', ')}`
  })
  const verdict =
    failed.length === 0 && results.length > 0
      ? `everything held, ${values.dump ? DUMPING.how : 'with the base run and adopted'}`
      : 'NOT everything held'
  console.log([...corpora, verdict].join('; '))
  const required = (values.server ?? process.env['REQUIRE_SERVERS'] ?? '') !== ''
  return failed.length > 0 || results.length === 0 || (required && missing.length > 0) ? 1 : 0
}
