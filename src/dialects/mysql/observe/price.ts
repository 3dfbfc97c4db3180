import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import { combineTablePrices, FREE_STATEMENT_PRICE, type StatementPrice, type StatementPriceOnTable } from '../../../effect/price.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'
import { parseMysqlTableAlteration } from './alteration.ts'
import { type InnodbIdsByTable, readInnodbIds, workShownByInnodbIds } from './innodb-ids.ts'
import { determinePriceByTrialOnCopy } from './trial.ts'
import { determinePriceByStatementText } from './words.ts'

/**
 * The prices of a migration's statements so far, and the data from which the price of the last statement is determined. A price
 * states which sessions a statement blocks and how long the statement works.
 */
export interface MysqlMigrationPricing {
  /** The names of the tables that running application code knows. The observer determines a price only for these tables. */
  readonly known: ReadonlySet<string>
  readonly prices: StatementPrice[]
  /** InnoDB's ids before a statement whose price the observer can determine only after the statement has run. */
  open: { readonly ids: InnodbIdsByTable; readonly named: readonly string[] } | undefined
}

/**
 * Determines the price of the next statement before the session sends the statement, and adds it to the prices in `pricing`. If the
 * price of the previous statement is missing, the function adds it first. The function executes ALTER TABLE, CREATE INDEX and DROP
 * INDEX on an empty copy of the table, and analyses the text of every other statement. If neither way gives a price, the function
 * stores InnoDB's ids in `pricing.open`, and `addPriceOfPreviousMysqlStatement` later determines the price.
 */
export async function addPriceOfNextMysqlStatement(
  session: DatabaseSession,
  pricing: MysqlMigrationPricing,
  text: string,
  at: SourceLocation,
): Promise<void> {
  await addPriceOfPreviousMysqlStatement(session, pricing)
  const parts = await partsOf(session, pricing.known, text, at)
  if (Array.isArray(parts)) pricing.prices.push(combineTablePrices(parts))
  else pricing.open = { ids: await readInnodbIds(session), named: parts.named }
}

/**
 * Adds the price of the previous statement after the statement has run, if `addPriceOfNextMysqlStatement` could not determine the
 * price. The function does not know which sessions the statement blocked, so the price states that the statement blocks all
 * sessions.
 */
export async function addPriceOfPreviousMysqlStatement(session: DatabaseSession, pricing: MysqlMigrationPricing): Promise<void> {
  if (!pricing.open) return
  const { ids, named } = pricing.open
  pricing.open = undefined
  const now = await readInnodbIds(session)
  const worked = [...pricing.known].flatMap((table): StatementPriceOnTable[] => {
    // Without the privilege to read InnoDB's ids, every table that the statement names counts as rebuilt.
    if (now === undefined && !named.includes(table)) return []
    const works = now === undefined || now.has(table) ? workShownByInnodbIds(ids, now, table) : 'instant'
    return works === 'instant' && !named.includes(table) ? [] : [{ table, blocks: 'everyone', works }]
  })
  pricing.prices.push(worked.length === 0 ? { ...FREE_STATEMENT_PRICE, blocks: 'everyone' } : combineTablePrices(worked))
}

/**
 * Returns the price of a statement for each table. A price states the blocked sessions and the duration. If the price can be
 * determined only after the statement has run, the function instead returns the tables that the statement names.
 */
async function partsOf(
  session: DatabaseSession,
  known: ReadonlySet<string>,
  text: string,
  at: SourceLocation,
): Promise<StatementPriceOnTable[] | { readonly named: readonly string[] }> {
  const alteration = parseMysqlTableAlteration(text)
  if (alteration) {
    const table = knownAs(known, alteration.table)
    if (table === undefined) return []
    const price = await determinePriceByTrialOnCopy(session, { ...alteration, table }, at)
    return price ? [price] : { named: [table] }
  }
  const tokens = tokenizeMysql(text)
  const named = await namedIn(session, known, text, tokens)
  const parts = determinePriceByStatementText(tokens, named)
  return parts ? [...parts] : { named }
}

/**
 * Returns the element of `known` that is equal to the name of the table. If no element is equal, the function searches again
 * without regard to case, because some servers ignore the case of table names.
 */
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
 * Returns the table of the trigger that a statement creates or drops. Such a statement locks the table of the trigger, and not
 * the tables in the body of the trigger.
 */
async function tableOfTrigger(session: DatabaseSession, text: string, tokens: readonly MysqlToken[]): Promise<string | undefined> {
  const [first = ''] = leadingWordsOfStatement(tokens)
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
