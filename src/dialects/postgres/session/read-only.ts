import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'

/** Returns the reason why the database refuses all writes. Returns undefined if the database accepts writes. */
export async function findPostgresReadOnlyReason(session: DatabaseSession): Promise<string | undefined> {
  const [row] = await session.query<{ readonly reason: string | null }>(sql`
    SELECT CASE WHEN pg_is_in_recovery() THEN 'the server is a standby'
      WHEN current_setting('default_transaction_read_only') = 'on' THEN 'default_transaction_read_only is on' END AS reason`)
  return row?.reason ?? undefined
}
