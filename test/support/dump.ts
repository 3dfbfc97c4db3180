import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, isProgram, outputOf } from './program.ts'
import { execute, freshDatabase, type ServerName } from './servers.ts'

/** The URL of a restored database, and how the database was created. */
export interface Restored {
  readonly url: string
  readonly how: 'pg_dump' | 'printed again'
}

/**
 * Creates a new database from a dump of a database, with the ledger and the rows. If this machine has no pg_dump for the server,
 * the database is copied, and the server parses its own printed definitions in the copy. The definitions then equal those of a
 * dump. `options` are options of pg_dump.
 */
export async function restored(server: ServerName, url: string, options: readonly string[] = []): Promise<Restored> {
  const program = await pgDumpFor(url)
  const target = await freshDatabase(server)
  if (program === undefined) {
    const [from, to] = [url, target].map((one) => new URL(one).pathname.slice(1))
    const maintenance = new URL(url)
    maintenance.pathname = '/postgres'
    await execute(maintenance.href, `DROP DATABASE ${to}`, `CREATE DATABASE ${to} TEMPLATE ${from}`)
    await execute(target, PRINTED_AGAIN)
    return { url: target, how: 'printed again' }
  }
  const dump = await outputOf(program, ['--no-owner', '--inserts', ...options, '--dbname', url])
  // The lines with commands for psql are removed, because the server does not accept them.
  await execute(target, dump.replaceAll(/^\\.*$/gm, ''))
  return { url: target, how: 'pg_dump' }
}

/**
 * Returns the oldest pg_dump that supports the server: from TEST_PG_DUMP, the distribution, or the PATH. A newer pg_dump writes
 * settings that the server does not have.
 */
async function pgDumpFor(url: string): Promise<string | undefined> {
  const [row] = await execute(url, "SELECT current_setting('server_version_num')::int / 10000 AS major")
  const root = '/usr/lib/postgresql'
  const versions = await readdir(root).catch(() => [])
  const paths = [
    process.env['TEST_PG_DUMP'],
    ...versions.map((version) => join(root, version, 'bin', 'pg_dump')),
    await findProgram('pg_dump'),
  ]
  const found = await Promise.all(paths.map(async (path) => ({ path, major: path && (await isProgram(path)) ? await majorOf(path) : 0 })))
  return found.filter(({ major }) => major >= Number(row?.['major'])).sort((a, b) => a.major - b.major)[0]?.path
}

async function majorOf(program: string): Promise<number> {
  return Number(/\) (\d+)/.exec(await outputOf(program, ['--version']))?.[1] ?? 0)
}

// Creates the objects of a database again from their printed definitions. An object that must be dropped and created again
// remains unchanged if other objects depend on it.
const PRINTED_AGAIN = `
DO $do$
DECLARE one text;
BEGIN
  PERFORM set_config('search_path', '', true);
  FOR one IN
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k WHERE k.contype IN ('c', 'x') AND k.conrelid <> 0 AND NOT EXISTS (SELECT FROM pg_description e WHERE e.objoid = k.oid) AND k.conislocal AND k.coninhcount = 0 AND k.connamespace::regnamespace::text !~ '^(pg_|information_schema)'
    UNION ALL SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I; ALTER DOMAIN %s ADD CONSTRAINT %I %s', k.contypid::regtype, k.conname, k.contypid::regtype, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k WHERE k.contype = 'c' AND k.contypid <> 0 AND k.connamespace::regnamespace::text !~ '^(pg_|information_schema)'
    UNION ALL SELECT format('ALTER DOMAIN %s SET DEFAULT %s', t.oid::regtype, pg_get_expr(t.typdefaultbin, 0))
      FROM pg_type t WHERE t.typtype = 'd' AND t.typdefaultbin IS NOT NULL AND t.oid >= 16384
    UNION ALL SELECT format('ALTER TABLE %s %s ALTER %I SET %s', CASE WHEN a.attgenerated = '' THEN 'ONLY' END, d.adrelid::regclass, a.attname,
        CASE WHEN a.attgenerated = '' THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE 'EXPRESSION AS (' || pg_get_expr(d.adbin, d.adrelid) || ')' END)
      FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      WHERE (a.attgenerated = '' OR current_setting('server_version_num')::int >= 170000) AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = d.adrelid)
    UNION ALL SELECT format('DROP INDEX %s; %s', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid))
      FROM pg_index i WHERE i.indexrelid >= 16384 AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        AND NOT EXISTS (SELECT FROM pg_inherits h WHERE i.indexrelid IN (h.inhrelid, h.inhparent))
        AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
    UNION ALL SELECT format('ALTER POLICY %I ON %s', p.polname, p.polrelid::regclass) || COALESCE(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
        || COALESCE(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') FROM pg_policy p
    UNION ALL SELECT format('CREATE OR REPLACE VIEW %s%s AS %s', c.oid::regclass, ' WITH (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid))
      FROM pg_class c WHERE c.relkind = 'v' AND c.oid >= 16384
    UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.oid >= 16384 AND p.prokind IN ('f', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL SELECT regexp_replace(pg_get_ruledef(w.oid), '^CREATE RULE', 'CREATE OR REPLACE RULE') FROM pg_rewrite w WHERE w.rulename <> '_RETURN' AND w.oid >= 16384
    UNION ALL SELECT format('DROP TRIGGER %I ON %s; %s', g.tgname, g.tgrelid::regclass, pg_get_triggerdef(g.oid))
      FROM pg_trigger g WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgenabled = 'O'
    UNION ALL SELECT format('DROP STATISTICS %I.%I; %s', s.stxnamespace::regnamespace, s.stxname, pg_get_statisticsobjdef(s.oid)) FROM pg_statistic_ext s
      WHERE NOT EXISTS (SELECT FROM pg_description e WHERE e.objoid = s.oid)
  LOOP
    BEGIN
      EXECUTE one;
    EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION '% of %', SQLERRM, one;
    END;
  END LOOP;
END $do$`
