import type { CatalogReading } from '../../../dialect/dialect.ts'
import type { SchemaGroupKey } from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { loadBodyParser, type ParsedStatement } from '../text/parser.ts'
import { type FunctionBodyParser, readFunctionBody } from '../text/statements/bodies.ts'
import { asSyntaxTreeNode, findStringConstants, nodesAtAnyDepth, nodesOfKind, textFieldOf } from '../text/tree.ts'
import { canBuildAnyStatement } from './built-verbs.ts'
import { tablesWrittenByStatement } from './row-writes.ts'

/** The tables on which the bodies of blocks and routines act according to their text, also in a branch or loop that did not run. */
export interface FoundInBodies {
  readonly groups: ReadonlySet<SchemaGroupKey>
  /** True if a body builds a statement of the sought kind for a table which its text does not name. */
  readonly isAnywhere: boolean
}

/** The kind of statements for which the bodies of blocks and routines are searched. */
export interface BodySearchAim {
  /** Returns the names of the tables and views on which a statement acts in this way. */
  readonly tablesOf: (statement: ParsedStatement, state: SchemaState) => readonly string[]
  /** Matches the beginning of such a statement in a literal. The first group is the name of the table, if the literal contains it. */
  readonly built: RegExp
}

/**
 * Finds the existing tables whose rows the executed blocks and routines can write. A shadow has few rows or none, so a loop over rows
 * does not run there. Only the text of a body shows what the body does on a database with rows.
 */
export async function findRowWritesInBodies(statements: readonly string[], before: Pick<CatalogReading, 'state'>): Promise<FoundInBodies> {
  return searchBodies(statements, before, ROW_WRITES)
}

/** Searches the blocks and routines that the statements execute. The statements can create the routines. */
export async function searchBodies(
  statements: readonly string[],
  before: Pick<CatalogReading, 'state'>,
  aim: BodySearchAim,
): Promise<FoundInBodies> {
  const routines = routinesOf(before)
  const known = statements.some((text) => CREATES_ROUTINE.test(text)) ? undefined : new Set(routines.keys())
  const suspects = statements.filter((text) => CALLS.test(text) || known === undefined || (known.size > 0 && callsOne(text, known)))
  if (suspects.length === 0) return { groups: new Set(), isAnywhere: false }
  const search = new BodySearch(await loadBodyParser(), routines, before, aim)
  for (const text of suspects) search.addRoutines(text)
  for (const text of suspects) search.execute(text)
  return search
}

/** True if a statement runs a block or a routine whose text writes rows of an existing table. `earlier` can have created the routine. */
export async function writesInBodies(
  text: string,
  _inner: readonly string[],
  earlier: readonly string[],
  state: SchemaState,
): Promise<boolean> {
  const { groups, isAnywhere } = await findRowWritesInBodies([...routinesIn(earlier), text], { state })
  return groups.size > 0 || isAnywhere
}

/** Returns the statements that create a routine. */
export function routinesIn(statements: readonly string[]): readonly string[] {
  return statements.filter((text) => CREATES_ROUTINE.test(text))
}

const CREATES_ROUTINE = /\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i
const CALLS = /\b(?:do|call)\b/i

function callsOne(text: string, names: ReadonlySet<string>): boolean {
  for (const [, quoted, word] of text.matchAll(/(?:"([^"]+)"|(\w+))\s*\(/g))
    if (names.has(quoted ?? (word ?? '').toLowerCase())) return true
  return false
}

/** Returns the definitions of the routines in the schema by their names without schema and arguments. */
function routinesOf({ state }: Pick<CatalogReading, 'state'>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [key, group] of state.groups) {
    if (!key.startsWith('function:')) continue
    for (const object of group.values()) if (object.kind === 'function') addTo(found, nameWithoutSchema(object.name), object.definition)
  }
  return found
}

function nameWithoutSchema(name: string): string {
  return name.slice(0, name.indexOf('(')).split('.').at(-1) ?? name
}

function addTo(routines: Map<string, string[]>, name: string, definition: string): void {
  routines.set(name, [...(routines.get(name) ?? []), definition])
}

class BodySearch implements FoundInBodies {
  readonly groups = new Set<SchemaGroupKey>()
  isAnywhere = false
  readonly #grammar: FunctionBodyParser
  readonly #routines: Map<string, string[]>
  readonly #before: Pick<CatalogReading, 'state'>
  readonly #aim: BodySearchAim
  readonly #entered = new Set<string>()

  constructor(grammar: FunctionBodyParser, routines: Map<string, string[]>, before: Pick<CatalogReading, 'state'>, aim: BodySearchAim) {
    this.#grammar = grammar
    this.#routines = routines
    this.#before = before
    this.#aim = aim
  }

