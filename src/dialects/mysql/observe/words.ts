import type { StatementPriceOnTable } from '../../../effect/price.ts'
import type { MysqlToken } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'

/**
 * Determines the price of a statement (the blocked sessions and the duration) from its text, for a statement that the engine
 * cannot try on a copy of the table. Returns a price for each table in `named`. Returns undefined if `KINDS` does not contain the
 * kind of the statement, for example CALL.
 */
export function determinePriceByStatementText(
  tokens: readonly MysqlToken[],
  named: readonly string[],
): readonly StatementPriceOnTable[] | undefined {
  const kind = kindOf(tokens)
  return kind && named.map((table) => ({ table, ...PRICE_OF[kind](tokens) }))
}

type Kind = 'rows' | 'locked' | 'moment' | 'making' | 'rebuild' | 'nothing'
type Cost = Omit<StatementPriceOnTable, 'table'>

const rows = (tokens: readonly MysqlToken[]): Cost => ({ blocks: 'nobody', works: reads(tokens) ? 'scan' : 'instant' })

const PRICE_OF: { readonly [K in Kind]: (tokens: readonly MysqlToken[]) => Cost } = {
  rows,
  // The function does not analyse the statements between LOCK TABLES and UNLOCK TABLES, so they count as reading all rows.
  locked: (tokens) => ({ blocks: 'everyone', works: tokens.some(({ value }) => value === ';') ? 'scan' : 'instant' }),
  moment: () => ({ blocks: 'everyone', works: 'instant' }),
  // A CREATE TABLE with REFERENCES locks the referenced table for a moment. Any other CREATE TABLE only reads the tables in its
  // SELECT.
  making: (tokens) => (tokens.some(({ value }) => value === 'REFERENCES') ? PRICE_OF.moment(tokens) : rows(tokens)),
  rebuild: () => ({ blocks: 'ddl', works: 'rewrite' }),
  nothing: () => ({ blocks: 'nobody', works: 'instant' }),
}

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ['rows', /^(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|TABLE|LOAD|HANDLER|CHECKSUM|EXPLAIN|ANALYZE|CHECK)\b/],
  ['locked', /^LOCK TABLE/],
  ['moment', /^(?:(?:DROP|RENAME) TABLE|TRUNCATE|(?:CREATE|DROP) TRIGGER)/],
  ['making', /^CREATE TABLE/],
  ['rebuild', /^OPTIMIZE/],
  ['nothing', /^(?:SET|SHOW|DESC|DESCRIBE|PREPARE|DEALLOCATE|SIGNAL|GET|GRANT|REVOKE|FLUSH|UNLOCK|SAVEPOINT|RELEASE|ROLLBACK)\b/],
  ['nothing', /^(?:CREATE|DROP|ALTER) (?:VIEW|FUNCTION|PROCEDURE|EVENT|SEQUENCE|USER|ROLE|DATABASE|SCHEMA)/],
]

function kindOf(tokens: readonly MysqlToken[]): Kind | undefined {
  const [first = ''] = leadingWordsOfStatement(tokens)
  // Words such as OR REPLACE, TEMPORARY or DEFINER can precede the kind of the object in a statement, so the function searches
  // the whole statement for the kind.
  const what = tokens.find((token) => token.kind === 'word' && OBJECTS.has(token.value))?.value ?? ''
  return KINDS.find(([, words]) => words.test(`${first} ${what}`))?.[0]
}

const OBJECTS: ReadonlySet<string> = new Set(
  'TABLE TABLES TRIGGER VIEW FUNCTION PROCEDURE EVENT SEQUENCE USER ROLE DATABASE SCHEMA INDEX SERVER TABLESPACE INSTANCE'.split(' '),
)

// Returns true for a statement that counts as reading all rows: UPDATE, DELETE, TABLE, CHECKSUM, CHECK, and every statement with
// a SELECT. The text does not show whether the server uses an index, so the function assumes a full scan.
function reads(tokens: readonly MysqlToken[]): boolean {
  const [first = ''] = leadingWordsOfStatement(tokens)
  return (
    ['UPDATE', 'DELETE', 'TABLE', 'CHECKSUM', 'CHECK'].includes(first) ||
    tokens.some(({ kind, value }) => kind === 'word' && value === 'SELECT')
  )
}
