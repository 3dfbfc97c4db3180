import type { SqlFilePurpose, StatementRefusal } from '../../../../dialect/judgement.ts'
import { findObjectsNamedByNode } from '../../observe/border/named.ts'
import type { PostgresSyntaxTreeNode } from '../tree.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  firstDefinedResultOf,
  firstResultInSyntaxTree,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../tree.ts'
import { type PostgresFunctionBodyContent, type PostgresGrammarParsers, parsePostgresFunctionBody } from './bodies.ts'
import { SERVER_CATALOG_TABLE_NAMES } from './catalogs.ts'
import { reasonToRefuseServerFunction } from './functions.ts'
import { isRefusedSetting, postgresStatementKindOf } from './kinds.ts'
import { refusalOfRelativeTimeLiteral } from './moment.ts'
import { findSequenceNameInSetvalCall } from './sequence.ts'

/**
 * Returns the part of a statement that a migration must not contain, with the reason. The part is a kind of statement, a called
 * function, a name, or a write to the server's catalog. The function also searches the body of a DO block. Returns undefined if
 * the statement is allowed. The body of a routine is not searched, because the definition of the routine does not execute the
 * body. `findRoutineRefusal` searches the body before a call of the routine.
 */
export function findPostgresStatementRefusal(
  kind: string,
  tree: PostgresSyntaxTreeNode,
  text: string,
  purpose: SqlFilePurpose,
  grammar: PostgresGrammarParsers,
): StatementRefusal | undefined {
  const look = (node: string, at: PostgresSyntaxTreeNode) => refusalOfNode(node, at, purpose)
  const isRoutine = kind === 'CreateFunctionStmt'
  const searched = isRoutine ? { ...tree, sql_body: undefined } : tree
  const found =
    refusalOfKind(kind, tree, purpose) ??
    look(kind, tree) ??
    firstResultInSyntaxTree(searched, look) ??
    refusalOfRelativeTimeLiteral(kind, tree)
  if (found || isRoutine || !postgresStatementKindOf(kind)?.hasBody) return found
  const body = parsePostgresFunctionBody(kind, tree, text, grammar)
  return body && refusalInBody(body, purpose, grammar)
}

/**
 * Returns the part of the body of a routine that a migration must not execute, with the reason. The tree and the text are those
 * of the statement that creates the routine.
 */
export function findRoutineRefusal(
  tree: PostgresSyntaxTreeNode,
  text: string,
  grammar: PostgresGrammarParsers,
): StatementRefusal | undefined {
  const look = (node: string, at: PostgresSyntaxTreeNode) => refusalOfNode(node, at, 'migration')
  const body = parsePostgresFunctionBody('CreateFunctionStmt', tree, text, grammar)
  return firstResultInSyntaxTree(tree['sql_body'], look) ?? (body && refusalInBody(body, 'migration', grammar))
}

const CATALOG =
  'The statement writes to the catalog of the server directly, which may affect other databases and projects. Write the DDL statement that makes the change.'

function refusalOfKind(node: string, tree: PostgresSyntaxTreeNode, purpose: SqlFilePurpose): StatementRefusal | undefined {
  const kind = postgresStatementKindOf(node)
  if (!kind) return { statement: node, because: 'The engine does not know this kind of statement, so it cannot observe its effects.' }
  const judged = kind.forms?.find(({ when }) => when(tree)) ?? kind
  if (judged.judged !== 'refused' || (purpose === 'setup' && judged.inSetup)) return undefined
  return { statement: judged.says, because: judged.because }
}

function refusalOfNode(node: string, tree: PostgresSyntaxTreeNode, purpose: SqlFilePurpose): StatementRefusal | undefined {
  if (node === 'RangeVar' && tree['catalogname'] !== undefined) return otherDatabase(textFieldOfSyntaxTreeNode(tree, 'catalogname'))
  if (node === 'FuncCall') return refusalOfCall(tree)
  if (!postgresStatementKindOf(node)) return undefined
  if (findObjectsNamedByNode(node, tree).some(({ name }) => name.startsWith('interphase_'))) return LEDGER
  const written = catalogWritten(node, tree)
  return written === undefined ? refusalOfKind(node, tree, purpose) : { statement: `writing to ${written}`, because: CATALOG }
}

const LEDGER: StatementRefusal = {
  statement: 'a table of the ledger',
  because:
    "Only the engine writes the ledger. Remove the statement. To dump without the ledger, use pg_dump --exclude-table='interphase_*'.",
}

function otherDatabase(database: string): StatementRefusal {
  return {
    statement: `a name in the database ${database}`,
    because: 'A migration works only in the migrated database, and each shadow database has another name. Remove the name of the database.',
  }
}

function refusalOfCall(call: PostgresSyntaxTreeNode): StatementRefusal | undefined {
  const names = syntaxTreeNodesOfKind(call['funcname'], 'String').map((part) => textFieldOfSyntaxTreeNode(part, 'sval'))
  const name = names.at(-1) ?? ''
  const because = reasonToRefuseServerFunction(name)
  if (because !== undefined) return { statement: name, because }
  if (name === 'setval' && findSequenceNameInSetvalCall(call) === undefined) return { statement: 'setval', because: ANY_SEQUENCE }
  if (name !== 'set_config') return undefined
  const [setting = ''] = findStringConstants(call['args'])
  return isRefusedSetting(setting)
    ? { statement: `set_config('${setting}', …)`, because: postgresStatementKindOf('VariableSetStmt')?.forms?.[0]?.because ?? '' }
    : undefined
}

