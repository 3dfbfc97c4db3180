import type { ExecutedTexts } from '../../../../dialect/border.ts'
import type { Border } from '../../../../dialect/dialect.ts'
import { grammarForBodies } from '../../text/parser.ts'
import { nodeOf } from '../../text/tree.ts'
import { findObjects } from './find.ts'
import { namedIn } from './named.ts'
import { strangers, trespasses } from './strangers.ts'

/**
 * Detects changes to objects outside the project on PostgreSQL. The locks and catalog rows of a transaction show all its changes
 * before it commits. Outside a transaction, the changes of a DO block, a procedure or a CASCADE could not be undone.
 */
export const border: Border = {
  named: async (text) => (MAY_CHANGE.test(text) ? namedIn(text, await grammarForBodies()) : []),
  find: findObjects,
  executed: async (_, text, inTransaction) => ({ texts: [], isVeiled: !inTransaction && (await isVeiled(text)) }),
  hides: () => Promise.resolve(undefined),
  strangers,
  trespasses,
}

// Matches the words of a statement that may change an object. A text without these words changes no object that it names.
const MAY_CHANGE =
  /\b(?:insert|update|delete|merge|truncate|copy|lock|create|alter|drop|comment|grant|revoke|refresh|cluster|reindex|do|into|setval)\b/i

async function isVeiled(text: string): Promise<ExecutedTexts['isVeiled']> {
  if (!/\b(?:do|call|cascade)\b/i.test(text)) return false
  const parsed = (await grammarForBodies()).parse(text)
  const statements = Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []
  return statements.some(({ stmt }) =>
    Object.entries(nodeOf(stmt)).some(
      ([kind, tree]) => kind === 'DoStmt' || kind === 'CallStmt' || nodeOf(tree)['behavior'] === 'DROP_CASCADE',
    ),
  )
}
