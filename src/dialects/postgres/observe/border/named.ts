import type { ObjectNamedByStatement } from '../../../../dialect/border.ts'
import { type PostgresGrammarParsers, parsePostgresFunctionBody } from '../../text/statements/bodies.ts'
import { postgresStatementKindOf } from '../../text/statements/kinds.ts'
import { findSequenceNameInSetvalCall } from '../../text/statements/sequence.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  firstResultInSyntaxTree,
  type PostgresSyntaxTreeNode,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../../text/tree.ts'
import { STANDALONE_KINDS_IN_GRAMMAR } from './standalone-kinds.ts'

/**
 * Returns the objects that the statements of a text create, change or drop, by name. The result includes the statements in the
 * bodies of functions.
 */
export function findObjectsNamedInText(text: string, grammar: PostgresGrammarParsers): readonly ObjectNamedByStatement[] {
  const parsed = grammar.parse(text)
  const statements = Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []
  return statements.flatMap(({ stmt }) =>
    Object.entries(asSyntaxTreeNode(stmt)).flatMap(([kind, tree]) => namedBy(kind, asSyntaxTreeNode(tree), text, grammar)),
  )
}

function namedBy(
  kind: string,
  tree: PostgresSyntaxTreeNode,
  text: string,
  grammar: PostgresGrammarParsers,
): readonly ObjectNamedByStatement[] {
  const found = [...findObjectsNamedByNode(kind, tree)]
  firstResultInSyntaxTree(tree, (inner, node) => {
    found.push(...findObjectsNamedByNode(inner, node))
    return undefined
  })
  const body = postgresStatementKindOf(kind)?.hasBody ? parsePostgresFunctionBody(kind, tree, text, grammar) : undefined
  return [...found, ...(body?.texts.flatMap((inner) => findObjectsNamedInText(inner, grammar)) ?? [])]
}

type Names = (tree: PostgresSyntaxTreeNode) => readonly ObjectNamedByStatement[]

const changes =
  (...keys: readonly string[]): Names =>
  (tree) =>
    keys.flatMap((key) => relationsAt(tree[key], false))
const makes =
  (key: string): Names =>
  (tree) =>
    relationsAt(tree[key], true)

/**
 * For each kind of statement, the function that reads the created, changed or dropped objects from the fields of the syntax tree.
 */
const NAMES: Readonly<Record<string, Names>> = {
  InsertStmt: changes('relation'),
  UpdateStmt: changes('relation'),
  DeleteStmt: changes('relation'),
  MergeStmt: changes('relation'),
  TruncateStmt: changes('relations'),
  CopyStmt: (tree) => (tree['is_from'] === true ? relationsAt(tree['relation'], false) : []),
  LockStmt: changes('relations'),
  CreateStmt: makes('relation'),
  CreateTableAsStmt: (tree) => relationsAt(asSyntaxTreeNode(tree['into'])['rel'], true),
  SelectStmt: (tree) => relationsAt(asSyntaxTreeNode(tree['intoClause'])['rel'], true),
  ViewStmt: makes('view'),
  CreateSeqStmt: makes('sequence'),
  AlterSeqStmt: changes('sequence'),
  AlterTableStmt: (tree) => ofComposite(tree['objtype'], relationsAt(tree['relation'], false)),
  IndexStmt: changes('relation'),
  CreateTrigStmt: changes('relation'),
  RuleStmt: changes('relation'),
  CreatePolicyStmt: changes('table'),
  AlterPolicyStmt: changes('table'),
  RefreshMatViewStmt: changes('relation'),
  ClusterStmt: changes('relation'),
  ReindexStmt: changes('relation'),
  AlterOwnerStmt: changes('relation'),
  AlterObjectSchemaStmt: changes('relation'),
  RenameStmt: renamed,
  DropStmt: dropped,
  CommentStmt: commented,
  GrantStmt: changes('objects'),
  FuncCall: (call) => (nameOf(call) === 'setval' ? qualified('relation', findSequenceNameInSetvalCall(call) ?? [], false) : []),
  CreateFunctionStmt: (tree) =>
    routine(tree['funcname'], syntaxTreeNodesOfKind(tree['parameters'], 'FunctionParameter').filter(isInput).length, true),
  CreateSchemaStmt: (tree) =>
    textFieldOfSyntaxTreeNode(tree, 'schemaname') === ''
      ? []
      : [{ kind: 'schema', name: textFieldOfSyntaxTreeNode(tree, 'schemaname'), isMade: true }],
  CreateEnumStmt: (tree) => named('type', tree['typeName'], true),
  CreateDomainStmt: (tree) => named('type', tree['domainname'], true),
  AlterDomainStmt: (tree) => named('type', tree['typeName'], false),
  AlterEnumStmt: (tree) => named('type', tree['typeName'], false),
}

/** Returns the objects that one node of the syntax tree names, without the objects that its child nodes name. */
export function findObjectsNamedByNode(kind: string, tree: PostgresSyntaxTreeNode): readonly ObjectNamedByStatement[] {
  return Object.hasOwn(NAMES, kind) ? (NAMES[kind]?.(tree) ?? []) : []
}

function nameOf(call: PostgresSyntaxTreeNode): string {
  return strings(call['funcname']).at(-1) ?? ''
}

