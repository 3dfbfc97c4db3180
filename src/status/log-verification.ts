import { LOG_VERIFICATION_REPORT_FORMAT_VERSION } from '../formats.ts'
import { readAndCheckLedgerProjectRow, readAndCheckNoteChain } from '../ledger/read.ts'
import { hasCurrentLedgerColumns } from '../ledger/upgrade.ts'
import { ledgerProjectNameOfBase, listBases } from '../project/bases.ts'
import type { ConnectedProject } from '../run/connected-project.ts'

/** The document that `interphase log --verify` prints, and the exit code of the command. */
export interface LogVerification {
  readonly format: typeof LOG_VERIFICATION_REPORT_FORMAT_VERSION
  readonly project: string
  /** The number of notes in the ledger of the project. */
  readonly notes: number
  /** The digest of the last note of the ledger. The text is empty if the ledger has no note. */
  readonly head: string
  /** One sentence for each place where another program than interphase changed the notes of the ledger. */
  readonly problems: readonly string[]
  readonly exitCode: 0 | 7
}

/**
 * Verifies the chain of the ledger's notes, and detects edited, removed, inserted and moved notes. `keptHead` is the digest that
 * an earlier verification printed. With `keptHead`, the function also detects that a program cut the chain or wrote it again
 * after the earlier verification.
 */
export async function verifyLedgerNotes(connected: ConnectedProject, keptHead?: string): Promise<LogVerification> {
  const { notes, head, problems: own } = await readChain(connected, keptHead)
  const { project } = connected.config
  const problems = [...own, ...(await findProblemsOfBridges(connected))]
  return { format: LOG_VERIFICATION_REPORT_FORMAT_VERSION, project, notes, head, problems, exitCode: problems.length === 0 ? 0 : 7 }
}

/**
 * Returns the problems of the notes of all bridges, which are the migrations from old schemas to the chain. Each bridge has its
 * own chain of notes.
 */
async function findProblemsOfBridges({ session, dialect, config }: ConnectedProject): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name } of listBases(config, dialect.name)) {
    const project = ledgerProjectNameOfBase(config.project, name)
    const row = await readAndCheckLedgerProjectRow(session, dialect, project)
    if (!row || !(await hasCurrentLedgerColumns(session, dialect))) continue
    const { problems } = await readAndCheckNoteChain(session, project)
    found.push(...problems.map((problem) => `${project}: ${problem}`))
  }
  return found
}

async function readChain({ session, dialect, config }: ConnectedProject, keptHead: string | undefined) {
  const row = await readAndCheckLedgerProjectRow(session, dialect, config.project)
  const isCurrent = row !== undefined && (await hasCurrentLedgerColumns(session, dialect))
  if (row && !isCurrent) {
    return { notes: 0, head: '', problems: [`the ledger has format ${row.format}, whose notes have no digests; the next run upgrades it`] }
  }
  const { notes, head, problems, digests } = row ? await readAndCheckNoteChain(session, config.project) : EMPTY_CHAIN
  const isKept = keptHead === undefined || keptHead === '' || digests.includes(keptHead)
  return {
    notes,
    head,
    problems: isKept ? problems : [...problems, `no note has the digest ${keptHead}: the chain was cut or written anew`],
  }
}

const EMPTY_CHAIN = { notes: 0, head: '', problems: [], digests: [] as readonly string[] }
