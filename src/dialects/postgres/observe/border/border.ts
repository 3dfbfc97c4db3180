import type { ExecutedSqlTexts } from '../../../../dialect/border.ts'
import type { OutsideObjectDetector } from '../../../../dialect/dialect.ts'
import { loadPostgresGrammarParsers } from '../../text/parser.ts'
import { asSyntaxTreeNode } from '../../text/tree.ts'
import { doPostgresRoutineBodiesWriteRows } from '../body-writes.ts'
import { refusalOfCalledRoutine } from './called.ts'
import { resolveNamedObjects } from './find.ts'
import { findObjectsNamedInText } from './named.ts'
import { listChangedObjectsOutsideProject, listObjectsOutsideProject } from './outside-objects.ts'
import { findRedefinitionsWithoutRollback } from './redefined.ts'

/**
 * Detects changes to objects outside the project on PostgreSQL. In a transaction, the engine finds all changes before the commit,
 * from the locks and the catalog rows of the transaction. Outside a transaction, the engine cannot undo the changes of DO, CALL and
 * CASCADE, and their text does not show which objects they change. These statements therefore count as statements that build SQL at
 * run time.
 */
export const postgresOutsideObjectDetector: OutsideObjectDetector = {
  named: async (text) => (MAY_CHANGE.test(text) ? findObjectsNamedInText(text, await loadPostgresGrammarParsers()) : []),
  find: resolveNamedObjects,
  executed: async (_, text, inTransaction) => ({ texts: [], buildsSqlAtRuntime: !inTransaction && (await buildsSqlAtRuntime(text)) }),
  doRoutineBodiesWriteRows: doPostgresRoutineBodiesWriteRows,
  redefined: findRedefinitionsWithoutRollback,
  refusalInDatabase: refusalOfCalledRoutine,
  listOutsideObjects: listObjectsOutsideProject,
  listOutsideChanges: listChangedObjectsOutsideProject,
}

// Matches the keywords of statements that can change an object. A text without these keywords changes no object.
const MAY_CHANGE =
  /\b(?:insert|update|delete|merge|truncate|copy|lock|create|alter|drop|comment|grant|revoke|refresh|cluster|reindex|do|into|setval)\b/i

async function buildsSqlAtRuntime(text: string): Promise<ExecutedSqlTexts['buildsSqlAtRuntime']> {
  if (!/\b(?:do|call|cascade)\b/i.test(text)) return false
  const parsed = (await loadPostgresGrammarParsers()).parse(text)
  const statements = Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []
  return statements.some(({ stmt }) =>
    Object.entries(asSyntaxTreeNode(stmt)).some(
      ([kind, tree]) => kind === 'DoStmt' || kind === 'CallStmt' || asSyntaxTreeNode(tree)['behavior'] === 'DROP_CASCADE',
    ),
  )
}
