import type { SqlFileAnalyzer } from '../dialect/dialect.ts'
import type { SqlFilePurpose } from '../dialect/judgement.ts'
import { type Release, type ReleaseChain, type SqlText } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { DialectName } from '../schema/object.ts'
import { type CheckProblem, runCheckStepAndCollectProblem } from './check-problem.ts'

/**
 * Returns a problem for each file of a chain that contains a refused statement or cannot be parsed. To save time, the function
 * parses a file for PostgreSQL only if the file contains a word that a refused statement can contain.
 */
export async function listRefusedStatementProblems(
  chain: ReleaseChain,
  files: () => Promise<SqlFileAnalyzer>,
): Promise<readonly CheckProblem[]> {
  const found: CheckProblem[] = []
  const look = async (sql: SqlText, purpose: SqlFilePurpose) => {
    if (!mayBeRefused(sql.text, chain.dialect)) return
    await runCheckStepAndCollectProblem(chain.dialect, found, async () => void (await (await files()).script(sql, 'auto', purpose)))
  }
  if (chain.setup) await look(chain.setup, 'setup')
  for (const release of chain.releases) for (const sql of textsOf(release)) await look(sql, 'migration')
  return found
}

function textsOf(release: Release): readonly SqlText[] {
  const ofMigrations = migrationsInPhasedOrder(release).flatMap(({ body, pending, undo }) => [
    ...(body.kind === 'sql' ? [body.sql] : []),
    ...[pending, undo].flatMap((text) => text ?? []),
  ])
  return [...ofMigrations, ...release.rows, ...release.probes.old, ...release.probes.new]
}

/**
 * Returns true if a file can contain a refused statement. If a file for PostgreSQL has no suspicious word, the check does not
 * parse it, because loading the grammar of PostgreSQL takes longer than the rest of the check.
 */
function mayBeRefused(text: string, dialect: DialectName): boolean {
  return dialect !== 'postgres' || SUSPECT.test(text)
}

const SUSPECT =
  /\b(?:database|role|user|group|owned|tablespace|system|server|mapping|wrapper|foreign|subscription|program|copy|discard|cluster|reindex|vacuum|prepare[ds]?|large|label|parameter|dblink\w*|pg_\w+|lo_\w+|lowrite|information_schema|session_replication_role|allow_system_table_mods|zero_damaged_pages|ignore_\w+|execute|interphase_\w+)\b|\w"?\s*\.\s*"?\w+"?\s*\.\s*"?\w|\bgrant\b|\brevoke\b/i
