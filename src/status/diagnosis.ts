import { InterphaseError, isError, putRemedyOnOneLine } from '../error.ts'
import { isBehindTransactionPooler } from '../ledger/pooler.ts'
import { databaseHasLedger, readLedgerHistory, readNoteChain } from '../ledger/read.ts'
import { hasCurrentLedgerColumns } from '../ledger/upgrade.ts'
import { findUnfinishedBridgeProject } from '../run/begun-bridge.ts'
import { type ConnectedProject, determineLeniency, readLedgerForComparison } from '../run/connected-project.ts'
import { listNeighbours, schemasToReadFromDatabase } from '../run/neighbours.ts'
import { readWithLockLimit } from '../run/reading.ts'
import { EMPTY_SCHEMA_STATE, type SchemaState } from '../schema/state.ts'

/** The result of one check of `interphase doctor`. */
export interface DoctorFinding {
  readonly about: 'server' | 'lock' | 'ledger' | 'notes' | 'schema' | 'neighbours' | 'releases'
  readonly good: boolean
  readonly says: string
}

/**
 * Checks the server, the lock, the ledger, the schema and the releases of a project, and changes nothing. Returns one finding about
 * each of them, and findings about the notes of the ledger and about objects of other programs if there are any.
 */
export async function diagnoseDatabase(connected: ConnectedProject): Promise<readonly DoctorFinding[]> {
  const { dialect, config, chain } = connected
  return [
    await serverOf(connected),
    await lockOf(connected),
    ...(await unlessLocked(connected, 'ledger', () => ledgerOf(connected))),
    ...(await unlessLocked(connected, 'schema', () => schemaOf(connected))),
    good('releases', `${chain.releases.length} of ${config.project} for ${dialect.name} in ${config.releases}/`),
  ]
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
    const bridge = history && history.applied.length > 0 ? undefined : await findUnfinishedBridgeProject(connected)
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
  const { notes, head, problems } = await readNoteChain(session, config.project)
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

async function schemaOf(connected: ConnectedProject): Promise<readonly DoctorFinding[]> {
  const { dialect, session, clock, config } = connected
  const expected = await endOfChain(connected)
  const schemas = schemasToReadFromDatabase([expected], config)
  const startedMs = clock.elapsedMs()
  const { state, remarks } = await dialect.catalog.read(session, 'whole', { schemas })
  const tookMs = Math.round(clock.elapsedMs() - startedMs)
  const says = [`${state.groups.size} tables and other objects, read in ${tookMs} ms`, ...remarks]
  return [good('schema', says.join('; ')), ...(await neighboursFound(connected, schemas, expected, state))]
}

async function neighboursFound(
  connected: ConnectedProject,
  schemas: readonly string[],
  expected: SchemaState,
  found: SchemaState,
): Promise<readonly DoctorFinding[]> {
  try {
    const ledger = await readLedgerForComparison(connected, undefined)
    const leniency = await determineLeniency(connected, undefined, ledger)
    const neighbours = await listNeighbours(connected, schemas, ledger.others, { expected, found, leniency })
    const told = neighbours.map(({ what, because }) => `${what} (${because})`).join(', ')
    return neighbours.length > 0 ? [good('neighbours', `not changed by interphase: ${told}`)] : []
  } catch (error) {
    // The error of an unreadable ledger is ignored, because the check of the ledger reports the same error.
    if (error instanceof InterphaseError) return []
    throw error
  }
}

/**
 * Returns the schema state at the end of the chain. Returns an empty state if the recorded states are missing, stale or invalid,
 * because `interphase doctor` must also work without recorded states.
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
