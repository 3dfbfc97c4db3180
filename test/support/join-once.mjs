// Joins the fleet as an instance that then dies, if the file `join` is in this directory. The command of a gate.
import { existsSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { createPool } from 'mysql2/promise'
import pg from 'pg'

const [, , library, url, release] = process.argv
if (existsSync('join')) {
  rmSync('join')
  const { joinFleet } = await import(pathToFileURL(library).href)
  const database = url.startsWith('postgres') ? new pg.Pool({ connectionString: url }) : createPool(url.replace(/^mariadb:/, 'mysql:'))
  if (!(await joinFleet({ database, project: 'shop', release, instance: 'late', leaseSeconds: 600 }).joined)) process.exit(1)
  await database.end()
}
