/**
 * The kinds of fragile statements. `catalog`: the statement reads the server's catalog. `generated-name`: it uses a name that the
 * server generated. `all-columns`: it uses all columns of a table, as in `SELECT *`. An author allows one with `despite <kind>`.
 */
export const FRAGILE_STATEMENT_KINDS = ['catalog', 'generated-name', 'all-columns'] as const
export type FragileStatementKind = (typeof FRAGILE_STATEMENT_KINDS)[number]

/** One statement of a file that depends on a fact which the file does not state. */
export interface FragileStatement {
  readonly kind: FragileStatementKind
  readonly line: number
  /** The fact on which the statement depends: `information_schema`, `SELECT *`, `child_ibfk_1`. */
  readonly on: string
}

/**
 * The fragile statements of one file, and the names that it uses and assigns. Whether a used name is generated depends on the file
 * that made the object.
 */
export interface FragileStatementsOfFile {
  readonly found: readonly FragileStatement[]
  /** The names of constraints and indexes that the file uses, and the names that the file assigns. */
  readonly uses: readonly { readonly name: string; readonly line: number }[]
  readonly gives: ReadonlySet<string>
}

/** Returns false if a file certainly contains no fragile statement. Most files of a long chain then need no full parse. */
export function mayContainFragileStatement(text: string): boolean {
  return SUSPECT.test(text)
}

const SUSPECT =
  /\bpg_\w|information_schema|\bto_reg|::reg|\bshow\b|(?:select|distinct|all|,)\s*(?:[\w"`.]+\.)?\*|\blike\b|\b(?:drop|validate|rename|alter|use|using|force|ignore|on)\s+(?:constraint|index|key|foreign|check)\b/i

/**
 * Finds fragile statements by their words in the source of a function, or in the body of a block that the parser keeps as text. A text
 * counts if it both reads the catalog and changes something.
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
// Matches the methods of Sequelize that read the catalog. Every migration function receives `queryInterface`.
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
