import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import type { ServerTimes } from '../dialect/fleet.ts'
import { joinSql, type SqlStatement, sql, sqlValue } from '../dialect/sql.ts'
import { isError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import { PHASES } from '../phase/phase.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { createFleetTablesSql, FLEET_TABLE_NAME } from './tables.ts'

/** An instance of the application that joined the fleet. Times are in seconds since 1970, on the clock of the server. */
export interface FleetInstance {
  readonly instance: string
  readonly release: string
  readonly host: string
  readonly joinedAt: number
  /** The time of the last heartbeat of an instance. If the time is in the future, the field contains the current time. */
  readonly seenAt: number
  readonly leaseSeconds: number
  readonly isLive: boolean
}

/** The live instances of one release: their number, one of their hosts, and the age of the last heartbeat. */
export interface LiveInstancesOfRelease {
  readonly release: string
  readonly count: number
  readonly host: string
  readonly secondsSinceLastHeartbeat: number
  /** The time in seconds until the last lease of the release's instances ends, if no further heartbeat arrives. */
  readonly secondsToLeaseEnd: number
}

type FleetDialect = Pick<Dialect, 'hasTable' | 'ledgerTableOptions' | 'ledgerText' | 'fleet'>

// The shortest time in seconds between the end of an instance's lease and the removal of the instance. `interphase fleet` lists
// the instance until the removal.
const KEPT_SECONDS = 86_400

/**
 * Writes the releases of the files into the ledger, if the database user has the privileges. Without the privileges, the function
 * emits a remark and throws no error. A run itself does not need the ledger tables about the instances of the application.
 */
export async function publishReleasesIfAllowed(
  session: DatabaseSession,
  dialect: FleetDialect,
  chain: ReleaseChain,
  project: string,
  emit: EmitEvent,
): Promise<void> {
  try {
    await publishReleases(session, dialect, chain, project)
  } catch (error) {
    if (!isError(error, 'database.privilege')) throw error
    emit({ type: 'remark', says: `applications cannot see from this database whether their release is supported: ${error.message}` })
  }
}

/**
 * Writes the releases of the files into the ledger, so that an application can read from its database if its release is
 * supported. First creates missing tables of the fleet. If the ledger already contains these releases, the function writes
 * nothing. Otherwise, it also removes instances whose lease ended more than a day ago. The caller must hold the lock of the
 * project.
 */
async function publishReleases(session: DatabaseSession, dialect: FleetDialect, chain: ReleaseChain, project: string): Promise<void> {
  if (!(await dialect.hasTable(session, FLEET_TABLE_NAME))) {
    for (const statement of createFleetTablesSql(dialect)) await session.query(statement)
  }
  const known = await session.query<ReleaseRow>(
    sql`SELECT place, release_name, expands, migrations FROM interphase_release WHERE project = ${sqlValue(project)} ORDER BY place`,
  )
  const rows = rowsOf(chain)
  if (JSON.stringify(known.map(textOf)) === JSON.stringify(rows.map(textOf))) return
  const { now } = await dialect.fleet.times(session)
  await session.begin()
  try {
    await session.query(sql`DELETE FROM interphase_release WHERE project = ${sqlValue(project)}`)
    if (rows.length > 0) await session.query(insertion(project, rows))
    await session.query(
      sql`DELETE FROM interphase_fleet WHERE project = ${sqlValue(project)} AND seen_at + lease_seconds < ${sqlValue(now - KEPT_SECONDS)}`,
    )
    await session.commit()
  } catch (error) {
    if (!session.lost.aborted) await session.rollback()
    throw error
  }
}

interface ReleaseRow {
  readonly place: number | string
  readonly release_name: string
  readonly expands: number | string
  readonly migrations: number | string
}

function rowsOf({ releases }: ReleaseChain): readonly ReleaseRow[] {
  return releases.map((release, place) => {
    const migrations = migrationsInPhasedOrder(release)
    const expands = migrations.filter(({ phase }) => phase === PHASES[0])
    return { place, release_name: release.name, expands: expands.length, migrations: migrations.length }
  })
}

function textOf({ place, release_name: name, expands, migrations }: ReleaseRow): string {
  return `${place} ${name} ${expands} ${migrations}`
}

function insertion(project: string, rows: readonly ReleaseRow[]): SqlStatement {
  const values = rows.map(
    ({ place, release_name: name, expands, migrations }) =>
      sql`(${sqlValue(project)}, ${sqlValue(place)}, ${sqlValue(name)}, ${sqlValue(expands)}, ${sqlValue(migrations)})`,
  )
  return sql`INSERT INTO interphase_release (project, place, release_name, expands, migrations) VALUES ${joinSql(values)}`
}

/**
 * Returns all instances of the application in the ledger, live and dead. Returns undefined if the ledger has no tables of the
 * fleet.
 */
export async function readFleetInstances(
  session: DatabaseSession,
  dialect: FleetDialect,
  project: string,
): Promise<readonly FleetInstance[] | undefined> {
  if (!(await dialect.hasTable(session, FLEET_TABLE_NAME))) return undefined
  const times = await dialect.fleet.times(session)
  const rows = await session.query<InstanceRow>(
    sql`SELECT instance, release_name, host, joined_at, seen_at, lease_seconds FROM interphase_fleet WHERE project = ${sqlValue(project)} ORDER BY seen_at DESC, instance`,
  )
  return rows.map((row) => instanceOf(row, times))
}

interface InstanceRow {
  readonly instance: string
  readonly release_name: string
  readonly host: string
  readonly joined_at: number | string
  readonly seen_at: number | string
  readonly lease_seconds: number | string
}

function instanceOf(row: InstanceRow, { now, startedAt }: ServerTimes): FleetInstance {
  const [seenAt, leaseSeconds] = [Math.min(Number(row.seen_at), now), Number(row.lease_seconds)]
  return {
    instance: row.instance,
    release: row.release_name,
    host: row.host,
    joinedAt: Number(row.joined_at),
    seenAt,
    leaseSeconds,
    isLive: Math.max(seenAt, startedAt) + leaseSeconds >= now,
  }
}

/**
 * Returns the live instances of the application, grouped by release. After a restart of the server, each lease counts from the
 * start of the server, because no instance could renew its lease before. Returns no group if the ledger has no tables of the
 * fleet.
 */
export async function readLiveInstances(
  session: DatabaseSession,
  dialect: FleetDialect,
  project: string,
): Promise<readonly LiveInstancesOfRelease[]> {
  if (!(await dialect.hasTable(session, FLEET_TABLE_NAME))) return []
  const { now, startedAt } = await dialect.fleet.times(session)
  const [at, started] = [sqlValue(BigInt(now)), sqlValue(BigInt(startedAt))]
  const rows = await session.query<{ release_name: string; instances: unknown; host: string; seen: unknown; ends: unknown }>(
    sql`SELECT release_name, count(*) AS instances, min(host) AS host, max(seen_at) AS seen,
      max(CASE WHEN seen_at < ${started} THEN ${started} + lease_seconds WHEN seen_at > ${at} THEN ${at} + lease_seconds ELSE seen_at + lease_seconds END) AS ends
      FROM interphase_fleet
      WHERE project = ${sqlValue(project)} AND (seen_at + lease_seconds >= ${at} OR ${started} + lease_seconds >= ${at})
      GROUP BY release_name ORDER BY release_name`,
  )
  return rows.map((row) => ({
    release: row.release_name,
    count: Number(row.instances),
    host: row.host,
    secondsSinceLastHeartbeat: Math.max(0, now - Number(row.seen)),
    secondsToLeaseEnd: Math.max(0, Number(row.ends) - now),
  }))
}

/** Removes an instance of the application from the ledger. Returns false if the ledger does not contain the instance. */
export async function forgetInstance(session: DatabaseSession, dialect: FleetDialect, project: string, instance: string): Promise<boolean> {
  if (!(await dialect.hasTable(session, FLEET_TABLE_NAME))) return false
  const where = sql`project = ${sqlValue(project)} AND instance = ${sqlValue(instance)}`
  const found = await session.query(sql`SELECT 1 AS found FROM interphase_fleet WHERE ${where}`)
  await session.query(sql`DELETE FROM interphase_fleet WHERE ${where}`)
  return found.length > 0
}
