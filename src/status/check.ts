import type { SqlFileAnalyzer } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { PoliciesByPhase } from '../phase/policy.ts'
import { convertCommentSyntaxToFile } from '../plan/ceiling.ts'
import { isOneTransactionDataStep, ONE_TRANSACTION_RULE_NAME, tablesWrittenByDataStep } from '../plan/data-step-size.ts'
import { judgeReleaseByPolicies, type RefusedEffect } from '../plan/verdict.ts'
import { loadFunctionMigration } from '../project/modules.ts'
import { type ReleaseWithStates, readReleasesWithStates } from '../project/recorded.ts'
import type { FrontMatter, Migration, MigrationId, ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder, migrationsOfChainInRunOrder } from '../release/order.ts'
import { listOpenQuestions } from '../release/question.ts'
import { type CheckProblem, makeExceptionOfCheckFinding, runCheckStepAndCollectProblem } from './check-problem.ts'
import { FragileStatementFinder } from './fragile-uses.ts'
import { findLineOfRefusedEffect } from './line.ts'
import { listExceededPriceProblems } from './price-refusals.ts'
import type { DeclaredPolicyException, OneTransactionDataStep } from './reports/check-report.ts'
import { listSquashedReleaseEndProblems } from './squashed-end.ts'
import { listRefusedStatementProblems } from './statements.ts'

/** The problems of a chain of releases, the exceptions that its files declare, and its data steps in one transaction. */
export interface ChainCheckResult {
  readonly found: readonly CheckProblem[]
  readonly exceptions: readonly DeclaredPolicyException[]
  /** The data steps that run in one transaction. */
  readonly dataSteps: readonly OneTransactionDataStep[]
}

/**
 * Checks the files and the recorded states of a chain of releases, without a database. The function finds all problems that
 * `interphase check` reports about the releases, such as missing states, open questions, refused statements, and effects that a
 * policy forbids. `files` loads the parser, and the function calls it only if it must parse a file.
 */
export async function checkChain(
  root: string,
  chain: ReleaseChain,
  policies: PoliciesByPhase | undefined,
  files: () => Promise<SqlFileAnalyzer>,
): Promise<ChainCheckResult> {
  const found: CheckProblem[] = []
  const { dialect } = chain
  const declarations = await declarationsOfFunctions(chain, found)
  const declarationsOf = (migration: Migration) => declarations.get(migration.id) ?? migration.declarations
  const recorded = await runCheckStepAndCollectProblem(dialect, found, () => readReleasesWithStates(root, chain))
  found.push(...(recorded?.problems ?? []).map((error): CheckProblem => ({ error, severity: 'error', dialect, ...placeOf(error, chain) })))
  for (const question of chain.releases.flatMap(listOpenQuestions))
    found.push({ error: new InterphaseError('migration.question', { ...question, others: [] }), severity: 'error', dialect })
  found.push(...(await listSquashedReleaseEndProblems(root, recorded?.releases[0])))
  found.push(...(await listRefusedStatementProblems(chain, files)))
  const search = new FragileStatementFinder(files)
  for (const planned of recorded?.releases ?? []) {
    if (policies) {
      const judged = judgeReleaseByPolicies({ ...planned, positions: planned.positions() }, declarationsOf, policies)
      for (const refusal of judged.flatMap(({ refusals }) => refusals)) found.push(await refusedBy(refusal, planned, files))
      if (planned.release.history === undefined) found.push(...(await exceededPricesIn(planned, declarationsOf, policies, files)))
    }
    found.push(...((await runCheckStepAndCollectProblem(dialect, found, () => search.in(planned, declarationsOf))) ?? []))
  }
  const declared = migrationsOfChainInRunOrder(chain).flatMap((migration) => exceptionsOf(migration, declarationsOf(migration), chain))
  const dataSteps = (recorded?.releases ?? []).flatMap((planned) => dataStepsIn(planned, declarationsOf, policies))
  return { found, exceptions: [...historiesIn(chain), ...declared], dataSteps }
}

