import { setTimeout as delay } from 'node:timers/promises'
import type { DialectName } from '../src/schema/object.ts'
import { openClient, updateOneRow } from '../test/support/application.ts'
import { timed } from './measure.ts'

/** The delays of an application that updates single rows, in milliseconds. */
export interface PointUpdates {
  readonly p99: number
  readonly longest: number
}

const WARM_UP = 200
/** The pause between two updates, in milliseconds. */
const PAUSE_MS = 2

/**
 * Updates single rows at a steady rate until the parent process sends a message. It is a process of its own, because an application
 * does not share a thread with the engine. The arguments are the server, the URL of the database and the number of rows.
 */
const [dialect, url = '', rows] = process.argv.slice(2)
const client = await openClient(dialect as DialectName, url)
const taken: number[] = []
let isOver = false
process.on('message', () => {
  isOver = true
})
for (let next = 0; !isOver; next++) {
  const id = ((next * 7919) % Number(rows)) + 1
  const ms = await timed(() => updateOneRow(dialect as DialectName, client, id))
  if (next > WARM_UP) taken.push(ms)
  if (next === WARM_UP) process.send?.('ready')
  await delay(PAUSE_MS)
}
await client.end()
const sorted = taken.sort((a, b) => a - b)
const found: PointUpdates = { p99: sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0, longest: sorted.at(-1) ?? 0 }
process.send?.(found, () => process.disconnect())
