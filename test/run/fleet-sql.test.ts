import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readPolicies } from '../../src/project/policies.ts'
import { ROOT } from '../structure/source.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { reasonsWhyContractIsHeld } from '../support/held.ts'
import { removeProjects } from '../support/project.ts'
import { pythonWith, runPython } from '../support/python.ts'
import { onServers, type ServerName } from '../support/servers.ts'

/** An application in Python: it executes one statement, with the parameters in the order of its arguments. */
const APPLICATION = `
import sys
kind, host, port, user, database, statement, *values = sys.argv[1:]
if kind == 'postgres':
    import psycopg2
    connection = psycopg2.connect(host=host, port=int(port), user=user, dbname=database)
else:
    import pymysql
    connection = pymysql.connect(host=host, port=int(port), user=user, database=database)
cursor = connection.cursor()
cursor.execute(statement, [int(value) if value.isdigit() else value for value in values])
connection.commit()
print(cursor.rowcount)
connection.close()
`

describe('the SQL of docs/fleet.md', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('lets an application in Python join, stay and leave, and holds contract meanwhile', async function () {
      const python = await pythonWith(server === 'postgres' ? 'psycopg2' : 'pymysql')
      if (python === undefined) return this.skip()
      const chain = await expanded(server)
      const send = (statement: string, ...values: readonly string[]) =>
        runPython(python, APPLICATION, [...addressOf(chain.url), statement, ...values])
      const heartbeat = blockOf(server === 'postgres' ? 'PostgreSQL: the heartbeat' : 'MySQL and MariaDB: the heartbeat')
      await send(heartbeat, 'shop', 'worker-1', 'r1', 'a worker in Python', '600')
      const first = await onlyInstance(chain)
      expect(first).to.include({
        instance: 'worker-1',
        release: 'r1',
        host: 'a worker in Python',
        leaseSeconds: 600,
        live: true,
        runs: 'yes',
      })
      await send(heartbeat, 'shop', 'worker-1', 'r1', 'a worker in Python', '300')
      const second = await onlyInstance(chain)
      expect(second).to.include({ leaseSeconds: 300, joinedAt: first?.joinedAt })
      expect(Date.parse(second?.lastHeartbeat ?? '')).to.be.at.least(Date.parse(first?.lastHeartbeat ?? ''))
      await send(heartbeat, 'shop', 'worker-2', 'r2', 'a worker in Python', '600')
      expect(await reasonsWhyContractIsHeld(chain)).to.match(/^1 live instance of r1, such as a worker in Python/)
      await send(blockOf('every server: the leave statement'), 'shop', 'worker-1')
      await chain.up({ only: 'contract' })
    })
  })
})

async function expanded(server: ServerName): Promise<ChainOnServer> {
  const { expand, migrate, contract } = readPolicies()
  const policies = { expand, migrate, contract: { ...contract, opens: [...contract.opens, 'fleet'] } }
  const files = Object.entries(policies).map(([phase, policy]) => [`/phases/${phase}.json`, JSON.stringify(policy)])
  const releases = {
    'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
    'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
  }
  const chain = await recordedOn(server, { ...releases, ...Object.fromEntries(files) }, { phases: 'phases' })
  await chain.up({ to: 'r1' })
  await chain.up({ phase: 'migrate' })
  return chain
}

/** The statement of the page whose first line is this comment. */
function blockOf(comment: string): string {
  const page = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8')
  const block = [...page.matchAll(/^```sql\n(.*?)^```/gms)].map(([, text = '']) => text).find((text) => text.startsWith(`-- ${comment}`))
  if (block === undefined) throw new Error(`docs/fleet.md has no block ${comment}`)
  return block
}

function addressOf(url: string): readonly string[] {
  const { protocol, hostname, port, username, pathname } = new URL(url)
  return [protocol.replace(':', ''), hostname, port, decodeURIComponent(username), pathname.slice(1)]
}

async function onlyInstance(chain: ChainOnServer) {
  const { instances } = await (await chain.open()).fleet()
  expect(instances).to.have.lengthOf(1)
  return instances[0]
}