function dataStepsIn(
  { release, recorded }: ReleaseWithStates,
  declarationsOf: (migration: Migration) => FrontMatter,
  policies: PoliciesByPhase | undefined,
): readonly OneTransactionDataStep[] {
  if (release.history !== undefined) return []
  return migrationsInPhasedOrder(release).flatMap((migration) => {
    const known = recorded.migrations.get(migration.id)
    if (!known || !isOneTransactionDataStep(migration, known, declarationsOf(migration))) return []
    const { id, file, phase } = migration
    const isAccepted = declarationsOf(migration).despite.some(({ effect }) => effect === ONE_TRANSACTION_RULE_NAME)
    const { reason: _, ...limit } = policies?.[phase].oneTransaction ?? { reason: '' }
    const isLimited = !isAccepted && Object.keys(limit).length > 0
    const tables = [...tablesWrittenByDataStep(known)]
    return [{ migration: id, file, tables, ...(isLimited && { limit }), dialects: [recorded.dialect] }]
  })
}

async function exceededPricesIn(
  { release, recorded, start, end }: ReleaseWithStates,
  declarationsOf: (migration: Migration) => FrontMatter,
  policies: PoliciesByPhase,
  files: () => Promise<SqlFileAnalyzer>,
): Promise<readonly CheckProblem[]> {
  const found: CheckProblem[] = []
  for (const migration of migrationsInPhasedOrder(release)) {
    const known = recorded.migrations.get(migration.id)
    if (known)
      found.push(
        ...(await listExceededPriceProblems(
          migration,
          known,
          declarationsOf(migration),
          policies,
          { dialect: recorded.dialect, schemas: [start, end] },
          files,
        )),
      )
  }
  return found
}

/**
 * Returns the declarations of function migrations, by migration id. The function reads the definitions, because they can contain
 * more declarations than the comments of the files.
 */
async function declarationsOfFunctions(chain: ReleaseChain, found: CheckProblem[]): Promise<ReadonlyMap<MigrationId, FrontMatter>> {
  const declarations = new Map<MigrationId, FrontMatter>()
  for (const migration of migrationsOfChainInRunOrder(chain)) {
    if (migration.body.kind === 'sql') continue
    const loaded = await runCheckStepAndCollectProblem(chain.dialect, found, () => loadFunctionMigration(migration))
    if (loaded) declarations.set(migration.id, loaded.declarations)
  }
  return declarations
}

/**
 * Returns an existing file for a finding about recorded states: the first migration that is not recorded, or the stale recording.
 * The file must exist, because a code host can show findings only at existing files.
 */
function placeOf(error: InterphaseError, { releases, dialect }: ReleaseChain): { readonly file?: string } {
  if (isError(error, 'states.missing')) return error.facts.missing[0] === undefined ? {} : { file: error.facts.missing[0] }
  const release = isError(error, 'states.stale') ? releases.find(({ name }) => name === error.facts.release) : undefined
  return release ? { file: `${release.directory}/states/${dialect}/_release.json` } : {}
}

async function refusedBy(refusal: RefusedEffect, planned: ReleaseWithStates, files: () => Promise<SqlFileAnalyzer>): Promise<CheckProblem> {
  const { migration, effect, object, on, reason, despite } = refusal
  const { id, file, phase } = migration
  const { dialect } = planned.recorded
  const line = await findLineOfRefusedEffect(refusal, files)
  const error = new InterphaseError('policy.refuses', { migration: id, file, dialect, phase, effect, object, on, reason })
  return {
    error,
    severity: 'error',
    dialect,
    says: `${phase} refuses the effect "${effect}": ${on}`,
    remedy: convertCommentSyntaxToFile(migration, `${reason} If you must break the rule: -- interphase: despite ${effect} because ….`),
    ...(line !== undefined && { line }),
    despite,
  }
}

function historiesIn({ releases, dialect }: ReleaseChain): readonly DeclaredPolicyException[] {
  return releases.flatMap(({ name, directory, history }) =>
    history === undefined
      ? []
      : [{ word: 'history', rule: 'history', because: history, migration: name, file: `${directory}/release.json`, dialects: [dialect] }],
  )
}

function exceptionsOf({ id, file }: Migration, declarations: FrontMatter, { dialect }: ReleaseChain): readonly DeclaredPolicyException[] {
  const words = [
    ['despite', declarations.despite],
    ['effect', declarations.effects],
    ['irreversible', declarations.irreversible === undefined ? [] : [{ effect: 'irreversible', because: declarations.irreversible }]],
  ] as const
  return words.flatMap(([word, declared]) =>
    declared.map((one) => ({ word, ...makeExceptionOfCheckFinding(one), migration: id, file, dialects: [dialect] })),
  )
}
