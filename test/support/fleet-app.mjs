// JavaScript, so that a process starts without a loader. One instance of a small application: the code of one release.
import { pathToFileURL } from 'node:url'
import { createPool } from 'mysql2/promise'
import pg from 'pg'

const [, , library, settings] = process.argv
const { assertCompatible, joinFleet } = await import(pathToFileURL(library).href)
/** @type {import('./fleet-app.ts').InstanceSettings} */
const { url, release, joins, name, leaseSeconds, column } = JSON.parse(settings)

const pool = url.startsWith('postgres')
  ? new pg.Pool({ connectionString: url, max: 2, idleTimeoutMillis: 0, ...(name !== undefined && { application_name: name }) })
  : createPool({
      uri: url.replace(/^mariadb:/, 'mysql:'),
      connectionLimit: 2,
      ...(name !== undefined && { connectAttributes: { program_name: name } }),
    })
// An idle connection of pg that the server ends is no reason to end the process.
pool.on?.('error', () => undefined)

const fleet = { database: pool, project: 'shop', release }
let member
if (joins) {
  member = joinFleet({ ...fleet, instance: `${release} ${process.pid}`, heartbeatSeconds: 1, leaseSeconds })
  await member.joined
  try {
    await assertCompatible(fleet)
  } catch (error) {
    process.send({ type: 'refused', message: `${error.name}: ${error.message}` })
    await member.leave()
    await pool.end()
    process.exit(3)
  }
}
await work()
process.send({ type: 'ready' })

/** Reads in the words of its own release. */
async function work() {
  await pool.query(`SELECT id, ${column} FROM item ORDER BY id`)
}

process.on('message', (order) => void obey(order))

async function obey(order) {
  if (order === 'work') {
    const problem = await work().then(
      () => undefined,
      (error) => String(error),
    )
    process.send({ type: 'worked', problem })
  }
  if (order === 'stop') {
    await member?.leave()
    await pool.end()
    process.disconnect()
  }
}
