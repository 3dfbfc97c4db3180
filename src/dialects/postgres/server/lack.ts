import type { MissingPrerequisite } from '../../../dialect/lack.ts'
import { renderSql, type SqlStatement, sql, sqlName } from '../../../dialect/sql.ts'
import { type InterphaseError, isError } from '../../../error.ts'
import { postgresSqlNotation } from '../text/notation.ts'

/**
 * Returns the object that a failed statement needs and that the server does not have, with remedies. The object is a role,
 * schema, tablespace, access method, locale or extension. Returns undefined for every other error.
 */
export function findMissingPostgresPrerequisite(error: InterphaseError): MissingPrerequisite | undefined {
  if (!isError(error, 'statement.failed')) return undefined
  const { sqlState, message, detail = '' } = error.facts
  for (const { states, pattern, lack } of LACKS) {
    const found = states.includes(sqlState) ? (pattern.exec(message) ?? pattern.exec(detail))?.[1] : undefined
    if (found !== undefined) return lack(found)
  }
  return undefined
}

interface Pattern {
  readonly states: readonly string[]
  /**
   * Matches the message of the server, or the detail of the message, in English. English is the language of the embedded server.
   */
  readonly pattern: RegExp
  readonly lack: (found: string) => MissingPrerequisite
}

const NAME_SERVER = 'name a server that has it: shadow.postgres.url in the configuration, or INTERPHASE_SHADOW_POSTGRES_URL'

const LACKS: readonly Pattern[] = [
  {
    states: ['42704'],
    pattern: /^role "(.+)" does not exist$/,
    // The remedy creates a role only if the role does not exist. The check is needed because a role remains when the scratch
    // database is dropped, and because CREATE ROLE has no IF NOT EXISTS.
    lack: (role) => ({
      missing: `the role "${role}"`,
      remedies: (setup) => [
        `add to ${setup}: DO $$ BEGIN ${textOf(sql`CREATE ROLE ${sqlName(role)}`)}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`,
        'or dump without owners and grants: pg_dump --no-owner --no-privileges',
      ],
    }),
  },
  {
    states: ['3F000'],
    pattern: /^schema "(.+)" does not exist$/,
    lack: (schema) => ({
      missing: `the schema "${schema}"`,
      remedies: (setup) => [`add to ${setup}: ${textOf(sql`CREATE SCHEMA ${sqlName(schema)}`)};`],
    }),
  },
  {
    // A dump selects the tablespace with SET default_tablespace. The server names the missing tablespace only in the detail of
    // the error.
    states: ['42704', '22023'],
    pattern: /^tablespace "(.+)" does not exist\.?$/i,
    lack: (tablespace) => ({
      missing: `the tablespace "${tablespace}"`,
      remedies: () => ['dump without tablespaces: pg_dump --no-tablespaces'],
    }),
  },
  {
    states: ['42704', '22023'],
    pattern: /^(?:table )?access method "(.+)" does not exist\.?$/i,
    lack: (method) => ({
      missing: `the access method "${method}"`,
      remedies: () => [
        NAME_SERVER,
        'or, for an access method of tables, dump without it: pg_dump --no-table-access-method, from version 15 on',
      ],
    }),
  },
  {
    // The server takes its collations from the operating system, so another machine can have other collations.
    states: ['42704', '22023'],
    pattern: /^(?:collation "pg_catalog\.|could not create locale ")(.+?)"(?: for encoding "[^"]+" does not exist$|: )/,
    lack: (locale) => ({ missing: `the locale ${locale} of the operating system`, remedies: () => [NAME_SERVER] }),
  },
  {
    states: ['0A000', '58P01'],
    pattern: /^(?:extension "|could not open extension control file ".*\/)([^"]+?)(?:\.control"|" is not available)/,
    lack: (extension) => ({
      missing: `the extension "${extension}"`,
      remedies: () => [
        NAME_SERVER,
        `where no object uses it, dump without it: pg_dump --extension with those to keep, or from version 17 on --exclude-extension=${extension}`,
      ],
    }),
  },
]

function textOf(statement: SqlStatement): string {
  return renderSql(statement, postgresSqlNotation).text
}
