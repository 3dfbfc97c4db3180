import type { CatalogReading } from '../../../dialect/dialect.ts'
import type { SchemaGroupKey } from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { doesStatementFillNewTable, loadPostgresGrammarParsers, type ParsedPostgresStatement } from '../text/parser.ts'
import { type PostgresGrammarParsers, parsePostgresFunctionBody } from '../text/statements/bodies.ts'
import {
  asSyntaxTreeNode,
  findStringConstants,
  syntaxTreeNodesAtAnyDepth,
  syntaxTreeNodesOfKind,
  textFieldOfSyntaxTreeNode,
} from '../text/tree.ts'
import { canBodyBuildUnknownStatement } from './built-verbs.ts'
import { relationNameFromTree, tablesWrittenByStatement } from './row-writes.ts'

/**
 * The tables that the bodies of DO blocks and routines write or redefine, according to their texts. The result also contains
 * tables in a branch or loop that did not run.
 */
export interface TablesFoundInRoutineBodies {
  readonly groups: ReadonlySet<SchemaGroupKey>
  /**
   * True if a body can build a statement, such as a DELETE, at run time, and the texts do not show which table the statement
   * changes.
   */
  readonly mayConcernOtherTables: boolean
  /** True if a body writes rows into a table that it creates, as CREATE TABLE AS does. */
  readonly fillsNewTable: boolean
  /** The tables and views from which the bodies copy rows into new tables. */
  readonly copied: ReadonlySet<SchemaGroupKey>
  /**
   * The statements and expressions of the bodies, and the string constants of bodies that build statements at run time. A body
   * that the engine cannot divide is one text.
   */
  readonly texts: readonly string[]
}

/** A kind of statement for which the engine searches the bodies of DO blocks and routines, such as statements that write rows. */
export interface StatementKindSearchedInBodies {
  /** Returns the names of the tables and views that a statement of the searched kind, such as an INSERT, changes. */
  readonly tablesOf: (statement: ParsedPostgresStatement, state: SchemaState) => readonly string[]
  /**
   * Matches the beginning of a statement of the searched kind in a string constant of a body. The first capturing group is the
   * name of the table, if the constant contains the name.
   */
  readonly built: RegExp
}

/**
 * Returns the tables whose rows the executed DO blocks and routines can write, according to their texts. The result contains only
 * tables that existed before the statements. The locks of the transaction do not show all of these tables: on a shadow without
 * rows, a loop over rows executes no statement, and acquires no lock.
 */
export async function findPostgresRowWritesInRoutineBodies(
  statements: readonly string[],
  before: Pick<CatalogReading, 'state'>,
): Promise<TablesFoundInRoutineBodies> {
  return searchRoutineBodies(statements, before, ROW_WRITES)
}

/**
 * Searches the texts of the DO blocks and routines that the statements execute. The statements of the migration can themselves
 * create the routines.
 */
export async function searchRoutineBodies(
  statements: readonly string[],
  before: Pick<CatalogReading, 'state'>,
  aim: StatementKindSearchedInBodies,
): Promise<TablesFoundInRoutineBodies> {
  const routines = routinesOf(before)
  const known = statements.some((text) => CREATES_ROUTINE.test(text)) ? undefined : new Set(routines.keys())
  const suspects = statements.filter((text) => CALLS.test(text) || known === undefined || (known.size > 0 && callsOne(text, known)))
  if (suspects.length === 0) return { groups: new Set(), mayConcernOtherTables: false, fillsNewTable: false, copied: new Set(), texts: [] }
  const search = new BodySearch(await loadPostgresGrammarParsers(), routines, before, aim)
  for (const text of suspects) search.addRoutines(text)
  for (const text of suspects) search.execute(text)
  return search
}

/**
 * Returns true if a statement runs a DO block or a routine whose text writes rows of a table of `state`, or can build a statement
 * that writes rows. `earlier` contains the previous statements, which can have created the routine.
 */
export async function doPostgresRoutineBodiesWriteRows(
  text: string,
  _inner: readonly string[],
  earlier: readonly string[],
  state: SchemaState,
): Promise<boolean> {
  const { groups, fillsNewTable, mayConcernOtherTables } = await findPostgresRowWritesInRoutineBodies(
    [...statementsCreatingRoutines(earlier), text],
    { state },
  )
  return groups.size > 0 || fillsNewTable || mayConcernOtherTables
}

