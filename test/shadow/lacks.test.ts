import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'

// Neither is on any server: a test that leaves a role behind takes it away again.
const ROLE = `absent "${process.pid}"`

describe('a base that needs what the shadow lacks', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    const sql = async (...statements: readonly string[]) => execute((await serverUrl(server)) ?? '', ...statements)
    const lacking = async (base: string, more: Files = {}) => {
      const chain = await chainOn(server, { 'r1/010-base.expand.sql': base, ...more })
      const error = await rejected(chain.record(), 'record.lacks')
      return { chain, error }
    }
    /** The line that a way says to add to the set-up file. */
    const added = (ways: readonly string[], file: string) => {
      const way = ways.find((line) => line.startsWith(`add to ${file}: `))
      return way?.slice(`add to ${file}: `.length) ?? ''
    }
    const quoted = `"${ROLE.replaceAll('"', '""')}"`
    const base = `CREATE TABLE a (id int PRIMARY KEY);\nALTER TABLE a OWNER TO ${quoted};`

    after(() => sql(`DROP ROLE IF EXISTS ${quoted}`))

    it('an owner: the line that the error names makes it, and makes it again', async () => {
      const { chain, error } = await lacking(base)
      expect(error.message).to.include('releases/r1/010-base.expand.sql:2').and.include('pg_dump --no-owner --no-privileges')
      chain.put({ '/shadow.setup.postgres.sql': added(error.facts.ways, 'shadow.setup.postgres.sql') })
      await chain.record()
      chain.put({ 'r2/010-b.expand.sql': 'CREATE TABLE b (id int PRIMARY KEY);' })
      await chain.record()
      await sql(`DROP ROLE IF EXISTS ${quoted}`)
    })

    it('and names the set-up file that the project has', async () => {
      const { chain, error } = await lacking(base, { '/shadow.setup.sql': '-- nothing yet' })
      chain.put({ '/shadow.setup.sql': added(error.facts.ways, 'shadow.setup.sql') })
      await chain.record()
      await sql(`DROP ROLE IF EXISTS ${quoted}`)
    })

    it('a schema', async () => {
      const { chain, error } = await lacking('CREATE TABLE "Sales".a (id int PRIMARY KEY);')
      chain.put({ '/shadow.setup.postgres.sql': added(error.facts.ways, 'shadow.setup.postgres.sql') })
      await chain.record()
    })

    it('an extension', async () => {
      const { error } = await lacking('CREATE EXTENSION no_such_extension;')
      expect(error.facts.needs).to.equal('the extension "no_such_extension"')
      expect(error.message).to.include('INTERPHASE_SHADOW_POSTGRES_URL').and.include('--exclude-extension=no_such_extension')
    })

    it('a tablespace', async () => {
      const { error } = await lacking('CREATE TABLE a (id int PRIMARY KEY) TABLESPACE fast;')
      expect(error.message).to.include('pg_dump --no-tablespaces')
    })

    it('a tablespace, an access method or a locale, as a dump names it', async () => {
      for (const [base, needs, way] of [
        ['SET default_tablespace = fast;', 'the tablespace "fast"', /--no-tablespaces/],
        ['SET default_table_access_method = stack;', 'the access method "stack"', /--no-table-access-method/],
        ['CREATE TABLE a (id int PRIMARY KEY) USING stack;', 'the access method "stack"', /INTERPHASE_SHADOW_POSTGRES_URL/],
        [
          'CREATE TABLE a (n text COLLATE pg_catalog."xx_YY.utf8");',
          'the locale xx_YY.utf8 of the operating system',
          /SHADOW_POSTGRES_URL/,
        ],
        [
          "CREATE COLLATION public.far (provider = libc, locale = 'xx_YY.utf8');",
          'the locale xx_YY.utf8 of the operating system',
          /SHADOW_POSTGRES_URL/,
        ],
      ] as const) {
        const { error } = await lacking(base)
        expect(error.facts.needs).to.equal(needs)
        expect(error.message).to.match(way)
      }
    })

    it('a type or function of an extension, which a dump of one schema leaves out: the set-up file can create it', async () => {
      for (const table of [
        'CREATE TABLE public.a (name public.citext);',
        "CREATE TABLE public.a (name text DEFAULT public.crypt('a', 'b'));",
      ]) {
        const base = `-- PostgreSQL database dump\nSELECT pg_catalog.set_config('search_path', '', false);\n${table}`
        const chain = await chainOn(server, { 'r1/010-base.expand.sql': base })
        expect((await rejected(chain.record(), 'record.failed')).message).to.include('add CREATE EXTENSION to shadow.setup.postgres.sql')
        chain.put({ '/shadow.setup.postgres.sql': 'CREATE EXTENSION citext; CREATE EXTENSION pgcrypto;' })
        await chain.record()
        await chain.sql('CREATE EXTENSION citext', 'CREATE EXTENSION pgcrypto')
        await chain.up()
        expect((await chain.status()).exitCode).to.equal(0)
      }
    })
  })

  onServers(['mysql', 'mariadb'], (server) => {
    const user = `absent${process.pid}`
    after(async () => execute((await serverUrl(server)) ?? '', `DROP USER IF EXISTS '${user}'@'%', '${user}d'@'%'`))

    it('a definer: the line that the error names makes him, and the base serves', async () => {
      const definer = `DEFINER=\`${user}d\`@\`%\``
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': `CREATE TABLE plan (id int PRIMARY KEY, label varchar(30));
CREATE TABLE audit (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(40));
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 ${definer}*/ /*!50003 TRIGGER plan_one AFTER INSERT ON plan FOR EACH ROW INSERT INTO audit (what) VALUES ('x') */;;
CREATE ${definer} FUNCTION label_of(p int) RETURNS varchar(30) CHARSET utf8mb4 READS SQL DATA RETURN (SELECT label FROM plan WHERE id = p) ;;
DELIMITER ;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 ${definer} SQL SECURITY DEFINER */
/*!50001 VIEW \`v\` AS select \`plan\`.\`id\` AS \`id\`,label_of(\`plan\`.\`id\`) AS l from \`plan\` */;
CREATE VIEW w AS SELECT id, l FROM v;`,
        'r2/010-size.expand.sql': 'ALTER TABLE plan ADD COLUMN size int;',
      })
      const { facts } = await rejected(chain.record(), 'record.lacks')
      const file = `shadow.setup.${server}.sql`
      chain.put({ [`/${file}`]: facts.ways[0]?.slice(`add to ${file}: `.length) ?? '' })
      await chain.record()
      await chain.sql(`GRANT ALL ON ${new URL(chain.url).pathname.slice(1)}.* TO '${user}d'@'%'`)
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('a user who is granted something', async () => {
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': `CREATE TABLE a (id int PRIMARY KEY);\nGRANT SELECT ON a TO '${user}'@'%';`,
      })
      const { facts } = await rejected(chain.record(), 'record.lacks')
      const file = `shadow.setup.${server}.sql`
      chain.put({ [`/${file}`]: facts.ways[0]?.slice(`add to ${file}: `.length) ?? '' })
      await chain.record()
    })
  })
})