const ANY_SEQUENCE =
  'The sequence is known only at run time, and a rollback does not restore its value. Write one statement for each sequence, with its name or with pg_get_serial_sequence of its table.'

const WRITES: Readonly<Record<string, (tree: PostgresSyntaxTreeNode) => readonly unknown[]>> = {
  InsertStmt: (tree) => [tree['relation']],
  UpdateStmt: (tree) => [tree['relation']],
  DeleteStmt: (tree) => [tree['relation']],
  MergeStmt: (tree) => [tree['relation']],
  CopyStmt: (tree) => (tree['is_from'] === true ? [tree['relation']] : []),
  TruncateStmt: (tree) => syntaxTreeNodesOfKind(tree['relations'], 'RangeVar'),
}

/** Returns the table of the server's catalog to which a statement writes. */
function catalogWritten(kind: string, tree: PostgresSyntaxTreeNode): string | undefined {
  for (const relation of WRITES[kind]?.(tree) ?? []) {
    const [schema, name] = [
      textFieldOfSyntaxTreeNode(asSyntaxTreeNode(relation), 'schemaname'),
      textFieldOfSyntaxTreeNode(asSyntaxTreeNode(relation), 'relname'),
    ]
    if (schema === 'pg_catalog' || schema === 'information_schema' || (schema === '' && SERVER_CATALOG_TABLE_NAMES.has(name))) return name
  }
  return undefined
}

function refusalInBody(
  { texts, isDynamic }: PostgresFunctionBodyContent,
  purpose: SqlFilePurpose,
  grammar: PostgresGrammarParsers,
): StatementRefusal | undefined {
  for (const text of texts) {
    // If the body of a function builds statements at run time, the engine judges the literals in the body.
    const pieces = isDynamic ? literalsIn(text, grammar) : []
    const found =
      refusalInText(text, purpose, grammar) ??
      firstDefinedResultOf(pieces, (piece) => refusalInText(piece, purpose, grammar) ?? refusalOfPiece(piece))
    if (found) return found
  }
  return undefined
}

function literalsIn(text: string, grammar: PostgresGrammarParsers): readonly string[] {
  const tree = grammar.parse(text) ?? grammar.parse(asQuery(text))
  return tree === undefined ? [text] : findStringConstants(tree)
}

/**
 * Returns a SELECT statement that contains an expression or the value of an assignment. The grammar can parse only whole
 * statements.
 */
function asQuery(text: string): string {
  return `SELECT ${text.replace(/^[^'";]*?:=/, '')}`
}

/**
 * Returns the reason why a text from the body of a function is refused. The text is a statement, an assignment or an expression.
 */
function refusalInText(text: string, purpose: SqlFilePurpose, grammar: PostgresGrammarParsers): StatementRefusal | undefined {
  const parsed = grammar.parse(text) ?? grammar.parse(asQuery(text))
  for (const { stmt } of Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []) {
    for (const [kind, tree] of Object.entries(asSyntaxTreeNode(stmt))) {
      const found = findPostgresStatementRefusal(kind, asSyntaxTreeNode(tree), text, purpose, grammar)
      if (found) return found
    }
  }
  return undefined
}

// The beginnings of statements in literals, each with the kind of the statement. A function body can build the rest of such a
// statement at run time.
const PIECES: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^\s*create\s+(?:role|user|group)\b/i, 'CreateRoleStmt'],
  [/^\s*alter\s+(?:role|user|group)\b/i, 'AlterRoleStmt'],
  [/^\s*drop\s+(?:role|user|group)\b/i, 'DropRoleStmt'],
  [/^\s*(?:create|alter|drop)\s+database\b/i, 'DropdbStmt'],
  [/^\s*alter\s+system\b/i, 'AlterSystemStmt'],
  [/^\s*drop\s+owned\b/i, 'DropOwnedStmt'],
  [/^\s*reassign\s+owned\b/i, 'ReassignOwnedStmt'],
  [/^\s*(?:create|alter|drop)\s+subscription\b/i, 'CreateSubscriptionStmt'],
  [/^\s*(?:create|alter|drop)\s+(?:foreign|server|user\s+mapping)\b/i, 'CreateForeignServerStmt'],
  [/^\s*import\s+foreign\b/i, 'ImportForeignSchemaStmt'],
]

function refusalOfPiece(piece: string): StatementRefusal | undefined {
  const kind = postgresStatementKindOf(PIECES.find(([pattern]) => pattern.test(piece))?.[1] ?? '')
  if (kind) return { statement: kind.says, because: kind.because }
  const copy = /^\s*copy\b[^]*\b(?:program|to)\b/i.test(piece) ? postgresStatementKindOf('CopyStmt')?.forms?.[0] : undefined
  if (copy) return { statement: copy.says, because: copy.because }
  const call = piece.match(/\w+(?=\s*\()/g)?.find((name) => reasonToRefuseServerFunction(name) !== undefined)
  return call === undefined ? undefined : { statement: call, because: reasonToRefuseServerFunction(call) ?? '' }
}
