import type { RoutineOrTriggerBody, SessionStateItem, SessionStateUse } from '../../../dialect/session-use.ts'
import { canStatementWriteRows } from './grammar.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from './parser.ts'
import { findStringConstants, type PostgresSyntaxTreeNode } from './tree.ts'

/**
 * Returns, for each statement, the session state that the statement creates, removes and uses, according to its syntax. `bodies`
 * contains the routines and triggers that a statement can run. Throws `sql.syntax` for a text that the parser rejects.
 */
export async function findPostgresSessionStateUses(
  texts: readonly string[],
  bodies: readonly RoutineOrTriggerBody[],
): Promise<readonly SessionStateUse[]> {
  const loud = bodies.filter(({ text }) => LEAVES.test(text))
  const uses: SessionStateUse[] = []
  for (const text of texts) {
    const [parsed] = await parsePostgresStatements({ file: '', text })
    uses.push(parsed ? useOf(parsed, loud) : NONE)
  }
  return uses
}

const NONE: SessionStateUse = { leaves: [], ends: [], replayable: false, survivesRollback: false, asks: [], words: new Set() }

function useOf({ kind, tree, text }: ParsedPostgresStatement, loud: readonly RoutineOrTriggerBody[]): SessionStateUse {
  const known = BY_KIND[kind]?.(tree) ?? []
  const called = calls(tree)
  const settings = called.filter(({ name, args }) => name === 'set_config' && !isTrue(args[2]))
  const leaves = [
    ...known,
    ...(settings.length > 0 ? [SETTINGS] : []),
    ...temporaryIn(tree).map(temporary),
    ...called.flatMap(({ name }) => (SESSION_FUNCTIONS.test(name) ? [{ key: `the session state that ${name}() left` }] : [])),
    ...hidden(kind, tree, called, loud),
  ]
  const isFixed = REPLAYABLE.has(kind) || (isCallsOnly(kind, tree, settings.length) && settings.every(({ args }) => args.every(isConstant)))
  return {
    leaves,
    ends: ENDS[kind]?.(tree) ?? [],
    replayable: leaves.length > 0 && isFixed,
    survivesRollback: kind === 'PrepareStmt' || called.some(({ name }) => SESSION_FUNCTIONS.test(name)),
    asks: called.flatMap(({ name }) => (name === 'currval' || name === 'lastval' ? [`${name}()`] : [])),
    words: wordsIn(text),
  }
}

const SETTINGS: SessionStateItem = { key: 'settings of the session' }

const REPLAYABLE: ReadonlySet<string> = new Set(['VariableSetStmt', 'PrepareStmt', 'LoadStmt'])

// The option flag of DECLARE CURSOR … WITH HOLD, from the file nodes/parsenodes.h of the server's source.
const WITH_HOLD = 0x20

const BY_KIND: Readonly<Record<string, (tree: PostgresSyntaxTreeNode) => readonly SessionStateItem[]>> = {
  VariableSetStmt: (tree) => (tree['is_local'] === true || tree['name'] === 'TRANSACTION' ? [] : [SETTINGS]),
  LoadStmt: (tree) => [{ key: `the library ${String(tree['filename'])}` }],
  PrepareStmt: (tree) => [prepared(tree)],
  DeclareCursorStmt: (tree) => ((Number(tree['options']) & WITH_HOLD) === 0 ? [] : [cursor(tree)]),
}

const ENDS: Readonly<Record<string, (tree: PostgresSyntaxTreeNode) => readonly string[]>> = {
  DeallocateStmt: (tree) => [prepared(tree).key],
  ClosePortalStmt: (tree) => [cursor(tree).key],
  DropStmt: (tree) => stringsIn(tree['objects']).map((name) => temporary(name).key),
}

function prepared(tree: PostgresSyntaxTreeNode): SessionStateItem {
  const name = String(tree['name'])
  return { key: `the prepared statement ${name}`, word: name }
}

function cursor(tree: PostgresSyntaxTreeNode): SessionStateItem {
  const name = String(tree['portalname'])
  return { key: `the cursor ${name}`, word: name }
}

