import type { Session } from '../../dialect/dialect.ts'
import { type Sql, sql, value, verbatim } from '../../dialect/sql.ts'
import { type Blocked, FREE, isWorse, type Price, priceOf, type TablePrice, type Works } from '../../effect/price.ts'
import { isError } from '../../error.ts'
import { type BareFacts, bareFacts } from './bare-price.ts'
import { nameIn } from './catalog/reference.ts'
import { isTruncate } from './split.ts'

/** The prices of a migration's statements, as they are found one after the other. */
export interface Pricing {
  /** The tables that running code knows. */
  readonly known: ReadonlySet<string>
  /** Each of them, and each of their partitions, by number: as it stood when it was looked at last. */
  readonly standing: Map<string, Standing>
  readonly prices: Price[]
  /** The statement that was sent last, until its price is found. */
  open: Sent | undefined
  /** Whether what stands is known without asking again: not after a statement outside a transaction. */
  isSettled: boolean
}

type Sent = { readonly manner: 'inside'; readonly text: string } | Bare

/** Outside a transaction: what is told of it, and the tables that it names. */
interface Bare {
  readonly manner: 'bare'
  readonly cost: BareFacts['cost']
  readonly tables: readonly string[]
}

interface Standing {
  readonly id: string
  readonly table: string
  /** The file that holds the rows: another one after a rewrite. */
  readonly file: string
  /** How often it was read from end to end. */
  readonly scans: number
}

/** `last` is the pricing before, where no rows were read since. */
export async function startPricing(session: Session, known: ReadonlySet<string>, last?: Pricing): Promise<Pricing> {
  const isSettled = countsOn(session)
  const standing = last?.isSettled ? last.standing : await standingOf(session, known)
  return { known, standing, prices: [], open: undefined, isSettled }
}

// Before, what the server has sent off is told later by a process of its own, and the count begins anew.
function countsOn(session: Session): boolean {
  return session.version.major >= 15
}

/** Finds what the statement before this one cost, now that it is done, and remembers this one. */
export async function priceNext(session: Session, pricing: Pricing, text: string): Promise<void> {
  await closePricing(session, pricing)
  pricing.open = (await session.intact()) ? { manner: 'inside', text } : await bare(session, pricing, text)
}

/** Finds the price of the last statement: inside a transaction by what it holds, outside by what is known of it. */
export async function closePricing(session: Session, pricing: Pricing): Promise<void> {
  const { open, known } = pricing
  if (!open) return
  pricing.open = undefined
  pricing.prices.push(known.size === 0 ? FREE : priceOf(await partsOf(session, pricing, open)))
}

async function partsOf(session: Session, pricing: Pricing, open: Sent): Promise<readonly TablePrice[]> {
  if (open.manner === 'inside' && (await session.intact())) return heldParts(session, pricing, open.text)
  pricing.isSettled = false
  // A function may have committed on its way: then nothing is held any more.
  return bareParts(session, pricing, open.manner === 'bare' ? open : await bare(session, pricing, open.text))
}

// From the weakest to the strongest: what each keeps others from.
const BLOCKS: Readonly<Record<string, Blocked>> = {
  'AccessShareLock': 'nobody',
  'RowShareLock': 'nobody',
  // Whoever writes rows is in the way of those who change the table, as everybody is; it is not a statement's own price.
  'RowExclusiveLock': 'nobody',
  'ShareUpdateExclusiveLock': 'ddl',
  'ShareLock': 'writes',
  'ShareRowExclusiveLock': 'writes',
  'ExclusiveLock': 'writes',
  'AccessExclusiveLock': 'everyone',
}

interface Held {
  readonly id: string
  readonly modes: readonly string[]
  /** Empty where the table is gone. */
  readonly file: string
  readonly scans: number
}

/** By the locks that the transaction holds, the earlier statements' too: they all last until its end. */
async function heldParts(session: Session, { standing }: Pricing, text: string): Promise<readonly TablePrice[]> {
  const empties = await isTruncate(text)
  const held = await heldNow(session)
  return held.flatMap(({ id, modes, file, scans }): TablePrice[] => {
    const before = standing.get(id)
    if (!before) return []
    standing.set(id, { ...before, file, scans })
    return [{ table: before.table, blocks: strongest(modes), works: workOf(before, { file, scans }, empties) }]
  })
}

