import type { NeighbourObject } from '../../schema/neighbour.ts'
import type { StatusReport } from '../../status/reports/report.ts'
import { formatTable } from '../layout/table.ts'
import {
  formatCountWithNoun,
  formatDuration,
  formatIndentedReason,
  formatNeighbourObjects,
  formatUtcTime,
  indentLines,
} from '../layout/text.ts'
import type { PaintText } from '../output.ts'
import { formatRemedy } from './failure.ts'
import { formatGateReport } from './gates.ts'

type Release = StatusReport['releases'][number]
type Phase = Release['phases'][number]
type Migration = Phase['migrations'][number]

// The largest number of finished releases that have a line of their own in the status. Older finished releases share one line.
const DONE_SHOWN = 5

/**
 * Returns the text that `interphase status` prints: the table of releases, the current release, the problems, and the next
 * command. `isCompared` is true if the user asked for a comparison of the schema.
 */
export function formatStatusReport(status: StatusReport, isCompared: boolean, paint: PaintText): string {
  const sections = [
    `${paint('bold', status.project)} on ${status.dialect} ${status.server} at ${status.database}`,
    releasesText(status, paint),
    atWork(status, paint),
    runningText(status),
    pauseText(status, paint),
    adoptedText(status),
    schemaText(status, isCompared, paint),
    neighboursText(status.neighbours ?? []),
    exceptionsText(status),
    overridesText(status),
    status.gates ? formatGateReport(status.gates, paint) : '',
    formatProblemsAndNextCommand(status, paint),
  ]
  return sections.filter((section) => section !== '').join('\n\n')
}

/** Returns the last part of the text of `interphase status`: the problems and the next command. */
export function formatProblemsAndNextCommand(status: StatusReport, paint: PaintText): string {
  const problems = status.problems.map(
    ({ code, says, remedy }) => `${paint('red', says)}\n${formatRemedy(remedy, paint)}\n  ${paint('dim', `(${code})`)}`,
  )
  return [...problems, nextText(status, paint)].filter((section) => section !== '').join('\n\n')
}

function releasesText({ releases }: StatusReport, paint: PaintText): string {
  if (releases.length === 0) return 'There are no releases.'
  const begun = releases.findIndex((release) => !isDone(release))
  const hidden = Math.max(0, (begun < 0 ? releases.length : begun) - DONE_SHOWN)
  const names = releases[0]?.phases.map(({ phase }) => phase) ?? []
  const rows = releases.slice(hidden).map(({ release, phases }) => [release, ...phases.map((phase) => cell(phase, paint))])
  const earlier = hidden > 0 ? `${formatCountWithNoun(hidden, 'earlier release')}, all done\n` : ''
  return `${earlier}${formatTable(['release', ...names], rows)}`
}

function isDone({ phases }: Release): boolean {
  return phases.every(({ state }) => state === 'done' || state === 'empty')
}

function cell({ state, done, of }: Phase, paint: PaintText): string {
  switch (state) {
    case 'empty':
      return paint('dim', '-')
    case 'done':
      return paint('green', `${done}/${of} done`)
    case 'stopped':
      return paint('yellow', `${done}/${of} begun`)
    case 'waiting':
      return `${done}/${of} waiting`
  }
}

/** Returns the part of the text of `interphase status` that lists the migrations of the current release. */
function atWork({ releases, next }: StatusReport, paint: PaintText): string {
  const release = releases.find((one) => one.release === next?.release)
  if (!release) return ''
  const rows = release.phases.flatMap(({ phase, migrations }) => migrations.map((migration) => [phase, ...migrationRow(migration, paint)]))
  const title = release.title === undefined ? '' : `, ${release.title}`
  return rows.length > 0 ? `${paint('bold', release.release)}${title}\n${indentLines(formatTable([], rows), 2)}` : ''
}

function migrationRow(migration: Migration, paint: PaintText): readonly string[] {
  const { id, state } = migration
  const name = id.slice(id.indexOf('/') + 1)
  const colours = { done: 'green', running: 'yellow', undoing: 'yellow', waiting: 'dim' } as const
  return [name, paint(colours[state], state), factsOf(migration).join(', ')]
}

function factsOf({
  finishedAt,
  by,
  how,
  rows,
  pending,
  statement,
  of,
  batches,
  ranges,
  quarantined,
  despite,
}: Migration): readonly string[] {
  return [
    ...(finishedAt === undefined ? [] : [formatUtcTime(finishedAt)]),
    ...(by === undefined ? [] : [`by ${by}`]),
    ...(how === undefined || how === 'run' ? [] : [how === 'again' ? 'run again' : how]),
    ...(rows === undefined || rows === 0 ? [] : [formatCountWithNoun(rows, 'row')]),
    ...(statement === undefined ? [] : [`interrupted after ${statement} of ${formatCountWithNoun(of ?? 0, 'statement')}`]),
    ...(batches === undefined ? [] : [batchesText(batches)]),
    ...(ranges === undefined ? [] : [workersText(ranges)]),
    ...(pending === undefined || pending === '0' ? [] : [`${formatCountWithNoun(pending, 'row')} to do`]),
    ...(quarantined === undefined ? [] : [`${formatCountWithNoun(quarantined, 'row')} in quarantine`]),
    ...despite.map(({ effect, because }) => `despite ${effect}, because ${because}`),
  ]
}

