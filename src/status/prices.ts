import type { Statement } from '../dialect/statement.ts'
import { InterphaseError } from '../error.ts'
import type { Policies } from '../phase/policy.ts'
import { type Breach, breachesOf, explain } from '../plan/ceiling.ts'
import type { Chain, FrontMatter, Migration } from '../release/migration.ts'
import type { RecordedMigration } from '../state/recording.ts'

/** Splits the file of a migration; a function has no statements. Asked for what is refused alone. */
export type ReadStatements = (migration: Migration) => Promise<readonly Statement[]>

/** What of a migration costs more than its phase allows. */
export async function pricesRefused(
  chain: Chain,
  migration: Migration,
  recorded: RecordedMigration,
  says: FrontMatter,
  policies: Policies,
  read: ReadStatements,
): Promise<readonly InterphaseError[]> {
  const breaches = breachesOf(migration, recorded, says, policies[migration.phase])
  const statements = breaches.length === 0 ? [] : await read(migration)
  return breaches.map((breach) => refusedBy(chain, breach, recorded, statements[breach.statement]))
}

function refusedBy(chain: Chain, breach: Breach, recorded: RecordedMigration, statement: Statement | undefined): InterphaseError {
  const { id, file, phase } = breach.migration
  const { object, instead } = explain(chain.dialect, breach, recorded, statement?.text)
  return new InterphaseError('policy.price', {
    migration: id,
    file,
    dialect: chain.dialect,
    phase,
    statement: statement ? breach.statement + 1 : 0,
    line: statement?.line ?? 1,
    text: shortened(statement?.text ?? ''),
    ...breach.price,
    object,
    reason: breach.reason,
    instead,
  })
}

// Enough to know the statement by; the file has the rest.
const WIDTH = 100

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}