function temporary(name: string): SessionStateItem {
  return { key: `the temporary ${name}`, word: name }
}

/**
 * Returns the names of the temporary tables, views and sequences that a statement creates, and the names of the objects that the
 * statement creates in pg_temp.
 */
function temporaryIn(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(temporaryIn)
  if (typeof tree !== 'object' || tree === null) return []
  const node = tree as PostgresSyntaxTreeNode
  const isMade = node['relpersistence'] === 't' || (node['schemaname'] === 'pg_temp' && node['relname'] !== undefined)
  const routine = stringsIn(node['funcname'])
  const isRoutine = routine[0] === 'pg_temp' && routine[1] !== undefined && node['args'] === undefined
  return [
    ...(isMade ? [String(node['relname'])] : []),
    ...(isRoutine ? [String(routine[1])] : []),
    ...Object.values(node).flatMap(temporaryIn),
  ]
}

// Matches the server's functions whose effect lasts until the end of the session, such as advisory locks.
const SESSION_FUNCTIONS = /^(?:pg_(?:try_)?advisory_lock(?:_shared)?|setseed|dblink_connect(?:_u)?)$/

interface Call {
  readonly name: string
  readonly args: readonly unknown[]
}

function calls(tree: unknown): readonly Call[] {
  if (Array.isArray(tree)) return tree.flatMap(calls)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree as PostgresSyntaxTreeNode).flatMap(([key, child]) => {
    const inner = calls(child)
    if (key !== 'FuncCall') return inner
    const { funcname, args } = child as { readonly funcname?: unknown; readonly args?: readonly unknown[] }
    return [{ name: stringsIn(funcname).at(-1) ?? '', args: args ?? [] }, ...inner]
  })
}

/** Matches the body of a routine that can leave session state behind, such as a setting or a temporary table. */
const LEAVES =
  /\bset_config\b|\bpg_temp\b|\btemp(?:orary)?\b|\bprepare\b|\bsetseed\b|\bpg_(?:try_)?advisory_lock(?:_shared)?\b|\bwith\s+hold\b|(?:^|;|'|\$|\b(?:begin|then|else|loop))\s*(?:set|reset|load|discard)\b/i

/**
 * Returns the session state that routines, triggers and DO blocks can create, such as settings and temporary tables. The text of
 * the calling statement does not show this session state.
 */
function hidden(
  kind: string,
  tree: PostgresSyntaxTreeNode,
  called: readonly Call[],
  loud: readonly RoutineOrTriggerBody[],
): readonly SessionStateItem[] {
  const names = new Set(called.map(({ name }) => name))
  const runs = loud.some(({ name }) => (name === undefined ? canStatementWriteRows(kind, tree) : names.has(name)))
  const isLoudBlock = kind === 'DoStmt' && findStringConstants(tree).some((text) => LEAVES.test(text))
  return runs || isLoudBlock ? [{ key: `the session state that ${kind === 'DoStmt' ? 'the DO block' : 'a routine'} left` }] : []
}

/** Returns true for a statement that consists only of calls of set_config. */
function isCallsOnly(kind: string, tree: PostgresSyntaxTreeNode, settings: number): boolean {
  if (kind !== 'SelectStmt' || settings === 0 || tree['fromClause'] !== undefined || tree['whereClause'] !== undefined) return false
  const targets = tree['targetList']
  return Array.isArray(targets) && targets.length === settings && calls(tree).length === settings
}

function isConstant(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'A_Const' in argument
}

function isTrue(argument: unknown): boolean {
  if (!isConstant(argument)) return false
  const { A_Const: constant } = argument as { readonly A_Const: { readonly boolval?: { readonly boolval?: boolean } } }
  return constant.boolval?.boolval === true
}

/** Returns the string values in a list of the syntax tree. */
function stringsIn(tree: unknown): readonly string[] {
  return findStringConstants(tree)
}

function wordsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)].flatMap(([word]) => [word, word.toLowerCase()]))
}