/** Returns a summary of the workers of a data step, such as `3 workers (2 of anna@a, 1 of ben@b), 1 range without a worker`. */
function workersText(ranges: NonNullable<Migration['ranges']>): string {
  const workers = new Map(ranges.flatMap(({ worker, by }) => (worker === undefined ? [] : [[worker, by ?? ''] as const])))
  const users = [...new Set(workers.values())].map((by) => `${[...workers.values()].filter((one) => one === by).length} of ${by}`)
  const idle = ranges.filter(({ worker }) => worker === undefined).length
  const named = workers.size === 0 ? 'no worker' : `${formatCountWithNoun(workers.size, 'worker')} (${users.join(', ')})`
  return idle === 0 ? named : `${named}, ${formatCountWithNoun(idle, 'range')} without a worker`
}

/**
 * Returns a summary of the batches of a data step, such as `240 batches, 8,200,000 of about 20,000,000 rows (41 %), 95,000 rows/s,
 * 2 min 4 s left, batches of 10,000, the last at 10:02`.
 */
function batchesText({ done, rows, of, size, rate, etaMs, at, verified, waiting }: NonNullable<Migration['batches']>): string {
  const walked = rows.toLocaleString('en')
  const share = of === undefined || of === 0 ? '' : ` (${Math.min(99, Math.floor((100 * rows) / of))} %)`
  const all = of === undefined ? `${walked} rows` : `${walked} of about ${of.toLocaleString('en')} rows${share}`
  const left = etaMs === undefined ? [] : [`${formatDuration(etaMs)} left`]
  const speed = rate === undefined ? [] : [`${rate.toLocaleString('en')} rows/s`, ...left, `batches of ${size.toLocaleString('en')}`]
  const checked = verified === undefined ? '' : `; ${verified.toLocaleString('en')} rows verified`
  const wait = waiting ? `; waits since ${formatUtcTime(waiting.since)}: ${waiting.because}` : ''
  const parts = [formatCountWithNoun(done, 'batch', 'batches'), all, ...speed, `the last at ${formatUtcTime(at)}`]
  return `${parts.join(', ')}${checked}${wait}`
}

function runningText({ running }: StatusReport): string {
  return running ? `Running, or ended without releasing the lock: ${running.by}, since ${formatUtcTime(running.since)} UTC.` : ''
}

function pauseText({ paused }: StatusReport, paint: PaintText): string {
  if (!paused) return ''
  const why = paused.because === undefined ? '' : `: ${paused.because}`
  return `${paint('yellow', `Data steps in batches are paused by ${paused.by} since ${formatUtcTime(paused.since)} UTC${why}`)}\n  To end the pause: interphase resume`
}

function schemaText({ schema, schemaRemark, releases }: StatusReport, isCompared: boolean, paint: PaintText): string {
  const remark = schemaRemark === undefined ? '' : `\n${schemaRemark}`
  if (schema === 'as planned') return `${paint('green', 'The schema is as planned.')}${remark}`
  if (!isCompared && releases.length > 0)
    return 'The schema of the database was not compared with the plan. To compare: interphase status --check'
  return remark.trim()
}

function neighboursText(neighbours: readonly NeighbourObject[]): string {
  return neighbours.length > 0
    ? `Objects outside the project, which interphase does not change: ${formatNeighbourObjects(neighbours)}.`
    : ''
}

function exceptionsText({ exceptions }: StatusReport): string {
  return exceptions > 0
    ? `${formatCountWithNoun(exceptions, 'exception')} with \`despite\`: rules broken on purpose. interphase check lists all exceptions with their reasons.`
    : ''
}

function overridesText({ overrides = [] }: StatusReport): string {
  const lines = overrides.map(({ release, phase, gate, by, because }) => `  ${gate} of ${phase} of ${release}, by ${by}: ${because}`)
  return lines.length > 0 ? ['Overridden gates:', ...lines].join('\n') : ''
}

/**
 * Returns a sentence about an adopted database in which interphase has run no migration yet. Returns an empty text for every other
 * database.
 */
function adoptedText({ releases }: StatusReport): string {
  const done = releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).filter(({ state }) => state !== 'waiting')
  const last = done.at(-1)
  if (!last || done.some(({ how }) => how !== 'adopted')) return ''
  const count = `${formatCountWithNoun(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done`
  return `The database was adopted at ${last.id}: ${count}, although interphase ran no migration in this database.`
}

const NEXT_RELEASE = 'To write the next release: interphase new <release> <change>'

function nextText({ next, problems }: StatusReport, paint: PaintText): string {
  if (!next) return problems.length > 0 ? '' : `All is done: every release is contracted.\n${NEXT_RELEASE}`
  const held = next.held.map(formatIndentedReason)
  if (held.length > 0) return [paint('yellow', `${next.phase} of ${next.release} cannot start yet:`), ...held].join('\n')
  if (problems.some(({ code }) => code === 'undo.begun')) return `Next: ${paint('bold', next.command)}`
  if (problems.length > 0) return `${next.phase} of ${next.release} is next, after the problems above are solved.`
  return `Next: ${paint('bold', next.command)}  (${formatCountWithNoun(next.migrations.length, 'migration')} of ${next.release})`
}
