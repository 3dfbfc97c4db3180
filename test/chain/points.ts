import { Interphase } from '../../src/engine.ts'
import type { Event } from '../../src/event.ts'
import { execute } from '../support/servers.ts'

/** A point at which a run can be killed. */
export interface Point {
  /** As a walk names it. */
  readonly at: string
  /** What a run does at such a point: phase, path, statement and the name of the point. */
  readonly kind: string
}

/** Rows that the application writes once a release is contracted. */
export type RowsAfter = Readonly<Record<string, readonly string[]>>

interface Passed {
  readonly migration: string
  readonly point: string
  readonly statement: number | undefined
}

/** Walks a chain to its end, and gives the points that it passes. */
export async function pointsOf(directory: string, databaseUrl: string, rowsAfter: RowsAfter): Promise<readonly Point[]> {
  const passed: Passed[] = []
  const texts = new Map<string, string>()
  const inBatches = new Set<string>()
  const emit = (event: Event) => {
    if (event.type === 'migration-started' && event.path === 'batches') inBatches.add(event.migration)
    if (event.type === 'statement-started') texts.set(`${event.migration} ${event.statement}`, event.of === 0 ? 'function' : event.text)
  }
  const crash = (point: string, migration: string, statement?: number) => void passed.push({ migration, point, statement })
  const engine = await Interphase.open({ directory, databaseUrl, emit, crash })
  for (const [to, rows] of Object.entries(rowsAfter)) {
    await engine.upgrade({ to, confirmed: true })
    await execute(databaseUrl, ...rows)
  }
  const stepwise = new Set(passed.filter(({ point }) => point === 'after row').map(({ migration }) => migration))
  return passed.map(({ migration, point, statement }) => {
    const at = [migration, ...(statement === undefined ? [] : [`statement ${statement}`]), point].join(' ')
    const isFunction = texts.get(`${migration} 0`) === 'function'
    const text = statement === undefined ? '' : (texts.get(`${migration} ${statement}`) ?? '')
    const way = inBatches.has(migration) ? 'batches' : stepwise.has(migration) ? 'stepwise' : 'together'
    const path = `${way}${isFunction ? ', a function' : ''}`
    return { at, kind: [migration.replace(/.*\./, ''), path, verbOf(text), point].filter((word) => word !== '').join(', ') }
  })
}

/** The words of a statement that say what it does, without names, values and how the server is to do it. */
function verbOf(text: string): string {
  const bare = text
    .replaceAll(/^\s*--.*$/gm, '')
    .replaceAll(/'[^']*'/g, '')
    .replaceAll(/\((?:[^()]|\([^()]*\))*\)/g, '')
    .replaceAll(/,\s*(?:ALGORITHM|LOCK)=\w+|\bENUM\b/g, '')
  const [verb = '', object = '', ...rest] = bare.match(/\b[A-Z]{2,}\b/g) ?? []
  if (verb === 'ALTER' || rest.includes('INDEX') || object === 'INDEX') return [verb, object, ...rest].join(' ')
  return ['CREATE', 'DROP'].includes(verb) ? `${verb} ${object}` : verb
}
