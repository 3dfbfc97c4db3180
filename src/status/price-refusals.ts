import type { FileReader } from '../dialect/dialect.ts'
import type { Statement } from '../dialect/statement.ts'
import { InterphaseError } from '../error.ts'
import type { Policies } from '../phase/policy.ts'
import { type CeilingBreach, ceilingBreachesOf, explainBreach, frontMatterLine } from '../plan/ceiling.ts'
import type { FrontMatter, Migration } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { RecordedMigration } from '../state/recording.ts'
import type { CheckProblem } from './check-problem.ts'

/**
 * Lists the statements of a migration whose price exceeds a ceiling of its phase. The file is split into statements only if there is
 * such a price.
 */
export async function refusedPrices(
  migration: Migration,
  recorded: RecordedMigration,
  says: FrontMatter,
  policies: Policies,
  dialect: DialectName,
  files: () => Promise<FileReader>,
): Promise<readonly CheckProblem[]> {
  const breaches = ceilingBreachesOf(migration, recorded, says, policies[migration.phase])
  const statements = breaches.length === 0 ? [] : await statementsOf(migration, files)
  return breaches.map((breach) => refusedBy(breach, recorded, dialect, statements[breach.statement]))
}

async function statementsOf({ body, says }: Migration, files: () => Promise<FileReader>): Promise<readonly Statement[]> {
  return body.kind === 'function' ? [] : (await (await files()).script(body.sql, says.transaction)).statements
}

function refusedBy(
  breach: CeilingBreach,
  recorded: RecordedMigration,
  dialect: DialectName,
  statement: Statement | undefined,
): CheckProblem {
  const { migration, rule, price, reason, despite } = breach
  const { object, instead } = explainBreach(dialect, breach, recorded, statement?.text)
  const error = new InterphaseError('policy.price', {
    migration: migration.id,
    file: migration.file,
    dialect,
    phase: migration.phase,
    statement: statement ? breach.statement + 1 : 0,
    line: statement?.line ?? 1,
    text: shortened(statement?.text ?? ''),
    ...price,
    object,
    reason,
    instead,
  })
  const [first = '', ...rest] = error.message.split('\n').map((line) => line.trim())
  const said = first.replace(/^.*?\): /, '')
  return {
    error,
    severity: 'error',
    dialect,
    says: [said, ...rest.slice(0, 1)].join(': '),
    remedy: frontMatterLine(
      migration,
      `${reason} On ${dialect}: ${instead}. If you must accept the price: -- interphase: despite ${rule} because ….`,
    ),
    despite,
  }
}

// The number of characters of a statement that are shown: enough to recognise the statement in its file.
const WIDTH = 100

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}
