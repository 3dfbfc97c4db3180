import type { StatementRefusal } from '../../../../dialect/judgement.ts'
import {
  asSyntaxTreeNode,
  firstResultInSyntaxTree,
  type PostgresSyntaxTreeNode,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../tree.ts'

/**
 * Returns the refusal of a DDL statement with a date or time such as 'now' or 'today'. The server computes the value when the
 * statement runs and stores the result in the definition, so each database would have another definition.
 */
export function refusalOfRelativeTimeLiteral(kind: string, tree: PostgresSyntaxTreeNode): StatementRefusal | undefined {
  if (!DEFINITIONS.has(kind) && tree['objtype'] !== 'OBJECT_MATVIEW') return undefined
  const found = firstResultInSyntaxTree(tree, momentInNode)
  return found === undefined ? undefined : { statement: `the constant '${found}' in a definition`, because: becauseOf(found) }
}

// The kinds of statements that store an expression in the catalog. The server evaluates the expressions of other statements only
// once, when the statement runs.
const DEFINITIONS: ReadonlySet<string> = new Set([
  'CreateStmt',
  'AlterTableStmt',
  'CreateForeignTableStmt',
  'ViewStmt',
  'RuleStmt',
  'CreateDomainStmt',
  'AlterDomainStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'IndexStmt',
  'CreateTrigStmt',
])

function becauseOf(constant: string): string {
  const instead = /now/i.test(constant) ? 'now()' : 'CURRENT_DATE'
  return `The server replaces the constant by the time at which the statement runs, so the definition differs in each database. If each row must get its own time, write ${instead} without quotes. Otherwise write the date itself.`
}

/**
 * Returns the text constant, such as 'now', that a syntax tree node converts to a date or a time. The node is a cast, or a column
 * with the constant as default. Returns undefined for every other node.
 */
function momentInNode(kind: string, node: PostgresSyntaxTreeNode): string | undefined {
  if (kind === 'TypeCast') return isTime(node['typeName']) ? momentIn(node['arg']) : undefined
  if (kind !== 'ColumnDef' || !isTime(node['typeName'])) return undefined
  const [value] = syntaxTreeNodesOfKind(node['constraints'], 'Constraint').filter(({ contype }) => contype === 'CONSTR_DEFAULT')
  return momentIn(value?.['raw_expr'])
}

function momentIn(expression: unknown): string | undefined {
  const constant = textFieldOfSyntaxTreeNode(asSyntaxTreeNode(asSyntaxTreeNode(asSyntaxTreeNode(expression)['A_Const'])['sval']), 'sval')
  return MOMENT.test(constant) ? constant : undefined
}

// Matches a text constant that the server reads as a moment, such as 'now'. The server ignores punctuation around the word.
const MOMENT = /^[^\w]*(?:now|today|tomorrow|yesterday)[^\w]*$/i

function isTime(type: unknown): boolean {
  return TIMES.test(textFieldOfSyntaxTreeNode(syntaxTreeNodesOfKind(asSyntaxTreeNode(type)['names'], 'String').at(-1) ?? {}, 'sval'))
}

const TIMES = /^(?:date|timetz|time|timestamptz|timestamp)$/
