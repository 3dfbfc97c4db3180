import { asSyntaxTreeNode, type PostgresSyntaxTreeNode, syntaxTreeNodesOfKind, textFieldOfSyntaxTreeNode } from '../tree.ts'

/**
 * Returns the name of the sequence in a call of setval, or the name of the table that owns the sequence, as a list of schema and
 * name. Returns undefined if the call contains no literal name.
 */
export function findSequenceNameInSetvalCall(call: PostgresSyntaxTreeNode): readonly string[] | undefined {
  const [argument] = Array.isArray(call['args']) ? call['args'] : []
  const literal = literalOf(argument)
  if (literal !== undefined) return partsOf(literal)
  const [owner] = syntaxTreeNodesOfKind([unwrapped(argument)], 'FuncCall')
  const name = syntaxTreeNodesOfKind(owner?.['funcname'], 'String').at(-1)
  if (!name || textFieldOfSyntaxTreeNode(name, 'sval') !== 'pg_get_serial_sequence') return undefined
  const [table] = Array.isArray(owner?.['args']) ? owner['args'] : []
  const named = literalOf(table)
  return named === undefined ? undefined : partsOf(named)
}

/** Removes the casts from an argument of a function call. For `'t_id_seq'::regclass`, the result is `'t_id_seq'`. */
function unwrapped(argument: unknown): unknown {
  const cast = asSyntaxTreeNode(argument)['TypeCast']
  return cast === undefined ? argument : unwrapped(asSyntaxTreeNode(cast)['arg'])
}

function literalOf(argument: unknown): string | undefined {
  const found = asSyntaxTreeNode(asSyntaxTreeNode(asSyntaxTreeNode(unwrapped(argument))['A_Const'])['sval'])['sval']
  return typeof found === 'string' ? found : undefined
}

/** Splits the name of a database object into its parts by the server's rules. Unquoted letters become lower case. */
function partsOf(name: string): readonly string[] {
  return [...name.matchAll(/"((?:[^"]|"")*)"|([^".\s]+)/g)].map(
    ([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare.toLowerCase(),
  )
}
