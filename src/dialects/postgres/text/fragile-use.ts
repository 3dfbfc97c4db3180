import type { FragileUse, FragileUses } from '../../../release/fragile-use.ts'
import { fragileUsesInText } from '../../../release/fragile-use.ts'
import type { SqlText } from '../../../release/migration.ts'
import { type ParsedStatement, statementsOf } from './parser.ts'
import { kindOf } from './statements/kinds.ts'
import { literalsOf, nodeOf, nodesOf, type Tree, textOf } from './tree.ts'

/**
 * Finds the statements of a file that rely on a fact which the file does not state, with the server's grammar. The bodies of functions
 * are text, so their words are searched.
 */
export async function fragileUses(sql: SqlText): Promise<FragileUses> {
  const all = (await statementsOf(sql)).map(fragileUsesOf)
  return {
    found: all.flatMap(({ found }) => found),
    uses: all.flatMap(({ uses }) => uses),
    gives: new Set(all.flatMap(({ gives }) => [...gives])),
  }
}

function fragileUsesOf({ kind, tree, line, text }: ParsedStatement): FragileUses {
  const bodies = kindOf(kind)?.hasBody ? literalsOf(tree) : []
  const inBodies = bodies.map((body) => fragileUsesInText(withoutComments(body), lineOf(body, text, line), 'body'))
  const used = namesUsed(kind, tree)
  return {
    found: [
      ...allColumns(kind, tree).map((on): FragileUse => ({ kind: 'all-columns', line, on })),
      ...inBodies.flatMap(({ found }) => found),
    ],
    uses: [...used.map((name) => ({ name, line })), ...inBodies.flatMap(({ uses }) => uses)],
    gives: new Set([...namesIn(tree).filter((name) => !used.includes(name)), ...inBodies.flatMap(({ gives }) => [...gives])]),
  }
}

function lineOf(body: string, text: string, line: number): number {
  const at = text.indexOf(body)
  return at < 0 ? line : line + text.slice(0, at).split('\n').length - 1
}

/** Replaces comments by spaces, so that line numbers stay the same. */
function withoutComments(body: string): string {
  return body.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
}

/** Finds the statements whose result depends on which columns a table has at the moment, such as INSERT without a column list. */
function allColumns(kind: string, tree: Tree): readonly string[] {
  switch (kind) {
    case 'ViewStmt':
    case 'CreateTableAsStmt':
      return takesAll(tree['query']) ? ['SELECT *'] : []
    case 'InsertStmt':
      return takesAll(tree['selectStmt']) ? ['SELECT *'] : []
    case 'CreateStmt':
      return nodesOf(tree['tableElts'], 'TableLikeClause').map((like) => `LIKE ${textOf(nodeOf(like['relation']), 'relname')}`)
    default:
      return []
  }
}

function takesAll(query: unknown): boolean {
  const select = nodeOf(nodeOf(query)['SelectStmt'] ?? query)
  if (select['larg'] !== undefined) return takesAll(select['larg']) || takesAll(select['rarg'])
  return nodesOf(select['targetList'], 'ResTarget').some((target) => {
    const fields = nodeOf(nodeOf(target['val'])['ColumnRef'])['fields']
    return nodesOf(fields, 'A_Star').length > 0
  })
}

function namesUsed(kind: string, tree: Tree): readonly string[] {
  switch (kind) {
    case 'AlterTableStmt':
      return nodesOf(tree['cmds'], 'AlterTableCmd').flatMap(namesInCommand)
    case 'RenameStmt':
      if (tree['renameType'] === 'OBJECT_INDEX') return [textOf(nodeOf(tree['relation']), 'relname')]
      return tree['renameType'] === 'OBJECT_TABCONSTRAINT' ? [textOf(tree, 'subname')] : []
    case 'DropStmt':
      return tree['removeType'] === 'OBJECT_INDEX' ? nodesOf(tree['objects'], 'List').map(lastName) : []
    case 'InsertStmt': {
      const name = nodeOf(nodeOf(tree['onConflictClause'])['infer'])['conname']
      return typeof name === 'string' ? [name] : []
    }
    default:
      return []
  }
}

const BY_NAME: ReadonlySet<string> = new Set(['AT_DropConstraint', 'AT_ValidateConstraint', 'AT_ClusterOn'])

function namesInCommand(command: Tree): readonly string[] {
  if (BY_NAME.has(String(command['subtype']))) return [textOf(command, 'name')]
  const def = nodeOf(command['def'])
  if (command['subtype'] === 'AT_AlterConstraint') return [textOf(nodeOf(def['Constraint'] ?? def['ATAlterConstraint']), 'conname')]
  const name = nodeOf(def['ReplicaIdentityStmt'])['name']
  return typeof name === 'string' ? [name] : []
}

function lastName(list: Tree): string {
  return textOf(nodesOf(list['items'], 'String').at(-1) ?? {}, 'sval')
}

// The fields of the grammar that hold the old or new name of a constraint or index.
const GIVEN: ReadonlySet<string> = new Set(['conname', 'idxname', 'newname'])

function namesIn(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) => (GIVEN.has(key) && typeof child === 'string' ? [child] : namesIn(child)))
}
