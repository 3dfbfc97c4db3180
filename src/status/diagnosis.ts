import { InterphaseError, isError, putRemedyOnOneLine } from '../error.ts'
import { isBehindTransactionPooler } from '../ledger/pooler.ts'
import { databaseHasLedger, readAndCheckNoteChain, readLedgerHistory } from '../ledger/read.ts'
import { hasCurrentLedgerColumns } from '../ledger/upgrade.ts'
import { findUnfinishedBridge } from '../run/begun-bridge.ts'
import { type ConnectedProject, readProjectHistory } from '../run/connected-project.ts'
import { schemasToReadFromDatabase } from '../run/neighbours.ts'
import { readWithLockLimit } from '../run/reading.ts'
import { EMPTY_SCHEMA_STATE, type SchemaState } from '../schema/state.ts'
import type { StatusReport } from './reports/report.ts'
import { makeStatusReport } from './status.ts'

/** The result of one check of `interphase doctor`. */
export interface DoctorFinding {
  readonly about: 'server' | 'lock' | 'ledger' | 'notes' | 'schema' | 'neighbours' | 'releases' | 'next run'
  readonly good: boolean
  /** The text of the finding. The first line is the result of the check. The lines after it contain the reasons and the remedies. */
  readonly says: string
}

/** The findings of `interphase doctor`, and its exit code. */
export interface DoctorReport {
  readonly findings: readonly DoctorFinding[]
  /**
   * The exit code of `interphase doctor`. The code is 0 if every finding is good. Otherwise it is the exit code of `status
   * --check` if that is 6 or greater. Otherwise it is the exit code of the error that made the status unreadable, or 6.
   */
  readonly exitCode: number
}

/**
 * Checks the server, the lock, the ledger, the schema and the releases of a project, and changes nothing. Returns one finding about
 * each of them, and findings about the notes of the ledger and about objects of other programs if there are any. The last finding
 * states whether the next run can start, according to the report of `status --check`.
 */
export async function diagnoseDatabase(connected: ConnectedProject): Promise<DoctorReport> {
  const { dialect, config, chain } = connected
  const before = [
    await serverOf(connected),
    await lockOf(connected),
    ...(await unlessLocked(connected, 'ledger', () => ledgerOf(connected))),
  ]
  const status = await statusOf(connected)
  const findings = [
    ...before,
    ...(await unlessLocked(connected, 'schema', () => schemaOf(connected, status))),
    good('releases', `${chain.releases.length} of ${config.project} for ${dialect.name} in ${config.releases}/`),
    nextRunOf(status, before),
  ]
  const exitCode = status instanceof InterphaseError || status.exitCode >= 6 ? status.exitCode : 0
  return { findings, exitCode: exitCode === 0 && findings.some((finding) => !finding.good) ? 6 : exitCode }
}

/** Returns the report of `status --check`, or the error that prevents this report. */
async function statusOf(connected: ConnectedProject): Promise<StatusReport | InterphaseError> {
  try {
    return await readWithLockLimit(connected, 'the ledger', async () =>
      makeStatusReport(connected, await readProjectHistory(connected), { compareSchema: true, gatesOf: 'next' }),
    )
  } catch (error) {
    if (connected.session.lost.aborted || !(error instanceof InterphaseError)) throw error
    return error
  }
}

function nextRunOf(status: StatusReport | InterphaseError, before: readonly DoctorFinding[]): DoctorFinding {
  if (status instanceof InterphaseError) return bad('next run', `cannot start: ${status.message}. ${putRemedyOnOneLine(status.remedy)}`)
  const { next, problems, gates } = status
  const what = next ? `${next.phase} of ${next.release}` : 'a run'
  if (status.exitCode >= 6) {
    // If the recorded states of a phase have a problem, the reasons that hold the phase already contain this problem. The code
    // therefore removes it from the list of problems.
    const others = next && next.held.length > 0 ? problems.filter(({ code }) => !code.startsWith('states.')) : problems
    const reasons = others.map(({ says, remedy }) => `${says}\nWhat to do: ${putRemedyOnOneLine(remedy)}`)
    return bad('next run', [`${what} cannot start:`, ...reasons, ...(next?.held ?? [])].join('\n'))
  }
  if (before.some((finding) => !finding.good && finding.about !== 'notes')) {
    return bad('next run', `${what} cannot start before the problems in the lines above are solved`)
  }
  if (next) {
    const consent = gates?.consent !== undefined ? ', which asks for a confirmation of the data that it destroys' : ''
    return good('next run', `${what} can start: ${next.command}${consent}`)
  }
  return good('next run', status.releases.length === 0 ? 'there is no release yet. Write one: interphase new' : 'nothing is left to run')
}

async function serverOf({ dialect, session, target }: ConnectedProject): Promise<DoctorFinding> {
  if (await isBehindTransactionPooler(session, dialect, target)) {
    const { message, remedy } = new InterphaseError('database.pooler', { where: session.where })
    return { about: 'server', good: false, says: `${message}. ${putRemedyOnOneLine(remedy)}` }
  }
  const reason = await dialect.readOnlyReason(session)
  if (reason !== undefined) {
    const { message, remedy } = new InterphaseError('database.read-only', { doing: `checking ${session.where}`, problem: reason })
    return { about: 'server', good: false, says: `${message}. ${putRemedyOnOneLine(remedy)}` }
  }
  return good('server', `${dialect.name} ${session.version.text} at ${session.where} answers, as connection ${session.backend}`)
}

