import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

/** Routines with statements that no migration may execute, as administrators write them for an application. */
const BASE = {
  'r1/010-helpers.expand.sql': `CREATE TABLE member (id int PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION admit(who name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'CREATE USER ' || quote_ident(who);
  EXECUTE 'ALTER GROUP members ADD USER ' || quote_ident(who);
END $$;
CREATE FUNCTION stop(session int) RETURNS boolean LANGUAGE sql AS $$ SELECT pg_terminate_backend(session) $$;
CREATE FUNCTION size_of(object oid) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  handle int := lo_open(object, 262144);
BEGIN
  RETURN lo_lseek(handle, 0, 2);
END $$;
CREATE PROCEDURE tell(text) LANGUAGE plpgsql AS $$ BEGIN PERFORM dblink_exec('dbname=elsewhere', $1); END $$;`,
}

describe('the definition of a routine that contains statements which no migration may execute', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    it('is recorded, run and adopted', async () => {
      const chain = await recordedOn(server, BASE)
      await chain.up()
      expect((await (await chain.open()).check()).findings.filter(({ severity }) => severity === 'error')).to.deep.equal([])
      expect((await (await chain.open()).status({ compareSchema: true })).exitCode).to.equal(0)
      const live = await chainOn(server, {})
      await live.sql(BASE['r1/010-helpers.expand.sql'])
      await (await chain.open({ databaseUrl: live.url })).adopt()
      expect((await (await chain.open({ databaseUrl: live.url })).status({ compareSchema: true })).exitCode).to.equal(0)
    })

    for (const [call, name] of [
      ["SELECT admit('ann')", 'admit(name)'],
      ['INSERT INTO member SELECT 1, stop(1)::text', 'stop(integer)'],
      ['SELECT "size_of" (4711)', 'size_of(oid)'],
      ["CALL public.tell('x')", 'tell(text)'],
    ] as const) {
      it(`cannot be called: ${call}`, async () => {
        const chain = await recordedOn(server, BASE)
        chain.put({ 'r2/010-call.migrate.sql': `\n${call};` })
        const { facts } = await rejected(chain.record(), 'statement.refused')
        expect(facts).to.include({ statement: `a call of ${name}`, line: 2 })
      })
    }

    it('cannot be called by sample rows', async () => {
      const chain = await recordedOn(server, BASE)
      chain.put({ 'r2/010-more.expand.sql': 'ALTER TABLE member ADD COLUMN note text;', 'r2/rows/member.sql': "SELECT admit('ann');" })
      await rejected(chain.record(), 'statement.refused')
    })
  })
})
