import type { PostgresGrammarParsers } from '../text/statements/bodies.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  syntaxTreeNodesAtAnyDepth,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../text/tree.ts'

/**
 * Returns true if a body can build a statement that writes rows, although no literal of the body begins with a keyword such as
 * DELETE. An example is `EXECUTE format('%s FROM item', verb)`. If a built statement begins with a literal, the first word of the
 * literal is the keyword. If the statement begins with a variable, every keyword in the literals of the body is possible. If the
 * literals contain no keyword, the function returns true, because every keyword is possible.
 */
export function canBodyBuildUnknownStatement(
  built: readonly string[],
  texts: readonly string[],
  grammar: Pick<PostgresGrammarParsers, 'parse'>,
): boolean {
  const trees = (list: readonly string[]) => list.map((text) => grammar.parse(text) ?? grammar.parse(`SELECT ${withoutTarget(text)}`))
  const verbs = new Set(trees(texts).flatMap(findStringConstants).map(firstWord).filter(isVerb))
  return trees(built).some((tree) => {
    const first = firstLiteral(firstResult(tree))
    if (first !== undefined) return !isHarmlessVerb(firstWord(first)) && !WRITES.has(firstWord(first))
    return verbs.size === 0 || [...verbs].some((verb) => !isHarmlessVerb(verb))
  })
}

/** Removes the variable of an assignment from the text, such as `text :=` in `text := 'DROP ' || name`. */
function withoutTarget(text: string): string {
  return text.replace(/^[^'";(]*?:=/, '')
}

function firstResult(tree: unknown): unknown {
  return syntaxTreeNodesAtAnyDepth(tree, 'ResTarget')[0]?.['val']
}

/**
 * Returns the literal at the beginning of an expression. Returns undefined if the expression begins with a variable, a function
 * or a placeholder.
 */
function firstLiteral(expression: unknown): string | undefined {
  const node = asSyntaxTreeNode(expression)
  const literal = asSyntaxTreeNode(asSyntaxTreeNode(node['A_Const'])['sval'])['sval']
  if (typeof literal === 'string') return literal
  if (node['TypeCast'] !== undefined) return firstLiteral(asSyntaxTreeNode(node['TypeCast'])['arg'])
  if (node['A_Expr'] !== undefined) return firstLiteral(asSyntaxTreeNode(node['A_Expr'])['lexpr'])
  const call = asSyntaxTreeNode(node['FuncCall'])
  const name = textFieldOfSyntaxTreeNode(syntaxTreeNodesOfKind(call['funcname'], 'String').at(-1) ?? {}, 'sval')
  const given = Array.isArray(call['args']) ? (call['args'] as readonly unknown[]) : []
  if (name === 'concat') return firstLiteral(given[0])
  if (name === 'concat_ws') return firstLiteral(given[1])
  const pattern = name === 'format' ? firstLiteral(given[0]) : undefined
  return pattern === undefined || !/^\s*%/.test(pattern) ? pattern : firstLiteral(given[1])
}

function firstWord(text: string): string {
  return /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*([a-z]+)\b/i.exec(text)?.[1]?.toLowerCase() ?? ''
}

// Returns true for a keyword with which a statement begins. The check is needed because the literals of a body also contain
// messages and names.
function isVerb(word: string): boolean {
  return WRITES.has(word) || HIDES.has(word) || isHarmlessVerb(word)
}

function isHarmlessVerb(word: string): boolean {
  return HARMLESS.has(word)
}

const WRITES: ReadonlySet<string> = new Set(['delete', 'insert', 'merge', 'truncate', 'update'])
const HIDES: ReadonlySet<string> = new Set(['call', 'copy', 'do', 'execute', 'explain', 'prepare', 'with'])
const HARMLESS: ReadonlySet<string> = new Set(
  'alter analyze begin cluster comment create drop fetch grant listen lock move notify refresh reindex reset revoke select set show table vacuum values'.split(
    ' ',
  ),
)
