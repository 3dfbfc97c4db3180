import { InterphaseError } from '../error.ts'
import type { PhaseName } from '../phase/phase.ts'
import { type AppliedMigration, findRunInProgress, type LedgerHistory } from './history.ts'
import type { ChainProgress, PhaseProgress, ReleaseProgress } from './progress.ts'

/**
 * Whether code of a release can run on the database as it stands. The database supports a release from the end of the release's own
 * expand to the contract of a later release, which ends the support when its gates are open, right before its first statement.
 */
export type ReleaseSupport =
  | { readonly answer: 'yes' }
  /** `missing` lists the phases that must be done first, as in `expand of 2015.2-liberty`. `command` runs them. */
  | { readonly answer: 'not yet'; readonly missing: readonly string[]; readonly command: string }
  /** `by` is the release whose contract began at the time `at`. `migrations` are its contract migrations that have begun or are done. */
  | {
      readonly answer: 'no longer'
      readonly by: string
      readonly at: string
      readonly how: AppliedMigration['how']
      readonly migrations: readonly string[]
    }

/** A coming phase, and whether the database supports the release after that phase. */
export interface SupportAfterPhase {
  readonly release: string
  readonly phase: PhaseName
  readonly answer: ReleaseSupport['answer']
}

/** Determines whether code of a release can run now. Throws `state.unknown` for an unknown name, and `ledger.ahead`. */
export function computeReleaseSupport(progress: ChainProgress, history: LedgerHistory | undefined, release: string): ReleaseSupport {
  const place = placeOf(progress, history, release)
  return contractedSince(progress, history, place) ?? missingBefore(progress, history, place) ?? { answer: 'yes' }
}

/**
 * Lists the phases that come next, up to the first one after which the database no longer supports the release. A contract ends the
 * support with its first statement, and the release's own expand begins it with its last statement.
 */
export function computeComingSupport(
  progress: ChainProgress,
  history: LedgerHistory | undefined,
  release: string,
): readonly SupportAfterPhase[] {
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
  // The files of a release are needed to tell whether its expand is complete.
  if (history?.applied.some((row) => row.release === name)) throw new InterphaseError('ledger.ahead', { releases: [name] })
  throw new InterphaseError('state.unknown', { id: name, known: releases.map(({ release }) => release.name) })
}

/** True if code of the release at `place` needs this phase: every phase of earlier releases, and its own expand. */
function isNeededBy(place: number, index: number, phase: PhaseName): boolean {
  return index < place || (index === place && phase === 'expand')
}

/** Finds the first contract of a later release that is in progress, or that has sent a statement to the server. */
function contractedSince(progress: ChainProgress, history: LedgerHistory | undefined, place: number): ReleaseSupport | undefined {
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

/** Finds the first contract of a release that only the ledger has. Such a release comes after every release of the files. */
function contractedAhead({ releases }: ChainProgress, history: LedgerHistory | undefined): ReleaseSupport | undefined {
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

function contractOf(by: string, rows: readonly AppliedMigration[]): ReleaseSupport | undefined {
  const begun = rows.filter(isBegun).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  const [first] = begun
  return first && { answer: 'no longer', by, at: first.startedAt, how: first.how, migrations: begun.map(({ id }) => id) }
}

/** True if at least one statement of the migration was sent to the server. */
function isBegun({ run }: AppliedMigration): boolean {
  return run.state !== 'running' || run.cursor.kind !== 'statement' || run.cursor.next > 0 || run.cursor.sent
}

function missingBefore(progress: ChainProgress, history: LedgerHistory | undefined, place: number): ReleaseSupport | undefined {
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

/** True if a migration of the phase is not done. A data step that was done once and runs again counts as done. */
function isUnfinished({ run, migrations }: PhaseProgress): boolean {
  if (run.state === 'done' || run.state === 'empty') return false
  return migrations.some(({ applied }) => applied?.run.state !== 'done' && applied?.how !== 'again')
}

function commandFor(missing: readonly { readonly phase: PhaseName; readonly release: string }[], release: string): string {
  const [first, ...more] = missing
  if (first?.release === release && more.length === 0) return `interphase ${first.phase}`
  return `interphase up --to ${release} --phase expand`
}
