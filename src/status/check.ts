import type { FileReader } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { Policies } from '../phase/policy.ts'
import { frontMatterLine } from '../plan/ceiling.ts'
import { judgeRelease, type Refusal } from '../plan/verdict.ts'
import { loadFunction } from '../project/modules.ts'
import { type PlannedRelease, readPlannedReleases } from '../project/recorded.ts'
import type { Chain, FrontMatter, Migration, MigrationId } from '../release/migration.ts'
import { phasedOrder, runOrder } from '../release/order.ts'
import { type CheckProblem, collectProblem, declaredExceptionOf } from './check-problem.ts'
import type { DeclaredException } from './check-report.ts'
import { FragileUseSearch } from './fragile-uses.ts'
import { lineOfRefusal } from './line.ts'
import { refusedPrices } from './price-refusals.ts'
import { refusedStatements } from './statements.ts'

/** The problems of a chain of releases, and the exceptions that its files declare. */
export interface ChainCheck {
  readonly found: readonly CheckProblem[]
  readonly exceptions: readonly DeclaredException[]
}

/**
 * Checks a chain of releases by its files and recorded states, without a database. Finds missing, stale and changed states, effects
 * that a policy refuses, and fragile statements. `files` is called only when a file must be parsed.
 */
export async function checkChain(
  root: string,
  chain: Chain,
  policies: Policies | undefined,
  files: () => Promise<FileReader>,
): Promise<ChainCheck> {
  const found: CheckProblem[] = []
  const { dialect } = chain
  const says = await wordsOf(chain, found)
  const wordsFor = (migration: Migration) => says.get(migration.id) ?? migration.says
  const recorded = await collectProblem(dialect, found, () => readPlannedReleases(root, chain))
  found.push(...(recorded?.problems ?? []).map((error): CheckProblem => ({ error, severity: 'error', dialect, ...placeOf(error, chain) })))
  found.push(...(await refusedStatements(chain, files)))
  const search = new FragileUseSearch(files)
  for (const planned of recorded?.releases ?? []) {
    if (policies) {
      const judged = judgeRelease({ ...planned, positions: planned.positions() }, wordsFor, policies)
      for (const refusal of judged.flatMap(({ refusals }) => refusals)) found.push(await refusedBy(refusal, planned, files))
      if (planned.release.history === undefined) found.push(...(await dearIn(planned, wordsFor, policies, files)))
    }
    found.push(...((await collectProblem(dialect, found, () => search.in(planned, wordsFor))) ?? []))
  }
  const declared = runOrder(chain).flatMap((migration) => exceptionsOf(migration, wordsFor(migration), chain))
  return { found, exceptions: [...historiesIn(chain), ...declared] }
}

async function dearIn(
  { release, recorded }: PlannedRelease,
  says: (migration: Migration) => FrontMatter,
  policies: Policies,
  files: () => Promise<FileReader>,
): Promise<readonly CheckProblem[]> {
  const found: CheckProblem[] = []
  for (const migration of phasedOrder(release)) {
    const known = recorded.migrations.get(migration.id)
    if (known) found.push(...(await refusedPrices(migration, known, says(migration), policies, recorded.dialect, files)))
  }
  return found
}

/** Returns the declarations of function migrations. The definition of a function can declare more than the comments of its file. */
async function wordsOf(chain: Chain, found: CheckProblem[]): Promise<ReadonlyMap<MigrationId, FrontMatter>> {
  const says = new Map<MigrationId, FrontMatter>()
  for (const migration of runOrder(chain)) {
    if (migration.body.kind === 'sql') continue
    const loaded = await collectProblem(chain.dialect, found, () => loadFunction(migration))
    if (loaded) says.set(migration.id, loaded.says)
  }
  return says
}

/**
 * Returns an existing file for the finding: the first migration that is not recorded, or the stale recording. A code host can annotate
 * only existing files.
 */
function placeOf(error: InterphaseError, { releases, dialect }: Chain): { readonly file?: string } {
  if (isError(error, 'states.missing')) return error.facts.missing[0] === undefined ? {} : { file: error.facts.missing[0] }
  const release = isError(error, 'states.stale') ? releases.find(({ name }) => name === error.facts.release) : undefined
  return release ? { file: `${release.directory}/states/${dialect}/_release.json` } : {}
}

async function refusedBy(refusal: Refusal, planned: PlannedRelease, files: () => Promise<FileReader>): Promise<CheckProblem> {
  const { migration, effect, object, on, reason, despite } = refusal
  const { id, file, phase } = migration
  const { dialect } = planned.recorded
  const line = await lineOfRefusal(refusal, files)
  const error = new InterphaseError('policy.refuses', { migration: id, file, dialect, phase, effect, object, on, reason })
  return {
    error,
    severity: 'error',
    dialect,
    says: `${phase} refuses the effect "${effect}": ${on}`,
    remedy: frontMatterLine(migration, `${reason} If you must break the rule: -- interphase: despite ${effect} because ….`),
    ...(line !== undefined && { line }),
    despite,
  }
}

function historiesIn({ releases, dialect }: Chain): readonly DeclaredException[] {
  return releases.flatMap(({ name, directory, history }) =>
    history === undefined
      ? []
      : [{ word: 'history', rule: 'history', because: history, migration: name, file: `${directory}/release.json`, dialects: [dialect] }],
  )
}

function exceptionsOf({ id, file }: Migration, says: FrontMatter, { dialect }: Chain): readonly DeclaredException[] {
  const words = [
    ['despite', says.despite],
    ['effect', says.effects],
    ['irreversible', says.irreversible === undefined ? [] : [{ effect: 'irreversible', because: says.irreversible }]],
  ] as const
  return words.flatMap(([word, declared]) =>
    declared.map((one) => ({ word, ...declaredExceptionOf(one), migration: id, file, dialects: [dialect] })),
  )
}