/** Nothing after a statement that failed: what it did will be undone, and until then the server answers no question. */
async function heldNow(session: Session): Promise<readonly Held[]> {
  try {
    return await session.query<Held>(countsOn(session) ? HELD : HELD_ANEW)
  } catch (error) {
    if (isError(error, 'statement.failed') && error.facts.sqlState === IN_FAILED_TRANSACTION) return []
    throw error
  }
}

const IN_FAILED_TRANSACTION = '25P02'

function strongest(modes: readonly string[]): Blocked {
  return modes.map((mode) => BLOCKS[mode] ?? 'everyone').reduce((sofar, one) => (isWorse(one, sofar) ? one : sofar), 'nobody')
}

// TRUNCATE gives a table a new file too, and writes nothing into it.
function workOf(before: Standing, now: Pick<Standing, 'file' | 'scans'>, empties: boolean): Works {
  if (now.file !== '' && now.file !== before.file) return empties ? 'instant' : 'rewrite'
  return now.scans > before.scans ? 'scan' : 'instant'
}

async function bare(session: Session, { known }: Pricing, text: string): Promise<Bare> {
  const { cost, names } = await bareFacts(text)
  if (known.size === 0) return { manner: 'bare', cost, tables: [] }
  const rows = await session.query<{ readonly table: string }>(tablesOf(names))
  return { manner: 'bare', cost, tables: rows.flatMap(({ table }) => (known.has(table) ? [table] : [])) }
}

/** What is not known counts as everyone; that a table was written anew is seen all the same. */
async function bareParts(session: Session, pricing: Pricing, { cost, tables }: Bare): Promise<readonly TablePrice[]> {
  if (cost) return tables.map((table) => ({ table, ...cost }))
  const now = await standingOf(session, pricing.known)
  const rewritten = [...now.values()].filter(({ id, file }) => pricing.standing.get(id)?.file !== file).map(({ table }) => table)
  for (const one of now.values()) pricing.standing.set(one.id, one)
  const works = (table: string): Works => (rewritten.includes(table) ? 'rewrite' : 'scan')
  return [...new Set([...tables, ...rewritten])].map((table) => ({ table, blocks: 'everyone', works: works(table) }))
}

async function standingOf(session: Session, known: ReadonlySet<string>): Promise<Map<string, Standing>> {
  const rows = known.size === 0 ? [] : await session.query<Standing>(countsOn(session) ? STANDING : STANDING_ANEW)
  return new Map(rows.filter(({ table }) => known.has(table)).map((row) => [row.id, row]))
}

// Only what users made has such numbers: the server's FirstNormalObjectId.
const USERS = '16384'
const ROOT = 'LEFT JOIN pg_class r ON r.oid = COALESCE(pg_partition_root(c.oid), c.oid)'

// What the server has sent off, and what it has not yet: together they only ever grow.
const SCANS = 'pg_stat_get_numscans(c.oid) + COALESCE(pg_stat_get_xact_numscans(c.oid), 0)'
const SCANS_ANEW = 'COALESCE(pg_stat_get_xact_numscans(c.oid), 0)'

const [STANDING, STANDING_ANEW] = [standing(SCANS), standing(SCANS_ANEW)]
const [HELD, HELD_ANEW] = [held(SCANS), held(SCANS_ANEW)]

function standing(scans: string): Sql {
  return verbatim(`
SELECT c.oid::text AS id, ${nameIn('r.relnamespace', 'r.relname')} AS table, c.relfilenode::text AS file, (${scans})::float8 AS scans
FROM pg_class c ${ROOT} WHERE c.oid >= ${USERS} AND c.relkind IN ('r', 'p', 'f')`)
}

function held(scans: string): Sql {
  return verbatim(`
SELECT l.relation::text AS id, array_agg(DISTINCT l.mode) AS modes, COALESCE(c.relfilenode::text, '') AS file, COALESCE(${scans}, 0)::float8 AS scans
FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.relation >= ${USERS}
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
GROUP BY l.relation, c.oid, c.relfilenode`)
}

/** The tables of these names, and those of indexes of these names. */
function tablesOf(names: readonly string[]): Sql {
  return sql`SELECT DISTINCT ${verbatim(nameIn('r.relnamespace', 'r.relname'))} AS table
    FROM pg_class i LEFT JOIN pg_index x ON x.indexrelid = i.oid JOIN pg_class c ON c.oid = COALESCE(x.indrelid, i.oid) ${verbatim(ROOT)}
    WHERE i.oid >= ${verbatim(USERS)} AND i.relname = ANY (${value(names)}::text[]) AND c.relkind IN ('r', 'p', 'f')`
}
