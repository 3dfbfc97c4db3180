import type { Event } from '../../event.ts'
import { formatCountWithNoun, formatDuration } from '../layout/text.ts'

/** The log line for an event: a sentence and its log level. */
export interface EventLogSentence {
  readonly level: 'trace' | 'debug' | 'info' | 'warn'
  readonly says: string
}

/**
 * The functions that return the log line of an event, by the type of the event. The source does not compile if a type of event
 * has no entry.
 */
const WORDS: { readonly [T in Event['type']]: (event: Extract<Event, { type: T }>) => EventLogSentence } = {
  'lock-waiting': ({ holder }) => info(`Waiting for the lock: ${holder}.`),
  'lock-taken': ({ epoch, takenOverFrom }) =>
    takenOverFrom === undefined
      ? debug(`Took the lock, epoch ${epoch}.`)
      : warn(`Took over from ${takenOverFrom}, whose run has ended without releasing the lock.`),
  'phase-started': ({ release, phase, promise, migrations }) =>
    said(migrations, `${phase} of ${release}, ${formatCountWithNoun(migrations, 'migration')}. ${promise}`),
  // The event for the end of a phase has the level debug, because the result on stdout also contains the end of the phase.
  'phase-done': ({ release, phase, elapsedMs }) => debug(`${phase} of ${release} is done, ${formatDuration(elapsedMs)}.`),
  'migration-started': ({ migration, index, of, path }) => debug(`  ${place(index, of)} ${migration} begins, ${path}.`),
  'statement-started': ({ migration, statement, of, text }) =>
    debug(`    ${migration}, statement ${statement + 1} of ${of}: ${firstLine(text)}`),
  'migration-done': ({ migration, index, of, affected, elapsedMs }) =>
    info(
      `  ${place(index, of)} ${migration}  ${[formatDuration(elapsedMs), ...(affected > 0 ? [formatCountWithNoun(affected, 'row')] : [])].join(', ')}`,
    ),
  'migration-resumed': ({ migration, statement, found }) =>
    warn(`  ${migration} was interrupted at statement ${statement + 1}. The run found that the statement is ${found}, and resumes there.`),
  'session-restored': ({ migration, statement, replayed }) =>
    info(
      `  ${migration} continues before statement ${statement + 1} in a new session; ${formatCountWithNoun(replayed, 'statement')} restored the session state.`,
    ),
  'batch-done': ({ migration, batch, affected, elapsedMs }) =>
    debug(`    ${migration}, batch ${batch}: ${formatCountWithNoun(affected, 'row')}, ${formatDuration(elapsedMs)}.`),
  'batch-failed': ({ migration, size, next, problem }) =>
    warn(
      `  ${migration}: a batch of ${formatCountWithNoun(size, 'row')} failed and was rolled back: ${problem}. The next batch has ${formatCountWithNoun(next, 'row')}.`,
    ),
  'signals-read': ({ migration, readable, unreadable }) =>
    debug(
      [
        `    ${migration} waits for these signals: ${readable.length > 0 ? readable.join(', ') : 'none'}.`,
        ...unreadable.map(({ signal, because }) => `    ${signal} is not readable: ${because}`),
      ].join('\n'),
    ),
  'gates-waiting': ({ release, phase, gates }) =>
    info(
      [
        `Waiting for ${formatCountWithNoun(gates.length, 'gate')} of ${phase} of ${release}:`,
        ...gates.map(({ gate, state, evidence }) => `  ${gate} is ${state}${evidence.length > 0 ? `: ${evidence.join('; ')}` : ''}`),
      ].join('\n'),
    ),
  'batches-joined': ({ migration, workers, with: other }) =>
    info(
      `  ${formatCountWithNoun(workers, 'worker')} of this process joined ${migration}${other === undefined ? '' : `, which ${other} runs`}.`,
    ),
  'row-quarantined': ({ migration, table, key, problem, rows, limit }) =>
    warn(`  ${migration}: a row of ${table} failed and is in quarantine (${rows} of at most ${limit}), ${key}: ${problem}.`),
  'batches-waiting': ({ migration, because }) => warn(`  ${migration} waits: ${because}.`),
  'range-verified': ({ migration, rows }) => debug(`    ${migration}, ${formatCountWithNoun(rows, 'row')} verified.`),
  'batches-verified': ({ migration, rows, isExact, repaired, quarantined }) => {
    const left =
      quarantined === 0 ? 'no row is left' : `no row is left outside the quarantine, which has ${formatCountWithNoun(quarantined, 'row')}`
    const late = repaired === 0 ? '' : ` Late rows that were written: ${repaired}.`
    return info(`  ${migration}: ${isExact ? '' : 'about '}${formatCountWithNoun(rows, 'row')} verified, and ${left}.${late}`)
  },
  'batches-released': ({ migration, waitedMs }) => info(`  ${migration} continues after ${formatDuration(waitedMs)}.`),
  'batches-slowed': ({ migration, factor, because }) =>
    factor > 1
      ? info(`  ${migration} works ${factor.toLocaleString('en')} times slower: ${because}.`)
      : info(`  ${migration} works at full speed again.`),
  'batches-resumed': ({ migration, batches, rows }) =>
    info(`  ${migration} resumes after ${formatCountWithNoun(batches, 'batch', 'batches')} and about ${formatCountWithNoun(rows, 'row')}.`),
  'lock-timeout': ({ migration, attempt, of, blockers, retryInMs }) =>
    warn(
      [
        `  ${migration} did not get its lock, attempt ${attempt} of ${of}; the next attempt is in ${formatDuration(retryInMs)}.`,
        ...blockers.map((blocker) => `    blocked by: ${blocker}`),
      ].join('\n'),
    ),
  'data-left': ({ migration, rows }) =>
    warn(`  ${migration} has ${formatCountWithNoun(rows, 'new row')} to change; the data step is repeated.`),
  'counts-later': ({ phase, rules }) =>
    info(
      [
        `${phase} changes rows before it adds these rules. The run counts the rows that break a rule immediately before the rule is added:`,
        ...rules.map((line) => `  ${line}`),
      ].join('\n'),
    ),
  'destroys': ({ release, phase, what }) => warn([`${phase} of ${release} destroys:`, ...what.map((line) => `  ${line}`)].join('\n')),
  'undo-started': ({ release, migrations }) =>
    info(`Undoing ${release}: ${formatCountWithNoun(migrations, 'migration')}, the last one first.`),
  'undo-done': ({ release, elapsedMs }) => debug(`${release} is undone, ${formatDuration(elapsedMs)}.`),
  'remark': ({ says }) => warn(says),
  'release-recording': ({ release, dialect, server }) => info(`Recording ${release} on ${dialect} ${server}.`),
  'order-executed': ({ release, order, migrations, elapsedMs, again }) =>
    info(
      `  ${release} ${again ? 'again, without sample rows' : `in ${order} order`}: ${formatCountWithNoun(migrations, 'migration')}, ${formatDuration(elapsedMs)}`,
    ),
  'release-recorded': ({ release, dialect, orders, reported }) =>
    info(
      [
        `  ${release} is sound on ${dialect}${orders === 1 ? ' (both orders are the same)' : ''}.`,
        ...reported.map((line) => `  note: ${line}`),
      ].join('\n'),
    ),
  'release-fresh': ({ release, dialect }) => debug(`${release} on ${dialect} is recorded already.`),
  'release-rehearsing': ({ release, dialect, server }) => info(`Rehearsing ${release} on ${dialect} ${server}.`),
  'rows-generated': ({ rows, tables, short }) =>
    info(
      [
        `  generated ${formatCountWithNoun(rows, 'row')} in ${formatCountWithNoun(tables, 'table')}`,
        ...short.map((line) => `  note: ${line}`),
      ].join('\n'),
    ),
  'probed': ({ probes, points }) => info(`  ${formatCountWithNoun(probes, 'probe')} at ${formatCountWithNoun(points, 'point')}`),
  'release-rehearsed': ({ release, dialect, findings }) =>
    findings === 0
      ? info(`  ${release} passes on ${dialect}.`)
      : warn(`  ${release} does not pass on ${dialect}: ${formatCountWithNoun(findings, 'finding')}.`),
  'shadow-kept': ({ url, until }) => info(`The shadow is kept: ${url}\n  ${until}`),
  'shadow-ready': ({ at, dialect }) => info(`The shadow is ready on ${dialect}, ${at}.`),
  'dialect-skipped': ({ dialect, because }) => warn(`${dialect} was skipped: ${because}`),
}

/** Returns the log line for an event. */
export function logSentenceOfEvent<T extends Event['type']>(event: Extract<Event, { type: T }>): EventLogSentence {
  const words: (event: Extract<Event, { type: T }>) => EventLogSentence = WORDS[event.type]
  return words(event)
}

function info(says: string): EventLogSentence {
  return { level: 'info', says }
}

function warn(says: string): EventLogSentence {
  return { level: 'warn', says }
}

function debug(says: string): EventLogSentence {
  return { level: 'debug', says }
}

/** Returns the log line for the start of a phase. For a phase without migrations, the line has the level debug. */
function said(migrations: number, says: string): EventLogSentence {
  return migrations > 0 ? info(says) : debug(says)
}

function place(index: number, of: number): string {
  return `[${String(index + 1).padStart(String(of).length)}/${of}]`
}

function firstLine(text: string): string {
  const [line = '', ...more] = text.trim().split('\n')
  return more.length > 0 ? `${line} …` : line
}