async function lockOf({ dialect, session, config }: ConnectedProject): Promise<DoctorFinding> {
  const holder = await dialect.runLock.holder(session, { project: config.project })
  return holder ? { about: 'lock', good: false, says: `another run holds the lock: ${holder.says}` } : good('lock', 'free')
}

async function ledgerOf(connected: ConnectedProject): Promise<readonly DoctorFinding[]> {
  const { dialect, session, config } = connected
  try {
    const history = await readLedgerHistory(session, dialect, config.project)
    if (!history && !(await databaseHasLedger(session, dialect))) return [good('ledger', 'none; the first run creates it')]
    const bridge = history && history.applied.length > 0 ? undefined : await findUnfinishedBridge(connected)
    if (bridge) {
      const { message, remedy } = new InterphaseError('bridge.begun', { base: bridge.base })
      return [{ about: 'ledger', good: false, says: `${message}. ${putRemedyOnOneLine(remedy)}` }]
    }
    if (!history) return [good('ledger', `exists, without entries of ${config.project}`)]
    const { format, epoch, applied } = history
    const says = `format ${format}, epoch ${epoch}, ${applied.length} migrations of ${config.project}`
    return [good('ledger', says), ...(await notesOf(connected))]
  } catch (error) {
    if (!(error instanceof InterphaseError) || isError(error, 'statement.lock-timeout')) throw error
    return [{ about: 'ledger', good: false, says: `${error.message}. ${putRemedyOnOneLine(error.remedy)}` }]
  }
}

/**
 * Checks the chain of the ledger's notes. The digest of each note is computed from the digest of the previous note, so the check
 * detects an edited or removed note.
 */
async function notesOf({ dialect, session, config }: ConnectedProject): Promise<readonly DoctorFinding[]> {
  if (!(await hasCurrentLedgerColumns(session, dialect))) return []
  const { notes, head, problems } = await readAndCheckNoteChain(session, config.project)
  if (problems.length === 0) return [good('notes', `${notes}, none was changed; the digest of the last is ${head || 'empty'}`)]
  return [{ about: 'notes', good: false, says: `another program than interphase changed the notes: ${problems.join('; ')}` }]
}

async function unlessLocked(
  connected: ConnectedProject,
  about: DoctorFinding['about'],
  look: () => Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  try {
    return await readWithLockLimit(connected, `the ${about}`, look)
  } catch (error) {
    if (!isError(error, 'database.locked')) throw error
    return [{ about, good: false, says: `${error.message}. ${putRemedyOnOneLine(error.remedy)}` }]
  }
}

const COMPARED: { readonly [S in StatusReport['schema']]: string } = {
  'as planned': 'the schema equals the plan',
  'differs': 'the schema differs from the plan',
  'not compared': 'not compared with a plan',
}

const NO_COMPARISON: Pick<StatusReport, 'schema' | 'schemaRemark' | 'neighbours'> = { schema: 'not compared' }

async function schemaOf(connected: ConnectedProject, status: StatusReport | InterphaseError): Promise<readonly DoctorFinding[]> {
  const { dialect, session, clock, config } = connected
  const schemas = schemasToReadFromDatabase([await endOfChain(connected)], config)
  const startedMs = clock.elapsedMs()
  const { state, remarks } = await dialect.catalog.read(session, 'whole', { schemas })
  const tookMs = Math.round(clock.elapsedMs() - startedMs)
  const { schema, schemaRemark, neighbours = [] } = status instanceof InterphaseError ? NO_COMPARISON : status
  const says = [
    `${state.groups.size} tables and other objects, read in ${tookMs} ms; ${COMPARED[schema]}`,
    ...remarks,
    ...(schemaRemark === undefined ? [] : [schemaRemark]),
  ].join('; ')
  const told = neighbours.map(({ what, because }) => `${what} (${because})`).join(', ')
  return [
    { about: 'schema', good: schema !== 'differs', says },
    ...(neighbours.length > 0 ? [good('neighbours', `not changed by interphase: ${told}`)] : []),
  ]
}

/**
 * Returns the schema state at the end of the chain. If the recorded states are missing, stale or invalid, the function returns an
 * empty state, because `interphase doctor` must also work without recorded states.
 */
async function endOfChain({ chain, states }: ConnectedProject): Promise<SchemaState> {
  const last = chain.releases.at(-1)
  if (!last) return EMPTY_SCHEMA_STATE
  try {
    return (await states.of(last.name)).end
  } catch (error) {
    if (isError(error, 'states.missing') || isError(error, 'states.stale') || isError(error, 'states.invalid')) return EMPTY_SCHEMA_STATE
    throw error
  }
}

function good(about: DoctorFinding['about'], says: string): DoctorFinding {
  return { about, good: true, says }
}

function bad(about: DoctorFinding['about'], says: string): DoctorFinding {
  return { about, good: false, says }
}
