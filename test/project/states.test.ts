import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { isError } from '../../src/error.ts'
import { RecordedChainReader, readReleasesWithStates } from '../../src/project/recorded.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { readRecordedStates, writeRecordedStates } from '../../src/project/states.ts'
import { fingerprintOfState } from '../../src/schema/fingerprint.ts'
import { project, removeProjects } from '../support/project.ts'

const EXAMPLE = join(import.meta.dirname, '..', '..', 'releases')
const RELEASE = '2015.2-liberty'

function example(): string {
  const root = project({})
  cpSync(EXAMPLE, join(root, 'releases'), { recursive: true })
  return root
}

const chainIn = (root: string) => readReleaseChain({ root, releases: 'releases' }, 'postgres')

/** The error that reading all recorded states ends with. */
async function problemIn(root: string): Promise<unknown> {
  try {
    return (await readReleasesWithStates(root, chainIn(root))).problems[0]
  } catch (error) {
    return error
  }
}

/** The same JSON with one leaf changed or one entry taken out, for each of them. */
function mutations(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [`${value}x`]
  if (typeof value === 'number') return [value + 1]
  if (typeof value === 'boolean') return [!value]
  if (Array.isArray(value)) {
    return value.flatMap((entry, at) => [value.toSpliced(at, 1), ...mutations(entry).map((changed) => value.with(at, changed))])
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => {
    const { [key]: _gone, ...rest } = value as Record<string, unknown>
    return [rest, ...mutations(entry).map((changed) => ({ ...value, [key]: changed }))]
  })
}

describe('recorded states on disk', () => {
  after(removeProjects)

  it('name the file in which any one fact was edited', async function () {
    this.slow(20_000)
    const root = example()
    const directory = `releases/${RELEASE}/states/postgres`
    for (const name of readdirSync(join(root, directory))) {
      const file = `${directory}/${name}`
      const text = readFileSync(join(root, file), 'utf8')
      const content = JSON.parse(text)
      // A format is judged before anything else.
      const changed = mutations(content).filter((one) => (one as { readonly format?: unknown }).format === content.format)
      expect(changed.length).to.be.greaterThan(10)
      // Every seventh, from another one in each file: they are some thousand.
      for (const one of changed.filter((_, at) => at % 7 === name.length % 7)) {
        writeFileSync(join(root, file), JSON.stringify(one, null, 2))
        const problem = await new RecordedChainReader(root, chainIn(root)).of(RELEASE).catch((error: unknown) => error)
        expect(isError(problem, 'states.invalid') && problem.facts.file, JSON.stringify(problem)).to.equal(file)
      }
      writeFileSync(join(root, file), text)
    }
    expect(await problemIn(root)).to.equal(undefined)
  })

  it('may be formatted otherwise, and have other line ends and a BOM', async () => {
    const root = example()
    for (const name of readdirSync(join(root, `releases/${RELEASE}/states/postgres`))) {
      const file = join(root, `releases/${RELEASE}/states/postgres`, name)
      writeFileSync(file, `\uFEFF${JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 4).replaceAll('\n', '\r\n')}`)
    }
    expect(await problemIn(root)).to.equal(undefined)
  })

  it('belong together: a file of another recording is named, and so is one that is gone', async () => {
    const root = example()
    const directory = join(root, `releases/${RELEASE}/states`)
    const [name = ''] = readdirSync(join(directory, 'mysql')).filter((one) => one !== '_release.json')
    cpSync(join(directory, 'mysql', name), join(directory, 'postgres', name))
    const other = await problemIn(root)
    expect(isError(other, 'states.invalid') && other.facts).to.deep.equal({
      file: `releases/${RELEASE}/states/postgres/${name}`,
      problem: 'the file comes from another recording than _release.json',
    })
  })

  it('of an earlier format have to be recorded again, and those of a newer one are refused', async () => {
    for (const [format, code] of [
      [1, 'states.stale'],
      [99, 'states.invalid'],
    ] as const) {
      const root = example()
      const file = join(root, `releases/${RELEASE}/states/postgres/_release.json`)
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), format }))
      expect(await problemIn(root)).to.have.property('code', code)
    }
  })

  it('give every release the same start, whichever is asked for first', async () => {
    const root = example()
    const chain = chainIn(root)
    const all = await readReleasesWithStates(root, chain)
    expect(all.releases.length).to.equal(chain.releases.length)
    for (const { release, start, end, recorded } of all.releases) {
      const alone = await new RecordedChainReader(root, chain).of(release.name)
      expect([fingerprintOfState(alone.start), fingerprintOfState(alone.end)]).to.deep.equal([
        fingerprintOfState(start),
        fingerprintOfState(end),
      ])
      expect(fingerprintOfState(start)).to.equal(recorded.start)
    }
  })

  it('give each price its step, and refuse prices that belong to no step', async () => {
    const root = example()
    let several = 0
    for (const release of readReleaseChain({ root, releases: 'releases' }, 'mysql').releases) {
      const onDisk = await readRecordedStates(root, release, 'mysql')
      if (!onDisk) throw new Error(`${release.name} is not recorded`)
      for (const migration of onDisk.recorded.migrations.values()) {
        const { phased, prices } = migration
        expect(prices.every(({ step }) => phased[step] !== undefined)).to.equal(true)
        if (phased.length < 2) continue
        several += 1
        expect(prices.map(({ step }) => step)).to.deep.equal(phased.map((_, step) => step))
        const migrations = new Map(onDisk.recorded.migrations).set(migration.id, { ...migration, prices: prices.slice(1) })
        if (prices.length > 1) {
          await writeRecordedStates(root, release, { ...onDisk, recorded: { ...onDisk.recorded, migrations } })
          const problem = await readRecordedStates(root, release, 'mysql').catch((error: unknown) => error)
          expect(isError(problem, 'states.invalid') && problem.facts.problem).to.include('the number of prices differs')
        }
        await writeRecordedStates(root, release, onDisk)
        expect(await readRecordedStates(root, release, 'mysql')).to.deep.equal(onDisk)
      }
    }
    expect(several).to.be.greaterThan(5)
  })

  it('of earlier releases are not read for the newest one', async () => {
    const root = example()
    const chain = chainIn(root)
    for (const { directory } of chain.releases.slice(0, -1)) {
      writeFileSync(join(root, directory, 'states/postgres/_release.json'), 'not JSON')
    }
    const newest = chain.releases.at(-1)?.name ?? ''
    expect((await new RecordedChainReader(root, chain).of(newest)).release.name).to.equal(newest)
  })
})
