import { InterphaseError } from '../error.ts'
import type { PhaseName } from '../phase/phase.ts'
import { type AppliedMigration, findRunInProgress, type LedgerHistory } from './history.ts'
import type { ChainProgress, PhaseProgress, ReleaseProgress } from './progress.ts'

/**
 * The answer to the question if the current database supports the code of a release. The support begins when the expand of the
 * release and all phases of earlier releases are done. The support ends when the contract of a later release starts: after the
 * gates have opened, and before the first statement is sent.
 */
export type DatabaseSupportOfRelease =
  | { readonly answer: 'yes' }
  /**
   * The answer that the database does not support the code of the release yet: `missing` contains the phases that must run first,
   * each as a text such as `expand of 2015.2-liberty`. `command` runs these phases.
   */
  | { readonly answer: 'not yet'; readonly missing: readonly string[]; readonly command: string }
  /**
   * The answer that the database no longer supports the code of a release: `by` is the name of the later release whose contract
   * ended the support, at the time `at`. `migrations` contains the contract migrations of the release `by` that have begun or are
   * done.
   */
  | {
      readonly answer: 'no longer'
      readonly by: string
      readonly at: string
      readonly how: AppliedMigration['how']
      readonly migrations: readonly string[]
    }

/** A phase that will run later, and whether the database supports the code of the release after this phase. */
export interface ReleaseSupportAfterPhase {
  readonly release: string
  readonly phase: PhaseName
  readonly answer: DatabaseSupportOfRelease['answer']
}

/**
 * Returns whether the database supports the code of a release at present. Throws `state.unknown` for an unknown name, and
 * `ledger.ahead` for a release that only the ledger contains.
 */
export function computeDatabaseSupportOfRelease(
  progress: ChainProgress,
  history: LedgerHistory | undefined,
  release: string,
): DatabaseSupportOfRelease {
  const place = placeOf(progress, history, release)
  return contractedSince(progress, history, place) ?? missingBefore(progress, history, place) ?? { answer: 'yes' }
}

/**
 * Returns the phases that will run next, up to the first phase after which the database no longer supports the release. Returns
 * no phase if the support has already ended.
 */
export function computeReleaseSupportAfterNextPhases(
  progress: ChainProgress,
  history: LedgerHistory | undefined,
  release: string,
): readonly ReleaseSupportAfterPhase[] {
  const place = placeOf(progress, history, release)
  if (contractedSince(progress, history, place)) return []
  const coming = progress.releases.flatMap(({ release: { name }, phases }, index) =>
    phases.filter(isUnfinished).map(({ phase }) => ({ name, index, phase })),
  )
  const end = coming.findIndex(({ index, phase }) => index > place && phase === 'contract')
  const shown = end < 0 ? coming : coming.slice(0, end + 1)
  const lastMissing = shown.findLastIndex((one) => isNeededBy(place, one.index, one.phase))
  return shown.map(({ name, phase }, step) => {
    const isEnd = step === end
    return { release: name, phase, answer: isEnd ? 'no longer' : step < lastMissing ? 'not yet' : 'yes' }
  })
}

function placeOf({ releases }: ChainProgress, history: LedgerHistory | undefined, name: string): number {
  const place = releases.findIndex(({ release }) => release.name === name)
  if (place >= 0) return place
  // The ledger alone does not show if the expand of a release is complete. Only the files of the release show it, so the function
  // throws an error for a release without files.
  if (history?.applied.some((row) => row.release === name)) throw new InterphaseError('ledger.ahead', { releases: [name] })
  throw new InterphaseError('state.unknown', { id: name, known: releases.map(({ release }) => release.name) })
}

/**
 * Returns true if the code of a release needs a given phase. `place` is the index of the release of the code, and `index` is the
 * index of the release of the phase. Code needs every phase of the earlier releases, and the expand of its own release.
 */
function isNeededBy(place: number, index: number, phase: PhaseName): boolean {
  return index < place || (index === place && phase === 'expand')
}

/**
 * Returns the first contract of a later release that is running, or that has sent a statement to the server. Returns undefined if
 * no later release has begun its contract.
 */
function contractedSince(progress: ChainProgress, history: LedgerHistory | undefined, place: number): DatabaseSupportOfRelease | undefined {
  for (const { release, phases } of progress.releases.slice(place + 1)) {
    const rows = phases.flatMap(({ phase, migrations }) => (phase === 'contract' ? migrations.flatMap(({ applied }) => applied ?? []) : []))
    const found = contractOf(release.name, rows)
    if (found) return found
  }
  const current = findRunInProgress(history?.notes ?? [])
  const isLater =
    current?.phase === 'contract' && progress.releases.slice(0, place + 1).every(({ release }) => release.name !== current.release)
  if (isLater) return { answer: 'no longer', by: current.release, at: current.at, how: 'run', migrations: [] }
  return contractedAhead(progress, history)
}

/**
 * Returns the first contract of a release that only the ledger contains. Such a release comes after every release of the files.
 */
function contractedAhead({ releases }: ChainProgress, history: LedgerHistory | undefined): DatabaseSupportOfRelease | undefined {
  const known = new Set(releases.map(({ release }) => release.name))
  const rows = (history?.applied ?? []).filter(({ id, release }) => !known.has(release) && id.endsWith('.contract'))
  const [first] = rows.filter(isBegun)
  return (
    first &&
    contractOf(
      first.release,
      rows.filter(({ release }) => release === first.release),
    )
  )
}

function contractOf(by: string, rows: readonly AppliedMigration[]): DatabaseSupportOfRelease | undefined {
  const begun = rows.filter(isBegun).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  const [first] = begun
  return first && { answer: 'no longer', by, at: first.startedAt, how: first.how, migrations: begun.map(({ id }) => id) }
}

/**
 * Returns true if a migration has begun. A migration that runs statement by statement has begun when the run has sent its first
 * statement to the server, or was about to send it. Every other migration in the ledger counts as begun.
 */
function isBegun({ run }: AppliedMigration): boolean {
  return run.state !== 'running' || run.cursor.kind !== 'statement' || run.cursor.next > 0 || run.cursor.sent
}

function missingBefore(progress: ChainProgress, history: LedgerHistory | undefined, place: number): DatabaseSupportOfRelease | undefined {
  const missing = progress.releases.flatMap((one, index) => missingIn(one, index, place))
  if (missing.length === 0) return undefined
  const name = progress.releases[place]?.release.name ?? ''
  const isUndoing = history?.applied.some(({ run }) => run.state === 'undoing') ?? false
  const phases = missing.map(({ phase, release }) => `${phase} of ${release}`)
  const command = commandFor(missing, name)
  return { answer: 'not yet', missing: phases, command: isUndoing ? `interphase undo, then ${command}` : command }
}

function missingIn({ release, phases }: ReleaseProgress, index: number, place: number) {
  return phases
    .filter((one) => isUnfinished(one) && isNeededBy(place, index, one.phase))
    .map(({ phase }) => ({ phase, release: release.name }))
}

/** Returns true if a migration of the phase is not done. A done data step that runs again counts as done. */
function isUnfinished({ run, migrations }: PhaseProgress): boolean {
  if (run.state === 'done' || run.state === 'empty') return false
  return migrations.some(({ applied }) => applied?.run.state !== 'done' && applied?.how !== 'again')
}

function commandFor(missing: readonly { readonly phase: PhaseName; readonly release: string }[], release: string): string {
  const [first, ...more] = missing
  if (first?.release === release && more.length === 0) return `interphase ${first.phase}`
  return `interphase up --to ${release} --phase expand`
}
