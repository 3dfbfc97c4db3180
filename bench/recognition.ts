import { countDifferingTablesByChainPoint } from '../src/adopt/differing-tables.ts'
import type { PlannedChainPoint } from '../src/adopt/known-points.ts'
import { findChainPointsEqualToLive } from '../src/adopt/recognise.ts'
import { loadDialect } from '../src/dialects/open.ts'
import { applyDifferences } from '../src/schema/difference.ts'
import { makeSchemaState, objectsOfState, type SchemaState } from '../src/schema/state.ts'
import { median, timed } from './measure.ts'
import { type Bound, bound } from './report.ts'
import type { Server } from './server.ts'

const TABLES = 300
const STATES = 500

/** Reading a schema of 300 tables, and finding it among 500 known states. */
export async function measureRecognition(server: Server, rounds: number) {
  const url = await server.emptyDatabase('bench_recognition')
  const dialect = await loadDialect('postgres')
  const session = await dialect.open({ url, purpose: 'bench' })
  const samples = { 'read 300 tables': [] as number[], 'find among 500 states': [] as number[] }
  try {
    for (let table = 0; table < TABLES; table++) await session.execute(tableOf(table), { file: 'bench', line: table })
    for (let round = 0; round < rounds; round++) {
      let live: SchemaState | undefined
      samples['read 300 tables'].push(
        await timed(async () => {
          live = (await dialect.catalog.read(session, 'whole')).state
        }),
      )
      if (!live) continue
      const [points, comparison] = [pointsBefore(live), { live, leniency: LENIENCY }]
      samples['find among 500 states'].push(
        await timed(async () => {
          if (findChainPointsEqualToLive(comparison, points)?.points.length !== 1) throw new Error('the schema was not found')
        }),
      )
      if (countDifferingTablesByChainPoint(live, LENIENCY, points).at(-1) !== 0) throw new Error('the newest state differs')
    }
  } finally {
    await session.close()
  }
  const ratio = (median(samples['read 300 tables']) + median(samples['find among 500 states'])) / median(samples['read 300 tables'])
  const bounds: readonly Bound[] = [bound('recognition : reading', ratio, 2, 'times')]
  return { samples, bounds }
}

function tableOf(table: number): string {
  const columns = Array.from({ length: 10 }, (_, column) => `value_${column} text DEFAULT 'x'`)
  return `CREATE TABLE thing_${table} (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, ${columns.join(', ')})`
}

/**
 * The points of a chain that added one column after the other, and ended in this schema. Its objects are copies, as those of
 * files are.
 */
function pointsBefore(live: SchemaState): readonly PlannedChainPoint[] {
  const end = makeSchemaState([...objectsOfState(live)].map((object) => structuredClone(object)))
  const columns = [...objectsOfState(end)].filter((object) => object.kind === 'column' && object.name.startsWith('value_'))
  const points: PlannedChainPoint[] = []
  let state = end
  for (let index = STATES - 1; index >= 0; index--) {
    points.unshift({ release: 'r', through: `r/${index}.expand`, done: [], state, rows: false })
    const column = columns[index]
    if (column) state = applyDifferences(state, [{ kind: 'removed', object: column }])
  }
  return points
}

const LENIENCY = {
  dialect: 'postgres',
  collations: new Set<string>(),
  exempt: new Set<string>(),
  partitions: 'ignore',
  compareTexts: true,
  compareGeneratedNames: true,
} as const
