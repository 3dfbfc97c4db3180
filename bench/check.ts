import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Interphase } from '../src/index.ts'
import { median, runProgram, timed } from './measure.ts'
import { type Bound, bound } from './report.ts'

const TABLES = 50
const CHANGES_IN_A_RELEASE = 20

/** A recorded project of so many changes, each with its expand, its data step and its contract. Gives its directory. */
async function projectOf(within: string, changes: number, server: string): Promise<string> {
  const root = join(within, `check-${changes}`)
  const files = new Map([['000-base/000-tables.expand.sql', Array.from({ length: TABLES }, (_, table) => tableOf(table)).join('\n')]])
  for (let change = 0; change < changes; change++) {
    const release = `${number(1 + Math.floor(change / CHANGES_IN_A_RELEASE))}-release`
    const [table, column] = [`thing_${change % TABLES}`, `value_${change}`]
    // What goes was made releases ago: a contract that takes what its own release makes is no contract.
    const gone = change < TABLES ? 'old' : `value_${change - TABLES}`
    const file = (phase: string) => `${release}/${number(change)}-value.${phase}.sql`
    files.set(file('expand'), `ALTER TABLE ${table} ADD COLUMN ${column} integer;`)
    files.set(file('migrate'), `UPDATE ${table} SET ${column} = 0 WHERE ${column} IS NULL;`)
    files.set(file('contract'), `ALTER TABLE ${table} DROP COLUMN ${gone};`)
  }
  for (const [path, text] of files) {
    await mkdir(join(root, 'releases', path, '..'), { recursive: true })
    await writeFile(join(root, 'releases', path), `${text}\n`)
  }
  const config = { project: 'bench', dialects: ['postgres'], shadow: { postgres: { url: server } } }
  await writeFile(join(root, 'interphase.config.json'), JSON.stringify(config))
  await (await Interphase.open({ directory: root })).record()
  return root
}

function tableOf(table: number): string {
  return `CREATE TABLE thing_${table} (id bigint PRIMARY KEY, old integer);`
}

function number(index: number): string {
  return String(index).padStart(4, '0')
}

export interface CheckMeasured {
  readonly samples: { readonly [measure in string]: readonly number[] }
  readonly bounds: readonly Bound[]
}

/** `check` of a long chain beside `check` of the example chain, as processes; and of a chain half as long, without their start. */
export async function measureCheck(within: string, server: string, cli: string, changes: number, rounds: number): Promise<CheckMeasured> {
  const [long, half] = [await projectOf(within, changes, server), await projectOf(within, changes / 2, server)]
  const example = join(import.meta.dirname, '..')
  const check = async (directory: string) => (await runProgram(directory, [cli, 'check'])).elapsedMs
  const inside = async (directory: string) => {
    const engine = await Interphase.open({ directory })
    return timed(() => engine.check())
  }
  const samples = { 'check, example chain': [] as number[], [`check, ${changes} changes`]: [] as number[] }
  const work: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    samples['check, example chain'].push(await check(example))
    samples[`check, ${changes} changes`]?.push(await check(long))
    work[0].push(await inside(half))
    work[1].push(await inside(long))
  }
  const ratio = median(samples[`check, ${changes} changes`] ?? []) / median(samples['check, example chain'])
  return {
    samples: { ...samples, [`its work, ${changes / 2} changes`]: work[0], [`its work, ${changes} changes`]: work[1] },
    bounds: [
      bound(`check, ${changes} changes : example chain`, ratio, 3, 'times'),
      bound(`its work, ${changes} : ${changes / 2} changes`, median(work[1]) / median(work[0]), 2.5, 'times'),
    ],
  }
}
