/**
 * The kinds of fragile statements. The result of a fragile statement depends on a fact that its file does not contain. `catalog`:
 * the statement reads the catalog of the server. `generated-name`: the statement uses a name that the server generated.
 * `all-columns`: the statement uses all columns of a table, as in `INSERT … SELECT *`. `all-rows`: a trigger or rule of the table
 * can skip rows that the data step writes. An author accepts a kind with the declaration `despite <kind>`.
 */
export const FRAGILE_STATEMENT_KINDS = ['catalog', 'generated-name', 'all-columns', 'all-rows'] as const
export type FragileStatementKind = (typeof FRAGILE_STATEMENT_KINDS)[number]

/**
 * A fragile statement of a file. The result of the statement depends on a fact that the file does not contain, such as a name that
 * the server generated.
 */
export interface FragileStatement {
  readonly kind: FragileStatementKind
  readonly line: number
  /** The fact on which the fragile statement depends, such as `information_schema`, `SELECT *` or `child_ibfk_1`. */
  readonly on: string
}

/**
 * The fragile statements of one file, and the names of constraints and indexes that the file uses or assigns. The engine compares
 * the names of all files: if no file assigns a name, the server generated the name.
 */
export interface FragileStatementsOfFile {
  readonly found: readonly FragileStatement[]
  /** The names of constraints and indexes that the file uses. `gives` contains the names that the file itself assigns. */
  readonly uses: readonly { readonly name: string; readonly line: number }[]
  readonly gives: ReadonlySet<string>
}

/**
 * Returns false if a file certainly contains no fragile statement, after a quick search for words. The quick search saves the
 * full parsing of most files of a long chain.
 */
export function mayContainFragileStatement(text: string): boolean {
  return SUSPECT.test(text)
}

const SUSPECT =
  /\bpg_\w|information_schema|\bto_reg|::reg|\bshow\b|(?:select|distinct|all|,)\s*(?:[\w"`.()]+\.)?\*|\b(?:as|into\s+[\w".]+|\)|union|all|except|intersect)\s*\(*\s*table\b|\blike\b|\b(?:drop|validate|rename|alter|use|using|force|ignore|on)\s+(?:constraint|index|key|foreign|check)\b/i

/**
 * Finds fragile statements by their words, in the source of a function or in the body of a block that the parser cannot parse. If
 * a body reads the catalog, the function reports it only if the body also contains EXECUTE or a DDL statement.
 */
export function findFragileStatementsByWords(text: string, firstLine: number, kind: 'function' | 'body'): FragileStatementsOfFile {
  const lineAt = (index: number) => firstLine + text.slice(0, index).split('\n').length - 1
  const each = (pattern: RegExp) => [...text.matchAll(pattern)]
  const asked = each(kind === 'function' ? ASKS_OF_FUNCTION : ASKS)[0]
  const stars = each(ALL_COLUMNS)
  return {
    found: [
      ...(asked && (kind === 'function' || ACTS.test(text))
        ? [{ kind: 'catalog' as const, line: lineAt(asked.index), on: asked[0].replace(/\W+$/, '') }]
        : []),
      ...stars.map((star) => ({ kind: 'all-columns' as const, line: lineAt(star.index), on: 'SELECT *' })),
    ],
    uses: each(USES).map((use) => ({ name: use[1] ?? use[2] ?? '', line: lineAt(use.index) })),
    gives: new Set(each(GIVES).flatMap(([, ...names]) => names.filter((name) => name !== undefined))),
  }
}

const CATALOGS =
  'pg_catalog|information_schema|pg_(?:class|attribute|attrdef|constraint|index|indexes|tables|views|type|enum|namespace|proc|trigger|depend|sequences?|get_\\w+def)\\b|to_reg\\w+\\s*\\('
const ASKS = new RegExp(`\\b(?:${CATALOGS})`, 'gi')
// Matches queries of the catalog in the code of a function. The pattern contains the methods of Sequelize that read the catalog,
// because every migration function receives the object `queryInterface` of Sequelize.
const ASKS_OF_FUNCTION = new RegExp(
  `\\b(?:${CATALOGS}|(?:describeTable|tableExists|showAllTables|showAllSchemas|showIndex|showConstraint|getForeignKeys?\\w*)\\s*\\(|show\\s+(?:full\\s+)?(?:columns|index|indexes|keys|tables|create)\\b)`,
  'gi',
)
const ACTS = /\bexecute\b|\b(?:alter|drop|create|truncate|rename)\s+\w/i
const ALL_COLUMNS =
  /\b(?:insert\s+into|create\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?(?:materialized\s+)?(?:table|view))\b[^;]*?\bselect\s+(?:distinct\s+|all\s+)?(?:[\w"`.]+\.)?\*/gi
const USES =
  /\b(?:drop|validate|rename|alter|on)\s+(?:constraint|index|key|foreign\s+key|check)\s+(?:concurrently\s+)?(?:if\s+exists\s+)?["`]?([\w$]+)|remove(?:Constraint|Index)\s*\(\s*[^,]+,\s*['"`]([\w$]+)/gi
const GIVES =
  /(?<!\b(?:drop|validate|rename|alter|foreign|on)\s+)\b(?:constraint|index|key|unique)\s+(?:if\s+not\s+exists\s+)?["`]?([\w$]+)|\bname['"]?\s*:\s*['"`]([\w$]+)/gi
