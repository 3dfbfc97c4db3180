import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OneStatement } from './migrations.ts'

const RELEASE = '1-everything'

/** A project of interphase with one release, recorded on the server of this URL. Gives its directory. */
export async function interphaseProject(within: string, migrations: readonly OneStatement[], server: string): Promise<string> {
  const root = join(within, 'interphase')
  const release = join(root, 'releases', RELEASE)
  await mkdir(release, { recursive: true })
  const config = { project: 'bench', dialects: ['postgres'], shadow: { postgres: { url: server } } }
  await writeFile(join(root, 'interphase.config.json'), JSON.stringify(config, null, 2))
  for (const { name, sql } of migrations) await writeFile(join(release, `${name}.sql`), `${sql}\n`)
  return root
}

/** The same migrations as knex wants them. Gives its directory. */
export async function knexProject(within: string, migrations: readonly OneStatement[], database: string): Promise<string> {
  const root = join(within, 'knex')
  const directory = join(root, 'migrations')
  await mkdir(directory, { recursive: true })
  // Its command line wants to find knex from the project.
  await symlink(join(import.meta.dirname, '..', 'node_modules'), join(root, 'node_modules'))
  const config = { client: 'pg', connection: database, migrations: { directory } }
  await writeFile(join(root, 'knexfile.cjs'), `module.exports = ${JSON.stringify(config, null, 2)}\n`)
  for (const { name, sql } of phased(migrations)) {
    await writeFile(
      join(directory, `${name}.cjs`),
      `exports.up = (knex) => knex.raw(${JSON.stringify(sql)})\nexports.down = () => undefined\n`,
    )
  }
  return root
}

/** Knex sorts by name: the order in which they run is made the order of the names. */
export function phased(migrations: readonly OneStatement[]): readonly OneStatement[] {
  const [expands, indexes] = [/\.expand$/, /\.migrate$/].map((phase) => migrations.filter(({ name }) => phase.test(name)))
  return [...(expands ?? []), ...(indexes ?? [])].map(({ name, sql }, index) => ({
    name: `${String(index + 1).padStart(4, '0')}_${name.replaceAll(/\W/g, '_')}`,
    sql,
  }))
}
