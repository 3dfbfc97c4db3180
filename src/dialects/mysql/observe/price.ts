import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import { combineTablePrices, FREE_STATEMENT_PRICE, type StatementPrice, type StatementPriceOnTable } from '../../../effect/price.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { leadingWordsOf } from '../text/manner.ts'
import { parseTableAlteration } from './alteration.ts'
import { compareInnodbNumbers, type InnodbNumbersByTable, readInnodbNumbers } from './innodb-numbers.ts'
import { priceByTrialOnCopy } from './trial.ts'
import { priceByStatementText } from './words.ts'

/** The prices of a migration's statements so far, and the data that the next price needs. */
export interface MysqlPriceMeasurement {
  /** The tables that running application code knows. */
  readonly known: ReadonlySet<string>
  readonly prices: StatementPrice[]
  /** A statement whose price can be determined only after it has run, with InnoDB's numbers from before. */
  open: { readonly builds: InnodbNumbersByTable; readonly named: readonly string[] } | undefined
}

/**
 * Determines the price of the next statement before it runs. An ALTER TABLE is tried on an empty copy of the table; the text of other
 * statements is analysed.
 */
export async function priceNextStatement(
  session: DatabaseSession,
  pricing: MysqlPriceMeasurement,
  text: string,
  at: SourceLocation,
): Promise<void> {
  await pricePreviousStatement(session, pricing)
  const parts = await partsOf(session, pricing.known, text, at)
  if (Array.isArray(parts)) pricing.prices.push(combineTablePrices(parts))
  else pricing.open = { builds: await readInnodbNumbers(session), named: parts.named }
}

/**
 * Determines the price of a statement after it has run. The sessions that it blocked are unknown, so the statement counts as blocking
 * all sessions.
 */
export async function pricePreviousStatement(session: DatabaseSession, pricing: MysqlPriceMeasurement): Promise<void> {
  if (!pricing.open) return
  const { builds, named } = pricing.open
  pricing.open = undefined
  const now = await readInnodbNumbers(session)
  const worked = [...pricing.known].flatMap((table): StatementPriceOnTable[] => {
    // If the user may not read InnoDB's numbers, every table that the statement names counts as rebuilt.
    if (now === undefined && !named.includes(table)) return []
    const works = now === undefined || now.has(table) ? compareInnodbNumbers(builds, now, table) : 'instant'
    return works === 'instant' && !named.includes(table) ? [] : [{ table, blocks: 'everyone', works }]
  })
  pricing.prices.push(worked.length === 0 ? { ...FREE_STATEMENT_PRICE, blocks: 'everyone' } : combineTablePrices(worked))
}

/** Returns the price for each table, or the named tables if the price is not known yet. */
async function partsOf(
  session: DatabaseSession,
  known: ReadonlySet<string>,
  text: string,
  at: SourceLocation,
): Promise<StatementPriceOnTable[] | { readonly named: readonly string[] }> {
  const alteration = parseTableAlteration(text)
  if (alteration) {
    const table = knownAs(known, alteration.table)
    if (table === undefined) return []
    const price = await priceByTrialOnCopy(session, { ...alteration, table }, at)
    return price ? [price] : { named: [table] }
  }
  const tokens = tokenizeMysql(text)
  const named = await namedIn(session, known, text, tokens)
  const parts = priceByStatementText(tokens, named)
  return parts ? [...parts] : { named }
}

/** Finds a table name in a set of names. Some servers ignore the case of table names. */
function knownAs(known: ReadonlySet<string>, table: string): string | undefined {
  return known.has(table) ? table : [...known].find((one) => one.toLowerCase() === table.toLowerCase())
}

async function namedIn(
  session: DatabaseSession,
  known: ReadonlySet<string>,
  text: string,
  tokens: readonly MysqlToken[],
): Promise<readonly string[]> {
  const table = await tableOfTrigger(session, text, tokens)
  const words = table === undefined ? tokens.filter(isName).map((token) => wordOf(text, token)) : [table]
  return [...new Set(words.flatMap((word) => knownAs(known, word) ?? []))]
}

/**
 * Finds the table whose trigger a statement creates or drops. Such a statement locks this table, and not the tables in the trigger's
 * body.
 */
async function tableOfTrigger(session: DatabaseSession, text: string, tokens: readonly MysqlToken[]): Promise<string | undefined> {
  const [first = ''] = leadingWordsOf(tokens)
  const at = tokens.findIndex((token) => token.kind === 'word' && token.value === 'TRIGGER')
  if (at < 0 || (first !== 'CREATE' && first !== 'DROP')) return undefined
  if (first === 'CREATE') {
    const on = tokens.findIndex((token, index) => index > at && token.kind === 'word' && token.value === 'ON')
    return wordOf(text, tokens[on + 1])
  }
  const trigger = wordOf(text, tokens.findLast(isName))
  const [row] = await session.query<{ name: string }>(sql`SELECT event_object_table AS name FROM information_schema.triggers
    WHERE trigger_schema = ${sqlValue(session.database)} AND trigger_name = ${sqlValue(trigger)}`)
  return row?.name ?? ''
}

function isName(token: MysqlToken): boolean {
  return token.kind === 'name' || token.kind === 'word'
}

function wordOf(text: string, token: MysqlToken | undefined): string {
  if (!token) return ''
  return token.kind === 'name' ? token.value : text.slice(token.start, token.end)
}
