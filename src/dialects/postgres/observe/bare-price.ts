import type { BlockedSessions, StatementPriceOnTable, StatementWorkDuration } from '../../../effect/price.ts'
import { canStatementWriteRows } from '../text/grammar.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from '../text/parser.ts'
import { hasSyntaxTreeOption } from '../text/tree.ts'

/**
 * The price of a statement that runs outside a transaction. The price states the blocked sessions and the duration, and applies
 * to each table that the statement names. The object also contains the names of the tables and indexes in the statement.
 */
export interface StatementPriceFromManual {
  /**
   * The price of the statement on each table: the blocked sessions and the duration. The value is undefined if the price is
   * unknown.
   */
  readonly cost: Omit<StatementPriceOnTable, 'table'> | undefined
  readonly names: readonly string[]
}

/**
 * Determines the price of a statement that runs outside a transaction. The source is PostgreSQL's manual, because the statement
 * releases its locks before the engine can read them.
 */
export async function determinePriceByPostgresManual(text: string): Promise<StatementPriceFromManual> {
  const parsed = await parsePostgresStatements({ file: '', text }).catch((): readonly ParsedPostgresStatement[] => [])
  const [first] = parsed
  if (!first || parsed.length > 1) return { cost: undefined, names: parsed.flatMap(({ tree }) => namesIn(tree)) }
  return { cost: costOf(first), names: namesIn(first.tree) }
}

type Tree = ParsedPostgresStatement['tree']

function costOf({ kind, tree }: ParsedPostgresStatement): StatementPriceFromManual['cost'] {
  const known = COSTS[kind]?.(tree)
  if (known) return known
  if (QUIET.test(kind)) return cost('nobody', 'instant')
  return kind === 'SelectStmt' || (canStatementWriteRows(kind, tree) && !CALLS.has(kind)) ? cost('nobody', 'scan') : undefined
}

function cost(blocks: BlockedSessions, works: StatementWorkDuration): Omit<StatementPriceOnTable, 'table'> {
  return { blocks, works }
}

const CALLS: ReadonlySet<string> = new Set(['DoStmt', 'CallStmt', 'TruncateStmt'])

const COSTS: Readonly<Record<string, (tree: Tree) => StatementPriceFromManual['cost']>> = {
  IndexStmt: (tree) => cost(tree['concurrent'] === true ? 'ddl' : 'writes', 'scan'),
  ReindexStmt: (tree) => cost(hasSyntaxTreeOption(tree['params'], 'concurrently') ? 'ddl' : 'everyone', 'scan'),
  DropStmt: (tree) => cost(tree['concurrent'] === true ? 'ddl' : 'everyone', 'instant'),
  VacuumStmt: (tree) => (hasSyntaxTreeOption(tree['options'], 'full') ? cost('everyone', 'rewrite') : cost('ddl', 'scan')),
  ClusterStmt: () => cost('everyone', 'rewrite'),
  RenameStmt: () => cost('everyone', 'instant'),
  TruncateStmt: () => cost('everyone', 'instant'),
}

// Matches the statements that touch no table, or that touch only the metadata of a table.
const QUIET =
  /^(?:Variable|Transaction|Grant|Comment|CreateFunction|Explain|Discard|CheckPoint|AlterSystem|Load|Create(?:db|Schema|Enum|Extension|Role))/

/**
 * Returns the names of the relations in the syntax tree of a statement. In the tree of a DROP statement, a name is a list of
 * words.
 */
function namesIn(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) =>
    (key === 'relname' || key === 'sval') && typeof child === 'string' ? [child] : namesIn(child),
  )
}
