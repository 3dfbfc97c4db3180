import type { Release } from '../release/migration.ts'
import { type Boundary, onDatabase, runScript } from '../shadow/boundary.ts'
import type { ShadowServer } from '../shadow/shadow-server.ts'
import { type Filled, type Filling, fill } from './fill.ts'

/** A scratch database with the schema before a release and rows in it: what both orders and all probes begin from. */
export interface FilledShadow {
  readonly database: string
  readonly filled: readonly Filled[]
  /** Some of the rows are generated. */
  readonly isGenerated: boolean
  readonly seed: number
}

/** The rows of `rows/`, and generated ones besides them. Every order starts from a copy, so all meet the very same rows. */
export async function fillShadow(shadows: ShadowServer, release: Release, boundary: Boundary, filling: Filling): Promise<FilledShadow> {
  const { server, dialect, signal } = shadows
  const database = filling.rows > 0 ? 'filled' : 'loaded'
  const filled = await onDatabase(dialect, await server.copy(boundary.name, database), async (session) => {
    for (const rows of release.rows) await runScript(session, dialect, rows, 'record.rows')
    return filling.rows > 0 ? fill({ session, dialect, signal }, boundary.reading.state, filling) : []
  })
  const generated = filled.reduce((sum, { rows }) => sum + rows, 0)
  if (filling.rows > 0) {
    shadows.emit({
      type: 'rows-generated',
      release: release.name,
      dialect: dialect.name,
      rows: generated,
      tables: filled.length,
      short: filled.flatMap(shortage),
    })
  }
  return { database, filled, isGenerated: generated > 0, seed: filling.seed }
}

function shortage({ table, rows, because }: Filled): readonly string[] {
  if (because === undefined) return []
  return [
    `table ${table} has ${rows === 0 ? 'no generated rows' : `only ${rows} generated rows`}: ${because}; rows/ can give it what it needs`,
  ]
}
