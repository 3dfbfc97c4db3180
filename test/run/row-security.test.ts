import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'

const BASE = `CREATE TABLE item (id int PRIMARY KEY, tenant text NOT NULL, a text);
ALTER TABLE item ENABLE ROW LEVEL SECURITY; ALTER TABLE item FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON item USING (tenant = current_setting('app.tenant', true));`
const ROWS = "INSERT INTO item VALUES (1, 'x', 'a'), (2, 'y', 'b')"

/** Data steps and contracts that read or write the rows of `item`, which the policy hides. */
const MIGRATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a data step': { 'r2/010-b.migrate.sql': 'UPDATE item SET a = upper(a);' },
  'a data step in batches': { 'r2/010-b.migrate.sql': '-- interphase: batch item\nUPDATE item SET a = upper(a) WHERE :batch;' },
  'a function': { 'r2/010-b.migrate.ts': "export const up = ({ context }) => context.sequelize.query('UPDATE item SET a = upper(a)')" },
  'a rule of contract': { 'r2/010-b.contract.sql': 'ALTER TABLE item ADD CONSTRAINT short CHECK (length(a) > 1);' },
}

describe('rows that a policy hides from the role of the run', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    const role = `hidden_${randomBytes(4).toString('hex')}`
    before(async () => execute((await serverUrl(server)) ?? '', `CREATE ROLE ${role} LOGIN PASSWORD 'x'`))

    const chainWith = async (files: Readonly<Record<string, string>>) => {
      const chain = await recordedOn(server, { 'r1/010-base.expand.sql': BASE, ...files })
      const database = new URL(chain.url).pathname.slice(1)
      await chain.sql(`ALTER DATABASE ${database} OWNER TO ${role}`, `ALTER SCHEMA public OWNER TO ${role}`)
      const url = new URL(chain.url)
      url.username = role
      url.password = 'x'
      const upgrade = async (to?: string) =>
        (await chain.open({ databaseUrl: url.href })).upgrade({ confirmed: true, ...(to !== undefined && { to }) })
      await upgrade('r1')
      await chain.sql(ROWS)
      return { chain, upgrade }
    }
    const valuesIn = async (chain: ChainOnServer) => (await chain.sql('SELECT a FROM item ORDER BY id')).map(({ a }) => a)

    for (const [what, files] of Object.entries(MIGRATIONS))
      it(`stop ${what}`, async () => {
        const { chain, upgrade } = await chainWith(files)
        const { message, remedy } = await rejected(upgrade(), 'database.privilege')
        expect(message).to.match(/row-level security policy for table "item"/)
        expect(remedy).to.match(/BYPASSRLS/)
        expect(await valuesIn(chain)).to.deep.equal(['a', 'b'])
        await chain.sql(`ALTER ROLE ${role} BYPASSRLS`)
        try {
          if (what !== 'a rule of contract') {
            await upgrade()
            expect(await valuesIn(chain)).to.deep.equal(['A', 'B'])
          }
        } finally {
          await chain.sql(`ALTER ROLE ${role} NOBYPASSRLS`)
        }
      })

    it('are left out by a file that asks for it', async () => {
      const file = "SET row_security = on; SET app.tenant = 'x'; UPDATE item SET a = upper(a);"
      const { chain, upgrade } = await chainWith({ 'r2/010-b.migrate.sql': file })
      await upgrade()
      expect(await valuesIn(chain)).to.deep.equal(['A', 'b'])
    })
  })
})
