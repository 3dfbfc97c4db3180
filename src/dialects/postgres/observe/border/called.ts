import type { DatabaseSession } from '../../../../dialect/dialect.ts'
import type { StatementRefusal } from '../../../../dialect/judgement.ts'
import { sql, sqlValue } from '../../../../dialect/sql.ts'
import { loadPostgresGrammarParsers } from '../../text/parser.ts'
import { type PostgresGrammarParsers, parsePostgresFunctionBody } from '../../text/statements/bodies.ts'
import { findRoutineRefusal } from '../../text/statements/judge.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  type PostgresSyntaxTreeNode,
  syntaxTreeNodesAtAnyDepth,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../../text/tree.ts'

/**
 * Returns the reason to refuse a statement because of the body of a routine in the database. The function checks the routines that
 * the statement calls, and the routines that these routines call in turn. The function also checks a routine that the statement
 * connects with a trigger, an operator, a cast or an aggregate. Returns undefined if no body contains a forbidden statement.
 */
export async function refusalOfCalledRoutine(session: DatabaseSession, text: string): Promise<StatementRefusal | undefined> {
  if (!mayCallRoutine(text)) return undefined
  const grammar = await loadPostgresGrammarParsers()
  const entered = new Set<string>()
  for (let names = namesOfCalledRoutines(text, grammar); names.size > 0; ) {
    for (const name of names) entered.add(name)
    const inner = new Set<string>()
    for (const { name, definition } of await routinesNamed(session, [...names])) {
      for (const { CreateFunctionStmt: tree } of statementsOf(definition, grammar)) {
        const refusal = findRoutineRefusal(asSyntaxTreeNode(tree), definition, grammar)
        if (refusal) return { statement: `a call of ${name}`, because: `Its body contains ${refusal.statement}. ${refusal.because}` }
        for (const one of namesInBody('CreateFunctionStmt', asSyntaxTreeNode(tree), definition, grammar)) inner.add(one)
      }
    }
    names = new Set([...inner].filter((name) => !entered.has(name)))
  }
  return undefined
}

/**
 * Returns false if each word before an opening parenthesis is a word of the grammar or a function of the server. The statement
 * then calls no routine of a project.
 */
function mayCallRoutine(text: string): boolean {
  if (/\b(?:do|call|trigger|operator|cast|aggregate)\b/i.test(text)) return true
  for (const [, word = ''] of text.matchAll(/(?<![\w$])([\w$]+"?)\s*\(/g)) if (!NO_ROUTINE.test(word)) return true
  return false
}

// Matches the most frequent words before an opening parenthesis that are no call of a project's routine.
const NO_ROUTINE =
  /^(?:values|in|and|or|not|as|on|key|unique|check|using|exists|with|any|all|over|filter|varchar|character|varying|char|bpchar|bit|numeric|decimal|float|time|timestamp|interval|nextval|setval|set_config|now|lower|upper|coalesce|count|max|min|sum)$/i

interface Routine {
  readonly name: string
  readonly definition: string
}

async function routinesNamed(session: DatabaseSession, names: readonly string[]): Promise<readonly Routine[]> {
  return session.query<Routine>(sql`SELECT p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS definition
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = ANY(${sqlValue([...names])}::text[]) AND p.prokind IN ('f', 'p') AND p.oid >= 16384 AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY p.oid`)
}

function statementsOf(text: string, grammar: PostgresGrammarParsers): readonly PostgresSyntaxTreeNode[] {
  const parsed = grammar.parse(text) ?? grammar.parse(`SELECT ${text.replace(/^[^'";(]*?:=/, '')}`)
  return Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]).map(({ stmt }) => asSyntaxTreeNode(stmt)) : []
}

/** Returns the names of the routines that the statements call, without schemas. */
function namesOfCalledRoutines(text: string, grammar: PostgresGrammarParsers): ReadonlySet<string> {
  const names = new Set<string>()
  for (const statement of statementsOf(text, grammar)) {
    for (const [kind, inner] of Object.entries(statement)) {
      const tree = asSyntaxTreeNode(inner)
      if (kind === 'CreateFunctionStmt') continue
      for (const name of [...namesInTree(tree), ...namesOfConnected(kind, tree)]) names.add(name)
      if (kind === 'DoStmt') for (const name of namesInBody(kind, tree, text, grammar)) names.add(name)
    }
  }
  return names
}

function namesInTree(tree: unknown): readonly string[] {
  return syntaxTreeNodesAtAnyDepth(tree, 'FuncCall')
    .concat(syntaxTreeNodesAtAnyDepth(tree, 'funccall'))
    .map((call) => lastName(call['funcname']))
}

/**
 * Returns the names of the functions that a statement connects with another object, such as a trigger. The server calls these
 * functions later.
 */
function namesOfConnected(kind: string, tree: PostgresSyntaxTreeNode): readonly string[] {
  switch (kind) {
    case 'CreateTrigStmt':
    case 'CreateEventTrigStmt':
      return [lastName(tree['funcname'])]
    case 'CreateCastStmt':
      return [lastName(asSyntaxTreeNode(tree['func'])['objname'])]
    case 'DefineStmt':
      return syntaxTreeNodesAtAnyDepth(tree['definition'], 'TypeName').map((type) => lastName(type['names']))
    default:
      return []
  }
}

function lastName(names: unknown): string {
  return textFieldOfSyntaxTreeNode(syntaxTreeNodesOfKind(names, 'String').at(-1) ?? {}, 'sval')
}

/**
 * Returns the names of the routines that the body of a DO block or routine calls. The result includes calls in statements that
 * the body builds at run time.
 */
function namesInBody(kind: string, tree: PostgresSyntaxTreeNode, text: string, grammar: PostgresGrammarParsers): readonly string[] {
  const body = parsePostgresFunctionBody(kind, tree, text, grammar)
  const inTexts = (body?.texts ?? []).flatMap((part) => {
    const statements = statementsOf(part, grammar)
    const literals = body?.isDynamic ? statements.flatMap((one) => findStringConstants(one)) : []
    return [...statements.flatMap(namesInTree), ...literals.flatMap((one) => statementsOf(one, grammar).flatMap(namesInTree))]
  })
  return [...namesInTree(tree['sql_body']), ...inTexts]
}
