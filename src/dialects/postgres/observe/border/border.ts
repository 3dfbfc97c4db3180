import type { ExecutedSqlTexts } from '../../../../dialect/border.ts'
import type { OutsideObjectCheck } from '../../../../dialect/dialect.ts'
import { loadBodyParser } from '../../text/parser.ts'
import { asSyntaxTreeNode } from '../../text/tree.ts'
import { writesInBodies } from '../body-writes.ts'
import { findNamedObjects } from './find.ts'
import { findObjectsNamedInText } from './named.ts'
import { findLastingRedefinitions } from './redefined.ts'
import { listChangesOutsideProject, listObjectsOutsideProject } from './strangers.ts'

/**
 * Detects changes to objects outside the project on PostgreSQL. The locks and catalog rows of a transaction show all its changes
 * before it commits. Outside a transaction, the changes of a DO block, a procedure or a CASCADE could not be undone.
 */
export const postgresOutsideObjectCheck: OutsideObjectCheck = {
  named: async (text) => (MAY_CHANGE.test(text) ? findObjectsNamedInText(text, await loadBodyParser()) : []),
  find: findNamedObjects,
  executed: async (_, text, inTransaction) => ({ texts: [], isVeiled: !inTransaction && (await isVeiled(text)) }),
  writesInBodies,
  redefined: findLastingRedefinitions,
  hides: () => Promise.resolve(undefined),
  strangers: listObjectsOutsideProject,
  trespasses: listChangesOutsideProject,
}

// Matches the words of a statement that may change an object. A text without these words changes no object that it names.
const MAY_CHANGE =
  /\b(?:insert|update|delete|merge|truncate|copy|lock|create|alter|drop|comment|grant|revoke|refresh|cluster|reindex|do|into|setval)\b/i

async function isVeiled(text: string): Promise<ExecutedSqlTexts['isVeiled']> {
  if (!/\b(?:do|call|cascade)\b/i.test(text)) return false
  const parsed = (await loadBodyParser()).parse(text)
  const statements = Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []
  return statements.some(({ stmt }) =>
    Object.entries(asSyntaxTreeNode(stmt)).some(
      ([kind, tree]) => kind === 'DoStmt' || kind === 'CallStmt' || asSyntaxTreeNode(tree)['behavior'] === 'DROP_CASCADE',
    ),
  )
}