/**
 * Returns the names of the relations in a field of the syntax tree. The field contains a single RangeVar or a list of RangeVar
 * nodes.
 */
function relationsAt(at: unknown, isMade: boolean): readonly ObjectNamedByStatement[] {
  const all = Array.isArray(at) ? syntaxTreeNodesOfKind(at, 'RangeVar') : [asSyntaxTreeNode(at)]
  return all.flatMap((relation) => {
    const [schema, name] = [textFieldOfSyntaxTreeNode(relation, 'schemaname'), textFieldOfSyntaxTreeNode(relation, 'relname')]
    if (name === '') return []
    return [{ kind: 'relation' as const, ...(schema !== '' && { schema }), name, isMade }]
  })
}

/**
 * Returns types instead of relations for a statement that alters a composite type. Such a statement has the syntax of ALTER
 * TABLE.
 */
function ofComposite(of: unknown, relations: readonly ObjectNamedByStatement[]): readonly ObjectNamedByStatement[] {
  return of === 'OBJECT_TYPE'
    ? relations.map(({ schema, name, isMade }) => ({ kind: 'type', ...(schema !== undefined && { schema }), name, isMade }))
    : relations
}

function renamed(tree: PostgresSyntaxTreeNode): readonly ObjectNamedByStatement[] {
  const old = ofComposite(tree['relationType'], relationsAt(tree['relation'], false))
  if (!/^OBJECT_(?:TABLE|VIEW|MATVIEW|SEQUENCE|INDEX)$/.test(textFieldOfSyntaxTreeNode(tree, 'renameType'))) return old
  return [...old, ...old.map((one) => ({ ...one, name: textFieldOfSyntaxTreeNode(tree, 'newname'), isMade: true }))]
}

function commented(tree: PostgresSyntaxTreeNode): readonly ObjectNamedByStatement[] {
  const names = strings(syntaxTreeNodesOfKind([tree['object']], 'List')[0]?.['items'])
  switch (tree['objtype']) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
      return qualified('relation', names, false)
    case 'OBJECT_COLUMN':
      return qualified('relation', names.slice(0, -1), false)
    default:
      return []
  }
}

const RELATIONS = /^OBJECT_(?:TABLE|VIEW|MATVIEW|SEQUENCE|INDEX)$/
// Matches the kinds of objects that belong to a table. In the syntax tree, the name of the table precedes the name of such an
// object.
const PARTS = /^OBJECT_(?:TRIGGER|POLICY|RULE)$/

function dropped(tree: PostgresSyntaxTreeNode): readonly ObjectNamedByStatement[] {
  const type = textFieldOfSyntaxTreeNode(tree, 'removeType')
  const objects = Array.isArray(tree['objects']) ? tree['objects'] : []
  return objects.flatMap((object: unknown): readonly ObjectNamedByStatement[] => {
    const names = strings(syntaxTreeNodesOfKind([object], 'List')[0]?.['items'])
    if (RELATIONS.test(type)) return qualified('relation', names, false)
    if (PARTS.test(type)) return qualified('relation', names.slice(0, -1), false)
    const [single = ''] = findStringConstants(object)
    if (type === 'OBJECT_SCHEMA') return [{ kind: 'schema', name: single, isMade: false }]
    const standalone = STANDALONE_KINDS_IN_GRAMMAR.find(({ objectType }) => objectType === type)
    if (standalone)
      return qualified('standalone', names.length > 0 ? names : [single], false).map((one) => ({ ...one, what: standalone.what }))
    if (/^OBJECT_(?:TYPE|DOMAIN)$/.test(type)) return named('type', syntaxTreeNodesOfKind([object], 'TypeName')[0]?.['names'], false)
    if (!/^OBJECT_(?:FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)$/.test(type)) return []
    const [signature] = syntaxTreeNodesOfKind([object], 'ObjectWithArgs')
    const isOpen = signature?.['args_unspecified'] === true
    return routine(signature?.['objname'], isOpen ? undefined : nodesIn(signature?.['objargs']), false)
  })
}

function nodesIn(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

function isInput(parameter: PostgresSyntaxTreeNode): boolean {
  return !/_(?:OUT|TABLE)$/.test(textFieldOfSyntaxTreeNode(parameter, 'mode'))
}

function routine(name: unknown, parameters: number | undefined, isMade: boolean): readonly ObjectNamedByStatement[] {
  return qualified('routine', strings(name), isMade).map((one) => ({ ...one, ...(parameters !== undefined && { parameters }) }))
}

function named(kind: ObjectNamedByStatement['kind'], names: unknown, isMade: boolean): readonly ObjectNamedByStatement[] {
  return qualified(kind, strings(names), isMade)
}

function qualified(kind: ObjectNamedByStatement['kind'], names: readonly string[], isMade: boolean): readonly ObjectNamedByStatement[] {
  const name = names.at(-1)
  const schema = names.at(-2)
  return name === undefined ? [] : [{ kind, ...(schema !== undefined && { schema }), name, isMade }]
}

function strings(list: unknown): readonly string[] {
  return syntaxTreeNodesOfKind(list, 'String').map((one) => textFieldOfSyntaxTreeNode(one, 'sval'))
}
