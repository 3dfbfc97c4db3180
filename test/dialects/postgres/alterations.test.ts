import { expect } from 'chai'
import { readPolicies } from '../../../src/project/policies.ts'
import { differences } from '../../../src/schema/difference.ts'
import { chainOn, type Files } from '../../support/chain.ts'
import { removeProjects } from '../../support/project.ts'
import { onServers, type ServerName } from '../../support/servers.ts'
import { EVERYTHING } from './everything.ts'

/** Statements that change one object each, in the order in which they are executed. Of most of them no lock tells the object. */
const ALTERATIONS: readonly string[] = String.raw`
ALTER DOMAIN email DROP CONSTRAINT at
ALTER DOMAIN small ADD CONSTRAINT even CHECK (VALUE % 2 = 0) NOT VALID
ALTER DOMAIN small VALIDATE CONSTRAINT even
ALTER DOMAIN small RENAME CONSTRAINT even TO is_even
ALTER DOMAIN small DROP NOT NULL
ALTER TYPE mood ADD VALUE 'glad' BEFORE 'sad'
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'
ALTER TYPE span RENAME TO range_of_floats
ALTER COLLATION german RENAME TO deutsch
ALTER FUNCTION answer() COST 7
ALTER FUNCTION answer() SET work_mem = '1MB'
ALTER FUNCTION answer() DEPENDS ON EXTENSION hstore
ALTER TRIGGER marks ON "User" DEPENDS ON EXTENSION hstore
ALTER PROCEDURE forget(int, text) SECURITY DEFINER
ALTER AGGREGATE total(int) RENAME TO sum_of
ALTER SEQUENCE counter CACHE 4
ALTER SEQUENCE invoice_number_seq INCREMENT 3
ALTER TABLE numbered ALTER number SET START 7
ALTER VIEW keyed ALTER COLUMN id SET DEFAULT 6
ALTER VIEW keyed ALTER COLUMN name DROP DEFAULT
ALTER VIEW names SET (security_barrier)
ALTER RULE keeps ON ruled RENAME TO holds
COMMENT ON RULE holds ON ruled IS NULL
DROP RULE holds ON ruled
CREATE RULE loses AS ON DELETE TO ruled DO INSTEAD NOTHING
DROP STATISTICS counts_st
COMMENT ON STATISTICS user_st IS 'for nobody'
ALTER OPERATOR === (text, text) SET (RESTRICT = eqsel)
ALTER OPERATOR FAMILY whole USING btree ADD OPERATOR 5 > (int, bigint)
ALTER OPERATOR FAMILY whole USING btree DROP OPERATOR 5 (int, bigint)
ALTER OPERATOR CLASS whole_4 USING hash RENAME TO hashed_4
COMMENT ON OPERATOR FAMILY whole USING btree IS 'whole numbers'
COMMENT ON OPERATOR FAMILY whole USING btree IS NULL
DROP OPERATOR FAMILY whole_4 USING hash CASCADE
DROP CONVERSION latin
ALTER TEXT SEARCH CONFIGURATION few ALTER MAPPING FOR word WITH simple
ALTER TEXT SEARCH CONFIGURATION few DROP MAPPING FOR word
ALTER TEXT SEARCH DICTIONARY short (stopwords = 'german')
ALTER TEXT SEARCH PARSER words RENAME TO tokens
ALTER TEXT SEARCH TEMPLATE plain RENAME TO bare
DROP TRANSFORM FOR mood LANGUAGE plpgsql
DROP ACCESS METHOD pile
DROP CAST (text AS mood)
ALTER PUBLICATION news SET TABLE animal (id)
ALTER PUBLICATION news SET TABLE animal WHERE (id > 2)
ALTER PUBLICATION news SET (publish = 'insert, delete')
ALTER PUBLICATION papers DROP TABLES IN SCHEMA "Audit"
ALTER PUBLICATION papers ADD TABLE animal
COMMENT ON PUBLICATION papers IS 'daily'
COMMENT ON PUBLICATION papers IS NULL
ALTER EVENT TRIGGER watches DISABLE
COMMENT ON SCHEMA "Audit" IS 'who did what'
COMMENT ON SCHEMA "Audit" IS NULL
COMMENT ON FUNCTION answer() IS 'of everything'
COMMENT ON FUNCTION answer() IS NULL
DO $$ BEGIN EXECUTE 'ALTER DOMAIN small DROP CONST' || 'RAINT is_even'; END $$
`
  .split('\n')
  .filter((line) => line !== '')

// hstore is there for what depends on an extension.
const BASE = `CREATE EXTENSION hstore;\n${EVERYTHING}`

describe('postgres: an alteration of any object', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    it('is recorded, and found done on a target', () => areRecorded(server))
  })
})

async function areRecorded(server: ServerName): Promise<void> {
  const changes = ALTERATIONS.map((text, index) => [`r2/${index + 100}-it.expand.sql`, `${text};\n`])
  const chain = await chainOn(server, { 'r1/010-base.expand.sql': BASE, ...Object.fromEntries(changes), ...admittingAll() }, ADMITTED)
  await chain.record()
  const engine = await chain.open()
  // After each migration its objects are compared with the live ones, and at the end everything is.
  await chain.up()
  const { schema, exitCode } = await chain.status()
  expect([schema, exitCode]).to.deep.equal(['as planned', 0])
  const ids = ['r1/010-base.expand', ...ALTERATIONS.map((_, index) => `r2/${index + 100}-it.expand`)]
  const silent: string[] = []
  let before = await engine.stateAt(ids[0] ?? '', 'postgres')
  for (const [index, text] of ALTERATIONS.entries()) {
    const after = await engine.stateAt(ids[index + 1] ?? '', 'postgres')
    if (differences(before, after).length === 0) silent.push(text)
    before = after
  }
  expect(silent).to.deep.equal([])
}

const ADMITTED = { phases: 'phases' }

/** The shipped policies, where expand admits every effect. */
function admittingAll(): Files {
  const { expand } = readPolicies()
  const policies = { ...readPolicies(), expand: { ...expand, admits: { ...expand.admits, ...expand.refuses }, refuses: {} } }
  return Object.fromEntries(Object.entries(policies).map(([phase, policy]) => [`/phases/${phase}.json`, JSON.stringify(policy)]))
}
