/** A node of the server's syntax tree. */
export type PostgresSyntaxTreeNode = Readonly<Record<string, unknown>>

export function asSyntaxTreeNode(of: unknown): PostgresSyntaxTreeNode {
  return typeof of === 'object' && of !== null ? (of as PostgresSyntaxTreeNode) : {}
}

export function textFieldOfSyntaxTreeNode(of: PostgresSyntaxTreeNode, key: string): string {
  const found = of[key]
  return typeof found === 'string' ? found : ''
}

/** Returns the nodes of the given kind in a list of the syntax tree. */
export function syntaxTreeNodesOfKind(list: unknown, kind: string): readonly PostgresSyntaxTreeNode[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: Readonly<Record<string, PostgresSyntaxTreeNode | undefined>> | undefined) => {
    const node = entry?.[kind]
    return node === undefined ? [] : [node]
  })
}

/** Returns all nodes of one kind in a syntax tree, at any depth. */
export function syntaxTreeNodesAtAnyDepth(tree: unknown, kind: string): readonly PostgresSyntaxTreeNode[] {
  if (Array.isArray(tree)) return tree.flatMap((child) => syntaxTreeNodesAtAnyDepth(child, kind))
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) => [
    ...(key === kind ? [child as PostgresSyntaxTreeNode] : []),
    ...syntaxTreeNodesAtAnyDepth(child, kind),
  ])
}

export function hasSyntaxTreeOption(list: unknown, name: string): boolean {
  return syntaxTreeNodesOfKind(list, 'DefElem').some((option) => option['defname'] === name)
}

/**
 * Searches a syntax tree, and returns the first result of `look` that is not undefined. The function calls `look` for the nodes
 * below `tree`, in the order of the syntax tree.
 */
export function firstResultInSyntaxTree<T>(
  tree: unknown,
  look: (kind: string, node: PostgresSyntaxTreeNode) => T | undefined,
): T | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined
  if (Array.isArray(tree)) return firstDefinedResultOf(tree, (child) => firstResultInSyntaxTree(child, look))
  return firstDefinedResultOf(Object.entries(tree), ([key, child]) => {
    const kind = kindOf(key, child)
    return (kind === undefined ? undefined : look(kind, asSyntaxTreeNode(child))) ?? firstResultInSyntaxTree(child, look)
  })
}

/**
 * Returns the kind of a child node of a syntax tree. The key of a child node is usually its kind, which begins with a capital
 * letter. In some fields, which always contain a RangeVar, the key is the name of the field. The function recognises such a child
 * by its property `relname`.
 */
function kindOf(key: string, child: unknown): string | undefined {
  if (/^[A-Z]/.test(key)) return Array.isArray(child) ? undefined : key
  return typeof child === 'object' && child !== null && 'relname' in child ? 'RangeVar' : undefined
}

/** Calls `look` for each item, and returns the first result that is not undefined. */
export function firstDefinedResultOf<A, T>(items: readonly A[], look: (item: A) => T | undefined): T | undefined {
  for (const item of items) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Returns the string constants in a syntax tree, including the bodies of functions. */
export function findStringConstants(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(findStringConstants)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) =>
    key === 'sval' && typeof child === 'string' ? [child] : findStringConstants(child),
  )
}
