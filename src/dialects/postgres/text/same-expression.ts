import { jsonWithSortedKeys } from '../../../schema/canonical.ts'
import type { IsSameExpression } from '../../../schema/mismatch.ts'
import { loadSyntaxTreeParser } from './parser.ts'

// The first major version of PostgreSQL that prints `EXTRACT(year FROM d)` and `d AT TIME ZONE 'utc'` as in SQL. Older versions
// print function calls instead.
const PRINTS_SYNTAX = 14

/**
 * Returns a function that compares two expressions which two versions of PostgreSQL printed. The comparison uses the server's
 * grammar, in which all forms of a function call are equal. Returns undefined if both versions print expressions in the same
 * form.
 */
export async function makeExpressionComparer(one: number, other: number): Promise<IsSameExpression | undefined> {
  if (one >= PRINTS_SYNTAX === other >= PRINTS_SYNTAX) return undefined
  const read = await loadSyntaxTreeParser()
  const plain = (text: string) => {
    for (const wrap of WRAPPINGS) {
      const tree = read(wrap(text))
      if (tree !== undefined) return jsonWithSortedKeys(plainTree(tree))
    }
    return undefined
  }
  return (a, b) => {
    const said = plain(a)
    return said !== undefined && said === plain(b)
  }
}

// The statements into which a printed text is inserted, so that the grammar can parse the text. The text can be an expression, a
// key of an index, the part after FOR EACH ROW, a policy, or a partition key. The engine only parses these statements and never
// executes them.
const WRAPPINGS: readonly ((text: string) => string)[] = [
  (text) => `SELECT ${text}`,
  (text) => `CREATE INDEX ON t (${text})`,
  (text) => `CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW ${text}`,
  (text) => `CREATE POLICY p ON t ${text}`,
  (text) => `CREATE TABLE t () PARTITION BY ${text}`,
]

// The functions that older versions of PostgreSQL print with another name. Older versions print EXTRACT as date_part, because
// EXTRACT became a separate function only when its result type became numeric.
const RENAMED: Readonly<Record<string, string>> = { extract: 'date_part' }

const LEFT_OUT: ReadonlySet<string> = new Set(['location', 'stmt_location', 'stmt_len', 'funcformat'])

function plainTree(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plainTree)
  if (typeof node !== 'object' || node === null) return node
  const constant = constantIn(Reflect.get(node, 'TypeCast'))
  if (constant !== undefined) return plainTree(constant)
  const facts = Object.entries(node).filter(([key]) => !LEFT_OUT.has(key))
  return Object.fromEntries(facts.map(([key, fact]) => [key, key === 'funcname' ? functionName(fact) : plainTree(fact)]))
}

// Returns a constant without its cast. The cast is ignored because it depends on the other operand, which differs between
// versions: `EXTRACT(…) < (5)::numeric`, `date_part(…) < (5)::float8`.
function constantIn(cast: unknown): unknown {
  const constant = typeof cast === 'object' && cast !== null ? Reflect.get(cast, 'arg') : undefined
  return typeof constant === 'object' && constant !== null && 'A_Const' in constant ? constant : undefined
}

function functionName(words: unknown): unknown {
  const names = (Array.isArray(words) ? words : []).map((word: { readonly String?: { readonly sval?: string } }) => word.String?.sval ?? '')
  const own = names[0] === 'pg_catalog' ? names.slice(1) : names
  return own.map((name) => RENAMED[name] ?? name)
}