/** Returns the statements of a migration that create a routine. */
export function statementsCreatingRoutines(statements: readonly string[]): readonly string[] {
  return statements.filter((text) => CREATES_ROUTINE.test(text))
}

const CREATES_ROUTINE = /\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i
const CALLS = /\b(?:do|call)\b/i

function callsOne(text: string, names: ReadonlySet<string>): boolean {
  for (const [, quoted, word] of text.matchAll(/(?:"([^"]+)"|(\w+))\s*\(/g))
    if (names.has(quoted ?? (word ?? '').toLowerCase())) return true
  return false
}

/**
 * Returns the definitions of the routines in the schema. The keys of the map are the names of the routines without schema and
 * arguments.
 */
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

/**
 * Searches the bodies of DO blocks and routines for statements of one kind. The search includes the routines that these bodies
 * call.
 */
class BodySearch implements TablesFoundInRoutineBodies {
  readonly groups = new Set<SchemaGroupKey>()
  fillsNewTable = false
  readonly copied = new Set<SchemaGroupKey>()
  readonly texts: string[] = []
  mayConcernOtherTables = false
  readonly #grammar: PostgresGrammarParsers
  readonly #routines: Map<string, string[]>
  readonly #before: Pick<CatalogReading, 'state'>
  readonly #aim: StatementKindSearchedInBodies
  readonly #entered = new Set<string>()

  constructor(
    grammar: PostgresGrammarParsers,
    routines: Map<string, string[]>,
    before: Pick<CatalogReading, 'state'>,
    aim: StatementKindSearchedInBodies,
  ) {
    this.#grammar = grammar
    this.#routines = routines
    this.#before = before
    this.#aim = aim
  }

  /** Adds the routines that the migration itself creates to the routines whose bodies are searched. */
  addRoutines(text: string): void {
    for (const { kind, tree } of this.#parsed(text)) {
      const name = kind === 'CreateFunctionStmt' ? syntaxTreeNodesOfKind(tree['funcname'], 'String').at(-1) : undefined
      if (name) addTo(this.#routines, textFieldOfSyntaxTreeNode(name, 'sval'), text)
    }
  }

  /**
   * Searches the bodies of the DO blocks and routines that a SQL text executes for statements of the searched kind, such as
   * statements that write rows.
   */
  execute(text: string): void {
    for (const parsed of this.#parsed(text)) {
      if (parsed.kind === 'DoStmt') this.#enter(parsed)
      else if (parsed.kind !== 'CreateFunctionStmt') this.#call({ FuncCall: parsed.tree['funccall'], tree: parsed.tree })
    }
  }

  #call(tree: unknown): void {
    for (const call of syntaxTreeNodesAtAnyDepth(tree, 'FuncCall').map(asSyntaxTreeNode)) {
      const name = textFieldOfSyntaxTreeNode(syntaxTreeNodesOfKind(call['funcname'], 'String').at(-1) ?? {}, 'sval')
      if (this.#entered.has(name)) continue
      this.#entered.add(name)
      for (const definition of this.#routines.get(name) ?? [])
        for (const parsed of this.#parsed(definition)) if (parsed.kind === 'CreateFunctionStmt') this.#enter(parsed)
    }
  }

  /**
   * Searches the body of a DO block or of a called routine for statements of the searched kind, such as statements that write
   * rows.
   */
  #enter({ kind, tree, text }: ParsedPostgresStatement): void {
    const isStandard = tree['sql_body'] !== undefined
    if (isStandard) this.#standard(tree['sql_body'])
    const body = parsePostgresFunctionBody(kind, tree, text, this.#grammar)
    this.texts.push(...(body?.texts ?? (isStandard ? [text] : findStringConstants(tree))))
    if (body && canBodyBuildUnknownStatement(body.built, body.texts, this.#grammar)) this.mayConcernOtherTables = true
    for (const part of body?.texts ?? []) {
      const statements = this.#parsed(part)
      for (const statement of statements) this.#search(statement)
      if (body?.isDynamic) this.#built(part, statements)
    }
  }

  #search(statement: ParsedPostgresStatement): void {
    for (const name of this.#aim.tablesOf(statement, this.#before.state)) this.#add(name)
    if (doesStatementFillNewTable(statement))
      this.#addCopied(syntaxTreeNodesAtAnyDepth(statement.tree, 'RangeVar').map(relationNameFromTree))
    this.execute(statement.text)
  }

  #addCopied(names: readonly string[]): void {
    this.fillsNewTable = true
    for (const name of names) for (const key of tableGroupsWithName(name, this.#before.state)) this.copied.add(key)
  }

  /**
   * Searches the statements between BEGIN ATOMIC and END of a routine for statements of the searched kind. The server's grammar
   * has already parsed these statements.
   */
  #standard(tree: unknown): void {
    for (const kind of DATA) for (const node of syntaxTreeNodesAtAnyDepth(tree, kind)) this.#search({ kind, tree: node, text: '', line: 0 })
    this.#call(tree)
  }

  /**
   * Finds the tables that a body writes with statements which it builds from string literals at run time, as in `EXECUTE
   * format('DELETE FROM %I', name)`.
   */
  #built(text: string, statements: readonly ParsedPostgresStatement[]): void {
    const literals = statements.length > 0 ? statements.flatMap(({ tree }) => findStringConstants(tree)) : [text]
    this.texts.push(...literals)
    const joined = literals.join(' ')
    if (BUILT_COPY.test(joined)) this.#addCopied([...joined.matchAll(WORD)].map(([word]) => word.replaceAll('"', '')))
    for (const literal of literals) {
      const parsed = this.#parsed(literal, false)
      for (const statement of parsed) this.#search(statement)
      if (parsed.length > 0) continue
      for (const [, name] of literal.matchAll(this.#aim.built)) {
        const named = name !== undefined && this.#add(name)
        const others = literals.filter((one) => one !== literal && this.#add(one))
        if (!named && others.length === 0) this.mayConcernOtherTables = true
      }
    }
  }

  /** Adds the groups of the tables or views with the given name to the result. Returns false if no table or view has the name. */
  #add(name: string): boolean {
    const found = tableGroupsWithName(name, this.#before.state)
    for (const key of found) this.groups.add(key)
    return found.length > 0
  }

  /** Parses the text of a statement in a body. With `isAny`, the text can also be an expression or an assignment. */
  #parsed(text: string, isAny = true): readonly ParsedPostgresStatement[] {
    const read = this.#grammar.parse(text) ?? (isAny ? this.#grammar.parse(`SELECT ${text.replace(/^[^'";(]*?:=/, '')}`) : undefined)
    const statements = Array.isArray(read) ? (read as readonly { readonly stmt?: unknown }[]) : []
    return statements.flatMap(({ stmt }) =>
      Object.entries(asSyntaxTreeNode(stmt)).map(([kind, tree]) => ({ kind, tree: asSyntaxTreeNode(tree), text, line: 1 })),
    )
  }
}

const DATA = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const

/**
 * Returns the groups of the tables or views with the given name. The name can begin with the current schema of the connection. A
 * name without a schema also matches a table of another schema, if no table or view has exactly the name.
 */
export function tableGroupsWithName(name: string, { groups }: SchemaState): readonly SchemaGroupKey[] {
  const named = (text: string) => ['table', 'view'].map((kind) => `${kind}:${text}` as const).filter((key) => groups.has(key))
  const keys = named(name)
  if (keys.length > 0 || name.startsWith('pg_temp.')) return keys
  // A migration file can set the search path, so a name without a schema can belong to any schema.
  return name.includes('.')
    ? named(name.slice(name.indexOf('.') + 1))
    : [...groups.keys()].filter((key) => key.startsWith('table:') && key.endsWith(`.${name}`))
}

// Matches the beginning of a statement that writes rows, with the name of the table if the literal contains the name. The text
// before the match must end a statement, begin a block, or open a literal inside the body.
const BUILT_ROW_WRITE =
  /(?<=^\s*|[;('$]\s*|\b(?:as|begin|else|execute|loop|then)\s+)(?:delete\s+from|insert\s+into|merge\s+into|truncate(?:\s+table)?|update)\b(?:\s+only\b)?(?:\s+"?([\w.]+)"?)?/gi

// Matches a CREATE TABLE AS in the string constants from which a body builds a statement.
const BUILT_COPY =
  /\bcreate\s+(?:unlogged\s+)?table\b[^;]*\bas\s+\(*\s*(?:select|table|values|with)\b(?![^]*\b(?:where\s+false|limit\s+0|with\s+no\s+data)\b)/i
const WORD = /"?[\w.]+"?/g

const ROW_WRITES: StatementKindSearchedInBodies = { tablesOf: tablesWrittenByStatement, built: BUILT_ROW_WRITE }
