import {
  asSyntaxTreeNode,
  type PostgresSyntaxTreeNode,
  syntaxTreeNodesAtAnyDepth,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from './tree.ts'

/** The names of the queries in WITH clauses, and whether the columns of each query depend on the columns of a table. */
type WithQueries = ReadonlyMap<string, boolean>

/**
 * Returns true if the columns of a query depend on the current columns of a table, as in `SELECT * FROM item`. Returns false for
 * `SELECT * FROM (SELECT id FROM item) x`, because the inner query lists its columns. `outer` is the statement around the query,
 * such as an INSERT, whose WITH clause also applies to the query.
 */
export function doesQueryUseAllColumns(query: unknown, outer?: PostgresSyntaxTreeNode): boolean {
  return usesAllColumns(query, outer === undefined ? new Map() : withQueriesOf(outer, new Map()))
}

function usesAllColumns(query: unknown, scope: WithQueries): boolean {
  const select = asSyntaxTreeNode(asSyntaxTreeNode(query)['SelectStmt'] ?? query)
  const queries = withQueriesOf(select, scope)
  if (select['larg'] !== undefined) return usesAllColumns(select['larg'], queries) || usesAllColumns(select['rarg'], queries)
  const sources = asSources(select['fromClause'])
  return syntaxTreeNodesOfKind(select['targetList'], 'ResTarget').some(({ val }) => {
    const of = starOf(val)
    if (of === undefined) return false
    const named = sources.filter((source) => of === '' || aliasOf(source) === of)
    // If the name before `.*` is no source of this query, the name belongs to an outer query. The columns of that source are not
    // known, so they count as the columns of a table.
    return named.length === 0 || named.some((source) => doesSourceUseAllColumns(source, queries))
  })
}

function withQueriesOf({ withClause }: PostgresSyntaxTreeNode, scope: WithQueries): WithQueries {
  const found = new Map(scope)
  for (const { ctename, ctequery } of syntaxTreeNodesOfKind(asSyntaxTreeNode(withClause)['ctes'], 'CommonTableExpr')) {
    // A query in WITH RECURSIVE can name itself. Its first part determines its columns, so this reference counts as independent of
    // the columns of a table.
    found.set(String(ctename), false)
    found.set(String(ctename), doesWithQueryUseAllColumns(asSyntaxTreeNode(ctequery), found))
  }
  return found
}

function doesWithQueryUseAllColumns(query: PostgresSyntaxTreeNode, scope: WithQueries): boolean {
  if (query['SelectStmt'] !== undefined) return usesAllColumns(query, scope)
  const [writing] = Object.values(query).map(asSyntaxTreeNode)
  return syntaxTreeNodesAtAnyDepth([writing?.['returningClause'], writing?.['returningList']], 'A_Star').length > 0
}

/** A source in a FROM clause: the kind of its node in the syntax tree, such as `RangeVar`, and the node. */
type Source = readonly [kind: string, node: PostgresSyntaxTreeNode]

function asSources(list: unknown): readonly Source[] {
  return (Array.isArray(list) ? list : [list]).flatMap((entry) =>
    Object.entries(asSyntaxTreeNode(entry)).flatMap(([kind, child]): readonly Source[] => {
      const node = asSyntaxTreeNode(child)
      return kind === 'JoinExpr' && node['alias'] === undefined ? asSources([node['larg'], node['rarg']]) : [[kind, node]]
    }),
  )
}

function aliasOf([, node]: Source): string {
  return textFieldOfSyntaxTreeNode(asSyntaxTreeNode(node['alias']), 'aliasname') || textFieldOfSyntaxTreeNode(node, 'relname')
}

function doesSourceUseAllColumns([kind, node]: Source, scope: WithQueries): boolean {
  switch (kind) {
    case 'RangeVar':
      return node['schemaname'] !== undefined || scope.get(textFieldOfSyntaxTreeNode(node, 'relname')) !== false
    case 'RangeSubselect':
      return usesAllColumns(node['subquery'], scope)
    case 'RangeFunction':
      return !listsColumns(node)
    case 'JoinExpr':
      return asSources([node['larg'], node['rarg']]).some((source) => doesSourceUseAllColumns(source, scope))
    default:
      return true
  }
}

/**
 * Returns true for a function call in FROM whose columns depend on no table. Either the call lists the columns, as in `f(1) AS x (a
 * integer)`, or the function is in `OF_SERVER`.
 */
function listsColumns(node: PostgresSyntaxTreeNode): boolean {
  if (node['coldeflist'] !== undefined) return true
  const functions = syntaxTreeNodesOfKind(node['functions'], 'List')
  return functions.every(({ items }) => {
    const name = syntaxTreeNodesOfKind(syntaxTreeNodesOfKind(items, 'FuncCall')[0]?.['funcname'], 'String').at(-1)
    return OF_SERVER.has(textFieldOfSyntaxTreeNode(name ?? {}, 'sval')) || syntaxTreeNodesAtAnyDepth(items, 'ColumnDef').length > 0
  })
}

// Functions of the server that return columns which depend on no table.
const OF_SERVER: ReadonlySet<string> = new Set(
  'generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text json_object_keys jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys regexp_matches regexp_split_to_table string_to_table'.split(
    ' ',
  ),
)

/** Returns the name `x` in `x.*` or `(x).*`, and an empty text for `*`. Returns undefined for an expression without a star. */
function starOf(value: unknown): string | undefined {
  const node = asSyntaxTreeNode(value)
  const { arg, indirection } = asSyntaxTreeNode(node['A_Indirection'])
  const ofRow = syntaxTreeNodesOfKind(indirection, 'A_Star').length > 0
  const { fields } = asSyntaxTreeNode((ofRow ? asSyntaxTreeNode(arg) : node)['ColumnRef'])
  if (!ofRow && syntaxTreeNodesOfKind(fields, 'A_Star').length === 0) return undefined
  const names = syntaxTreeNodesOfKind(fields, 'String')
  // The type of another expression, as in `(f(x)).*`, and of a column, as in `(x.c).*`, is not known.
  if (ofRow && names.length !== 1) return undefined
  return textFieldOfSyntaxTreeNode(names.at(-1) ?? {}, 'sval')
}
