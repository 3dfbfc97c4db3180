import type { Rehearsal, RehearsalFinding, RehearsedRelease } from '../../rehearse/rehearsal.ts'
import { formatCountWithNoun } from '../layout/text.ts'
import type { PaintText } from '../output.ts'

/** Returns the text that `interphase rehearse` prints: one paragraph for each release on each server, and one for each skipped dialect. */
export function formatRehearsal({ dialects, skipped, rows, seed }: Rehearsal, paint: PaintText): string {
  const releases = dialects.flatMap(({ dialect, server, releases: all }) =>
    all.map((release) => releaseText(release, `${dialect} ${server}`, rows, seed, paint)),
  )
  const left = skipped.map(({ dialect, because }) => `${dialect} was skipped: ${because}`)
  const texts = [...releases, ...left]
  return texts.length > 0 ? texts.join('\n\n') : 'There are no releases.'
}

function releaseText(release: RehearsedRelease, server: string, rows: number, seed: number, paint: PaintText): string {
  const verdict = release.ok
    ? paint('green', 'passes')
    : paint('red', `does not pass: ${formatCountWithNoun(release.findings.length, 'finding')}`)
  return [
    `${paint('bold', release.release)} on ${server} ${verdict}`,
    `  ${rowsText(release, rows, seed)}`,
    ...release.tables.flatMap(shortage),
    `  ${ordersText(release)}`,
    `  ${probesText(release)}`,
    ...release.findings.flatMap((finding) => findingText(finding, paint)),
    ...release.reported.map((line) => `  note: ${line}`),
  ].join('\n')
}

function rowsText({ tables }: RehearsedRelease, rows: number, seed: number): string {
  const generated = tables.reduce((sum, table) => sum + table.rows, 0)
  if (generated === 0) return 'rows: the rows of rows/, no generated rows'
  return `rows: the rows of rows/, and ${generated} generated rows in ${formatCountWithNoun(tables.length, 'table')} (--rows ${rows} --seed ${seed})`
}

function shortage({ table, rows, because }: RehearsedRelease['tables'][number]): readonly string[] {
  if (because === undefined) return []
  return [`    ${table}: ${rows === 0 ? 'no row fits' : `only ${formatCountWithNoun(rows, 'row')}`}; add rows to rows/: ${because}`]
}

function ordersText({ orders, migrations, findings }: RehearsedRelease): string {
  const differ = findings.some(({ probe }) => probe === undefined)
  const said = orders === 1 ? 'both orders are the same' : 'both orders end in the same schema and rows'
  return `orders: ${formatCountWithNoun(migrations, 'migration')}; ${differ ? 'see below' : said}`
}

function probesText({ probes, points }: RehearsedRelease): string {
  const of = (version: 'old' | 'new') => new Set(probes.filter((probe) => probe.version === version).map(({ file }) => file)).size
  if (probes.length === 0) return 'probes: none; put statements into probes/old and probes/new to run them at every point'
  const prepared = probes.filter(({ how }) => how === 'prepared').length
  return `probes: ${of('old')} of the old version, ${of('new')} of the new, ${prepared} of them also as prepared statements, at ${formatCountWithNoun(points.length, 'point')}`
}

function findingText({ says, remedy, kind }: RehearsalFinding, paint: PaintText): readonly string[] {
  const [first = '', ...rest] = says.split('\n')
  return [`  ${paint('red', kind)}: ${first}`, ...rest.map((line) => `    ${line}`), `    What to do: ${remedy}.`]
}
