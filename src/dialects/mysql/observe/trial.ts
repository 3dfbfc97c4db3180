import type { Session, SourceLocation } from '../../../dialect/dialect.ts'
import { name, sql, value } from '../../../dialect/sql.ts'
import type { Blocked, TablePrice, Works } from '../../../effect/price.ts'
import { isError } from '../../../error.ts'
import { asMade } from '../scratch/relax.ts'
import { quote } from '../text/notation.ts'
import type { Alteration } from './alteration.ts'
import { askBuilds, type Builds, workBetween } from './builds.ts'

// The engine's own prefix: the catalog never shows it.
const CLONE = 'interphase_trial'

/** A way in which the server may alter a table, and whom it keeps waiting. */
interface AlterMethod {
  readonly algorithm: string
  readonly lock?: string
}

const LOCKS = ['NONE', 'SHARED', 'EXCLUSIVE'] as const
const BLOCKS: Readonly<Record<string, Blocked>> = { 'NONE': 'ddl', 'SHARED': 'writes', 'EXCLUSIVE': 'everyone' }

/**
 * What the alteration costs, by trying it on an empty clone of the table in every way from the mildest on, as the server
 * itself would choose. Undefined where it cannot be tried, or no way is accepted. Whether there are rows makes no difference.
 */
export async function tryOnClone(session: Session, alteration: Alteration, at: SourceLocation): Promise<TablePrice | undefined> {
  const { table } = alteration
  if (alteration.actions.some((action) => MOVES_FILES.test(action)) || !(await makeClone(session, table))) return undefined
  try {
    const before = await askBuilds(session, CLONE)
    const way = await firstAccepted(session, alteration, at)
    return way && (await priceBy(session, table, way, workOf(way, before, await askBuilds(session, CLONE))))
  } finally {
    await session.query(sql`DROP TABLE IF EXISTS ${name(CLONE)}`)
  }
}

// What it takes from another table or from a file would be lost to the original.
const MOVES_FILES = /^(?:EXCHANGE|DISCARD|IMPORT) /

/** False where the server lets nobody make one: while the author has tables locked, or under a mode that forbids the table. */
async function makeClone(session: Session, table: string): Promise<boolean> {
  try {
    await session.query(sql`DROP TABLE IF EXISTS ${name(CLONE)}`)
    // The table may have a default that a strict server refuses.
    await asMade(session, { settings: new Map([['sql_mode', '']]) }, async () => {
      await session.query(sql`CREATE TABLE ${name(CLONE)} LIKE ${name(table)}`)
    })
    return true
  } catch (error) {
    if (isError(error, 'statement.failed')) return false
    throw error
  }
}

function waysOf({ algorithm, lock }: Alteration): readonly AlterMethod[] {
  const algorithms = algorithm === undefined || algorithm === 'DEFAULT' ? ['INSTANT', 'INPLACE', 'COPY'] : [algorithm]
  const asked = lock === undefined || lock === 'DEFAULT' ? undefined : lock
  return algorithms.flatMap((one): AlterMethod[] => {
    // MySQL does not take a lock beside INSTANT.
    if (one === 'INSTANT') return asked === undefined || algorithm === 'INSTANT' ? [{ algorithm: one }] : []
    return (asked === undefined ? LOCKS : [asked]).map((each) => ({ algorithm: one, lock: each }))
  })
}

/** What is refused leaves the clone as it was. */
async function firstAccepted(session: Session, alteration: Alteration, at: SourceLocation): Promise<AlterMethod | undefined> {
  for (const way of waysOf(alteration)) {
    const options = [`ALGORITHM=${way.algorithm}`, ...(way.lock === undefined ? [] : [`LOCK=${way.lock}`])]
    try {
      // As the author's own, so that it runs under what the author's file has set.
      await session.execute(alteration.on(quote(CLONE), options), at)
      return way
    } catch (error) {
      if (!isError(error, 'statement.failed')) throw error
    }
  }
  return undefined
}

function workOf({ algorithm }: AlterMethod, before: Builds, after: Builds): Works {
  if (algorithm === 'COPY') return 'rewrite'
  if (before === undefined || after === undefined) return algorithm === 'INSTANT' ? 'instant' : 'rewrite'
  // MariaDB takes some for INSTANT and writes the table anew all the same.
  return workBetween(before, after, CLONE)
}

async function priceBy(session: Session, table: string, { algorithm, lock }: AlterMethod, works: Works): Promise<TablePrice> {
  // Whatever the way, the table is taken for a moment in which nobody reads it.
  if (works === 'instant') return { table, works, blocks: 'everyone' }
  if (algorithm === 'COPY' && lock === 'NONE' && (await cascades(session, table))) return { table, works, blocks: 'writes' }
  return { table, works, blocks: BLOCKS[lock ?? ''] ?? 'everyone' }
}

/** MariaDB copies a table online only where no foreign key changes rows of it, or through it; a clone has no such keys. */
async function cascades(session: Session, table: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 FROM information_schema.referential_constraints
    WHERE constraint_schema = ${value(session.database)} AND ${value(table)} IN (table_name, referenced_table_name)
    AND ('CASCADE' IN (delete_rule, update_rule) OR 'SET NULL' IN (delete_rule, update_rule)) LIMIT 1`)
  return found.length > 0
}