  /** Adds the routines that the migration itself creates. */
  addRoutines(text: string): void {
    for (const { kind, tree } of this.#parsed(text)) {
      const name = kind === 'CreateFunctionStmt' ? nodesOfKind(tree['funcname'], 'String').at(-1) : undefined
      if (name) addTo(this.#routines, textFieldOf(name, 'sval'), text)
    }
  }

  /** Searches the bodies that the statements of a text execute. */
  execute(text: string): void {
    for (const parsed of this.#parsed(text)) {
      if (parsed.kind === 'DoStmt') this.#enter(parsed)
      else if (parsed.kind !== 'CreateFunctionStmt') this.#call({ FuncCall: parsed.tree['funccall'], tree: parsed.tree })
    }
  }

  #call(tree: unknown): void {
    for (const call of nodesAtAnyDepth(tree, 'FuncCall').map(asSyntaxTreeNode)) {
      const name = textFieldOf(nodesOfKind(call['funcname'], 'String').at(-1) ?? {}, 'sval')
      if (this.#entered.has(name)) continue
      this.#entered.add(name)
      for (const definition of this.#routines.get(name) ?? [])
        for (const parsed of this.#parsed(definition)) if (parsed.kind === 'CreateFunctionStmt') this.#enter(parsed)
    }
  }

  /** Searches the body of a DO block or of a routine that is called. */
  #enter({ kind, tree, text }: ParsedStatement): void {
    if (tree['sql_body'] !== undefined) this.#standard(tree['sql_body'])
    const body = readFunctionBody(kind, tree, text, this.#grammar)
    if (body && canBuildAnyStatement(body.built, body.texts, this.#grammar)) this.isAnywhere = true
    for (const part of body?.texts ?? []) {
      const statements = this.#parsed(part)
      for (const statement of statements) this.#search(statement)
      if (body?.isDynamic) this.#built(part, statements)
    }
  }

  #search(statement: ParsedStatement): void {
    for (const name of this.#aim.tablesOf(statement, this.#before.state)) this.#add(name)
    this.execute(statement.text)
  }

  /** Searches the statements between BEGIN ATOMIC and END, which the grammar has parsed already. */
  #standard(tree: unknown): void {
    for (const kind of DATA) for (const node of nodesAtAnyDepth(tree, kind)) this.#search({ kind, tree: node, text: '', line: 0 })
    this.#call(tree)
  }

  /** Searches the literals of a body that builds statements at run time: `EXECUTE format('DELETE FROM %I', name)`. */
  #built(text: string, statements: readonly ParsedStatement[]): void {
    const literals = statements.length > 0 ? statements.flatMap(({ tree }) => findStringConstants(tree)) : [text]
    for (const literal of literals) {
      const parsed = this.#parsed(literal, false)
      for (const statement of parsed) this.#search(statement)
      if (parsed.length > 0) continue
      for (const [, name] of literal.matchAll(this.#aim.built)) {
        const named = name !== undefined && this.#add(name)
        const others = literals.filter((one) => one !== literal && this.#add(one))
        if (!named && others.length === 0) this.isAnywhere = true
      }
    }
  }

  /** Adds the tables or views with this name. False if there are none. */
  #add(name: string): boolean {
    const found = groupsWithName(name, this.#before.state)
    for (const key of found) this.groups.add(key)
    return found.length > 0
  }

  /** Parses statements, or with `isAny` also an expression or an assignment. */
  #parsed(text: string, isAny = true): readonly ParsedStatement[] {
    const read = this.#grammar.parse(text) ?? (isAny ? this.#grammar.parse(`SELECT ${text.replace(/^[^'";(]*?:=/, '')}`) : undefined)
    const statements = Array.isArray(read) ? (read as readonly { readonly stmt?: unknown }[]) : []
    return statements.flatMap(({ stmt }) =>
      Object.entries(asSyntaxTreeNode(stmt)).map(([kind, tree]) => ({ kind, tree: asSyntaxTreeNode(tree), text, line: 1 })),
    )
  }
}

const DATA = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const

/** Returns the groups of the tables or views with this name. The schema of the connection may stand before it. */
export function groupsWithName(name: string, { groups }: SchemaState): readonly SchemaGroupKey[] {
  const named = (text: string) => ['table', 'view'].map((kind) => `${kind}:${text}` as const).filter((key) => groups.has(key))
  const keys = named(name)
  if (keys.length > 0 || name.startsWith('pg_temp.')) return keys
  // A file can set the search path, so a name without a schema can belong to any schema.
  return name.includes('.')
    ? named(name.slice(name.indexOf('.') + 1))
    : [...groups.keys()].filter((key) => key.startsWith('table:') && key.endsWith(`.${name}`))
}

// Matches the beginning of a statement that writes rows, with the name of the table if the literal contains it. Text before it ends a
// statement, begins a block, or opens a literal inside the body.
const BUILT_ROW_WRITE =
  /(?<=^\s*|[;('$]\s*|\b(?:as|begin|else|execute|loop|then)\s+)(?:delete\s+from|insert\s+into|merge\s+into|truncate(?:\s+table)?|update)\b(?:\s+only\b)?(?:\s+"?([\w.]+)"?)?/gi

const ROW_WRITES: BodySearchAim = { tablesOf: tablesWrittenByStatement, built: BUILT_ROW_WRITE }
