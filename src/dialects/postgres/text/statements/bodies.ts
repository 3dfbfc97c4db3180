import type { PostgresSyntaxTreeNode } from '../tree.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  firstResultInSyntaxTree,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../tree.ts'

/**
 * The content of the body of a SQL function: the statements and expressions of the body as text. `isDynamic` is true if the body
 * builds statements at run time.
 */
export interface PostgresFunctionBodyContent {
  readonly texts: readonly string[]
  readonly isDynamic: boolean
  /**
   * The expressions of a function body whose values are the statements that the body builds at run time, such as `format('DROP
   * TABLE %I', name)`.
   */
  readonly built: readonly string[]
}

/** The synchronous parsers of the server's grammar. Each parser returns undefined for a text that it rejects. */
export interface PostgresGrammarParsers {
  /** Parses SQL statements, and returns the syntax tree. */
  readonly parse: (text: string) => unknown
  /** Parses the PL/pgSQL body of a DO or CREATE FUNCTION statement. */
  readonly parseBody: (text: string) => unknown
}

/**
 * Parses the body of a DO block or a CREATE FUNCTION statement. Returns undefined for a language without a parser, such as C or
 * Python. Also returns undefined for a statement that does not contain the body as a string.
 */
export function parsePostgresFunctionBody(
  kind: string,
  tree: PostgresSyntaxTreeNode,
  text: string,
  grammar: PostgresGrammarParsers,
): PostgresFunctionBodyContent | undefined {
  const options = syntaxTreeNodesOfKind(tree[kind === 'DoStmt' ? 'args' : 'options'], 'DefElem')
  const option = (name: string) => options.find((one) => one['defname'] === name)?.['arg']
  const language = textFieldOfSyntaxTreeNode(asSyntaxTreeNode(asSyntaxTreeNode(option('language'))['String']), 'sval').toLowerCase()
  const [source] = findStringConstants(option('as'))
  if (source === undefined) return undefined
  if (language === 'sql') return { texts: [source], isDynamic: false, built: [] }
  if (language !== 'plpgsql' && !(kind === 'DoStmt' && language === '')) return undefined
  const parsed = grammar.parseBody(text)
  return parsed === undefined ? { texts: [source], isDynamic: true, built: [] } : partsOf(parsed)
}

function partsOf(parsed: unknown): PostgresFunctionBodyContent {
  const texts: string[] = []
  const built: string[] = []
  firstResultInSyntaxTree(parsed, (kind, node) => {
    const text = kind === 'PLpgSQL_stmt_dynexecute' || kind === 'PLpgSQL_stmt_dynfors' ? node['query'] : node['dynquery']
    if (text !== undefined) built.push(textFieldOfSyntaxTreeNode(asSyntaxTreeNode(asSyntaxTreeNode(text)['PLpgSQL_expr']), 'query'))
    if (kind === 'PLpgSQL_expr') texts.push(textFieldOfSyntaxTreeNode(node, 'query'))
    return undefined
  })
  return { texts, isDynamic: built.length > 0, built }
}
