import type { SqlFileAnalyzer } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError } from '../error.ts'
import type { PoliciesByPhase } from '../phase/policy.ts'
import {
  convertCommentSyntaxToFile,
  type ExceededPriceCeiling,
  type ExceededPriceCeilingCause,
  explainExceededPriceCeiling,
  findExceededPriceCeilings,
} from '../plan/ceiling.ts'
import type { FrontMatter, Migration } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { RecordedMigration } from '../state/recording.ts'
import type { CheckProblem } from './check-problem.ts'

/**
 * Returns a problem for each statement of a migration whose price exceeds a price ceiling of its phase. To save time, the
 * function splits the file into statements only if a price exceeds a ceiling. `schemas` are the schemas before and after the
 * release.
 */
export async function listExceededPriceProblems(
  migration: Migration,
  recorded: RecordedMigration,
  declarations: FrontMatter,
  policies: PoliciesByPhase,
  { dialect, schemas }: { readonly dialect: DialectName; readonly schemas: readonly SchemaState[] },
  files: () => Promise<SqlFileAnalyzer>,
): Promise<readonly CheckProblem[]> {
  const breaches = findExceededPriceCeilings(migration, recorded, declarations, policies[migration.phase])
  const statements = breaches.length === 0 ? [] : await statementsOf(migration, files)
  return breaches.map((breach) => {
    const statement = statements[breach.statement]
    return refusedBy(breach, dialect, statement, explainExceededPriceCeiling(dialect, breach, recorded, schemas, statement?.text))
  })
}

async function statementsOf({ body, declarations }: Migration, files: () => Promise<SqlFileAnalyzer>): Promise<readonly FileStatement[]> {
  return body.kind === 'function' ? [] : (await (await files()).script(body.sql, declarations.transaction)).statements
}

function refusedBy(
  breach: ExceededPriceCeiling,
  dialect: DialectName,
  statement: FileStatement | undefined,
  { object, instead }: ExceededPriceCeilingCause,
): CheckProblem {
  const { migration, rule, reason, despite } = breach
  const { blocks, works, tables } = breach.price
  const error = new InterphaseError('policy.price', {
    migration: migration.id,
    file: migration.file,
    dialect,
    phase: migration.phase,
    statement: statement ? breach.statement + 1 : 0,
    line: statement?.line ?? 1,
    text: shortened(statement?.text ?? ''),
    blocks,
    works,
    tables,
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
    remedy: convertCommentSyntaxToFile(
      migration,
      `${reason} On ${dialect}: ${instead}. If you must accept the price: -- interphase: despite ${rule} because ….`,
    ),
    despite,
  }
}

// The largest number of characters of a statement that a message contains. The characters are enough to find the statement in its
// file.
const WIDTH = 100

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}
