import type { CatalogReading } from '../../../dialect/dialect.ts'
import { EVERY_OBJECT_REVOKED, type PrivilegeRevocation } from '../../../effect/revoke.ts'
import type { SchemaGroupKey } from '../../../schema/object.ts'
import { loadSyntaxTreeParser } from '../text/parser.ts'
import {
  asSyntaxTreeNode,
  type PostgresSyntaxTreeNode,
  syntaxTreeNodesAtAnyDepth,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../text/tree.ts'

// Matches REVOKE, and a change of the owner of an object. A role that loses the ownership of an object loses the privileges of
// the owner.
const REVOKES = /\brevoke\b|\bowner\s+to\b/i

/**
 * Returns the objects of a schema state on which the statements revoke privileges, or whose owner the statements change. The
 * function reads only the texts, because a state contains no privileges. `texts` contains the statements, and the texts in the
 * bodies of the DO blocks and routines that the statements execute. Two kinds of texts count as revoking privileges on every
 * object: a REVOKE on all tables of a schema, and a text with REVOKE or OWNER TO that the parser rejects.
 */
export async function findPostgresRevokedPrivileges(
  texts: readonly string[],
  { state }: Pick<CatalogReading, 'state'>,
): Promise<readonly PrivilegeRevocation[]> {
  const suspects = texts.filter((text) => REVOKES.test(text))
  if (suspects.length === 0) return []
  const parse = await loadSyntaxTreeParser()
  return suspects.flatMap((text) => {
    const says = text.replaceAll(/\s+/g, ' ').trim()
    // The parser rejects the text of an expression in a body, because an expression is no statement. The function then parses the
    // expression as a part of SELECT.
    const trees = nodesOf(parse(text) ?? parse(`SELECT ${text}`))
    if (trees.length === 0) return [{ object: EVERY_OBJECT_REVOKED, says: says.slice(0, LONGEST) }]
    return trees.flatMap(([kind, tree]) =>
      revokedBy(kind, tree, [...state.groups.keys()]).map((object) => ({ object, says: says.slice(0, LONGEST) })),
    )
  })
}

// The maximum length of a statement that a message quotes, in characters.
const LONGEST = 120

function nodesOf(parsed: unknown): readonly (readonly [kind: string, tree: PostgresSyntaxTreeNode])[] {
  const statements = Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []
  return statements.flatMap(({ stmt }) =>
    Object.entries(asSyntaxTreeNode(stmt)).map(([kind, tree]) => [kind, asSyntaxTreeNode(tree)] as const),
  )
}

function revokedBy(kind: string, tree: PostgresSyntaxTreeNode, known: readonly SchemaGroupKey[]): readonly string[] {
  if (kind === 'GrantStmt' && tree['is_grant'] !== true)
    return tree['targtype'] === 'ACL_TARGET_OBJECT' ? groupsNamed(namesIn(tree['objects']), known) : [EVERY_OBJECT_REVOKED]
  if (kind === 'AlterOwnerStmt')
    return groupsNamed(namesIn([tree['object'], ...(tree['relation'] === undefined ? [] : [{ RangeVar: tree['relation'] }])]), known)
  const isOwned = syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd').some(({ subtype }) => subtype === 'AT_ChangeOwner')
  return kind === 'AlterTableStmt' && isOwned
    ? groupsNamed([textFieldOfSyntaxTreeNode(asSyntaxTreeNode(tree['relation']), 'relname')], known)
    : []
}

/** Returns the names of objects without their schemas. */
function namesIn(objects: unknown): readonly string[] {
  const relations = syntaxTreeNodesAtAnyDepth(objects, 'RangeVar').map((node) => textFieldOfSyntaxTreeNode(node, 'relname'))
  const routines = syntaxTreeNodesAtAnyDepth(objects, 'ObjectWithArgs').map((node) =>
    textFieldOfSyntaxTreeNode(syntaxTreeNodesOfKind(node['objname'], 'String').at(-1) ?? {}, 'sval'),
  )
  const plain = [
    ...syntaxTreeNodesOfKind(objects, 'String'),
    ...syntaxTreeNodesOfKind(objects, 'List').flatMap(({ items }) => syntaxTreeNodesOfKind(items, 'String').slice(-1)),
  ]
  return [...relations, ...routines, ...plain.map((node) => textFieldOfSyntaxTreeNode(node, 'sval'))].filter((name) => name !== '')
}

/**
 * Returns the existing groups whose objects have one of the names. The function ignores the schema in a name, because a migration
 * file can set the search path.
 */
function groupsNamed(names: readonly string[], known: readonly SchemaGroupKey[]): readonly SchemaGroupKey[] {
  const wanted = new Set(names)
  return known.filter((key) =>
    wanted.has(
      key
        .slice(key.indexOf(':') + 1)
        .replace(/\(.*$/s, '')
        .split('.')
        .at(-1) ?? '',
    ),
  )
}
