import type { SyntaxTreeNode } from '../tree.ts'
import { asSyntaxTreeNode, findStringConstants, firstResultInSyntaxTree, nodesOfKind, textFieldOf } from '../tree.ts'

/** The content of a function's body: its statements and expressions as text, and whether it builds statements at run time. */
export interface FunctionBodyContent {
  readonly texts: readonly string[]
  readonly isDynamic: boolean
}

export interface FunctionBodyParser {
  readonly parse: (text: string) => unknown
  readonly parseBody: (text: string) => unknown
}

/** Reads the body of a DO block or a CREATE FUNCTION. Undefined if the body cannot be read, as in C or Python. */
export function readFunctionBody(
  kind: string,
  tree: SyntaxTreeNode,
  text: string,
  grammar: FunctionBodyParser,
): FunctionBodyContent | undefined {
  const options = nodesOfKind(tree[kind === 'DoStmt' ? 'args' : 'options'], 'DefElem')
  const option = (name: string) => options.find((one) => one['defname'] === name)?.['arg']
  const language = textFieldOf(asSyntaxTreeNode(asSyntaxTreeNode(option('language'))['String']), 'sval').toLowerCase()
  const [source] = findStringConstants(option('as'))
  if (source === undefined) return undefined
  if (language === 'sql') return { texts: [source], isDynamic: false }
  if (language !== 'plpgsql' && !(kind === 'DoStmt' && language === '')) return undefined
  const parsed = grammar.parseBody(text)
  return parsed === undefined ? { texts: [source], isDynamic: true } : partsOf(parsed)
}

function partsOf(parsed: unknown): FunctionBodyContent {
  const texts: string[] = []
  let isDynamic = false
  firstResultInSyntaxTree(parsed, (kind, node) => {
    isDynamic ||= kind === 'PLpgSQL_stmt_dynexecute' || kind === 'PLpgSQL_stmt_dynfors'
    if (kind === 'PLpgSQL_expr') texts.push(textFieldOf(node, 'query'))
    return undefined
  })
  return { texts, isDynamic }
}
