import type { FragileStatement, FragileStatementsOfFile } from '../../../release/fragile-use.ts'
import { findFragileStatementsByWords } from '../../../release/fragile-use.ts'
import type { SqlText } from '../../../release/migration.ts'
import { doesQueryUseAllColumns } from './all-columns.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from './parser.ts'
import { postgresStatementKindOf } from './statements/kinds.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  type PostgresSyntaxTreeNode,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from './tree.ts'

/**
 * Finds the statements of a SQL file that can have another effect on another database, such as statements that depend on the
 * current columns of a table. In the result, `uses` contains the names of the indexes and constraints that the file uses, and
 * `gives` contains the names that the file gives to new or renamed objects. The function reads the syntax tree. In the body of a
 * SQL function, which the syntax tree contains as text, the function searches for words.
 */
export async function findPostgresFragileStatements(sql: SqlText): Promise<FragileStatementsOfFile> {
  const all = (await parsePostgresStatements(sql)).map(fragileUsesOf)
  return {
    found: all.flatMap(({ found }) => found),
    uses: all.flatMap(({ uses }) => uses),
    gives: new Set(all.flatMap(({ gives }) => [...gives])),
  }
}

function fragileUsesOf({ kind, tree, line, text }: ParsedPostgresStatement): FragileStatementsOfFile {
  const bodies = postgresStatementKindOf(kind)?.hasBody ? findStringConstants(tree) : []
  const inBodies = bodies.map((body) => findFragileStatementsByWords(withoutComments(body), lineOf(body, text, line), 'body'))
  const used = namesUsed(kind, tree)
  return {
    found: [
      ...allColumns(kind, tree).map((on): FragileStatement => ({ kind: 'all-columns', line, on })),
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

/** Replaces the comments in the body of a function by spaces, so that line numbers stay the same. */
function withoutComments(body: string): string {
  return body.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
}

/**
 * Finds the statements whose result depends on the current columns of a table, such as INSERT … SELECT * or CREATE TABLE (LIKE
 * …).
 */
function allColumns(kind: string, tree: PostgresSyntaxTreeNode): readonly string[] {
  switch (kind) {
    case 'ViewStmt':
    case 'CreateTableAsStmt':
      return doesQueryUseAllColumns(tree['query']) ? ['SELECT *'] : []
    case 'InsertStmt':
      return doesQueryUseAllColumns(tree['selectStmt'], tree) ? ['SELECT *'] : []
    case 'CreateStmt':
      return syntaxTreeNodesOfKind(tree['tableElts'], 'TableLikeClause').map(
        (like) => `LIKE ${textFieldOfSyntaxTreeNode(asSyntaxTreeNode(like['relation']), 'relname')}`,
      )
    default:
      return []
  }
}

function namesUsed(kind: string, tree: PostgresSyntaxTreeNode): readonly string[] {
  switch (kind) {
    case 'AlterTableStmt':
      return syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd').flatMap(namesInCommand)
    case 'RenameStmt':
      if (tree['renameType'] === 'OBJECT_INDEX') return [textFieldOfSyntaxTreeNode(asSyntaxTreeNode(tree['relation']), 'relname')]
      return tree['renameType'] === 'OBJECT_TABCONSTRAINT' ? [textFieldOfSyntaxTreeNode(tree, 'subname')] : []
    case 'DropStmt':
      return tree['removeType'] === 'OBJECT_INDEX' ? syntaxTreeNodesOfKind(tree['objects'], 'List').map(lastName) : []
    case 'InsertStmt': {
      const name = asSyntaxTreeNode(asSyntaxTreeNode(tree['onConflictClause'])['infer'])['conname']
      return typeof name === 'string' ? [name] : []
    }
    default:
      return []
  }
}

const BY_NAME: ReadonlySet<string> = new Set(['AT_DropConstraint', 'AT_ValidateConstraint', 'AT_ClusterOn'])

function namesInCommand(command: PostgresSyntaxTreeNode): readonly string[] {
  if (BY_NAME.has(String(command['subtype']))) return [textFieldOfSyntaxTreeNode(command, 'name')]
  const def = asSyntaxTreeNode(command['def'])
  if (command['subtype'] === 'AT_AlterConstraint')
    return [textFieldOfSyntaxTreeNode(asSyntaxTreeNode(def['Constraint'] ?? def['ATAlterConstraint']), 'conname')]
  const name = asSyntaxTreeNode(def['ReplicaIdentityStmt'])['name']
  return typeof name === 'string' ? [name] : []
}

function lastName(list: PostgresSyntaxTreeNode): string {
  return textFieldOfSyntaxTreeNode(syntaxTreeNodesOfKind(list['items'], 'String').at(-1) ?? {}, 'sval')
}

// The fields of the grammar that contain the old or new name of a constraint or index.
const GIVEN: ReadonlySet<string> = new Set(['conname', 'idxname', 'newname'])

function namesIn(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) => (GIVEN.has(key) && typeof child === 'string' ? [child] : namesIn(child)))
}
