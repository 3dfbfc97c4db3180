import { type ErrorWordings, formatList, makeChoices, makeSteps } from './wording.ts'

/** The facts of the errors about connections and privileges. */
export interface DatabaseErrorFacts {
  'database.no-url': { readonly command: string }
  'database.bad-url': { readonly problem: string }
  'database.unreachable': { readonly where: string; readonly problem: string }
  'database.refused': { readonly where: string; readonly problem: string }
  'database.login': { readonly where: string; readonly user: string }
  'database.missing': { readonly where: string; readonly database: string }
  'database.no-schema': { readonly where: string; readonly path: string }
  'database.privilege': { readonly doing: string; readonly problem: string }
  'database.read-only': { readonly doing: string; readonly problem: string }
  'database.pooler': { readonly where: string }
  'database.version': { readonly dialect: string; readonly found: string; readonly needs: string }
  'database.lost': { readonly doing: string; readonly problem: string }
  'database.other-server': { readonly where: string; readonly purpose: string }
  'database.locked': { readonly reading: string; readonly waitedMs: number; readonly blockers: readonly string[] }
}

/** The texts of the errors about connections and privileges. */
export const DATABASE_ERRORS: ErrorWordings<DatabaseErrorFacts> = {
  'database.no-url': {
    exitCode: 2,
    says: ({ command }) => `interphase ${command} needs a database, but you gave no URL`,
    remedy:
      'Set the variable INTERPHASE_DATABASE_URL, or add --database-url to the command. Example of a URL: postgres://user:password@host:5432/database.',
  },
  'database.bad-url': {
    exitCode: 2,
    says: ({ problem }) => `the database URL is not valid: ${problem}`,
    remedy:
      'Correct the URL, such as postgres://user:password@host:5432/database, mysql://… or mariadb://…. In a password, write %25 for %, %40 for @, %2F for /, %23 for #, %3F for ?. The URL comes from the first of these that is set: --database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the configuration.',
  },
  'database.unreachable': {
    exitCode: 1,
    says: ({ where, problem }) => `no connection to the database server at ${where}: ${problem}`,
    remedy: 'Check that the server runs, and that the host and the port in the database URL are correct. Then run the same command again.',
  },
  'database.refused': {
    exitCode: 1,
    says: ({ where, problem }) => `the database server at ${where} answered, but refused the connection: ${problem}`,
    remedy:
      makeChoices(
        'If the server or the user has too many connections: end some of them, or raise the limit.',
        'If the server starts or stops: wait until it is ready.',
        'If a default of the user or of the database causes it, such as statement_timeout: change this default with ALTER ROLE or ALTER DATABASE.',
      ) + '\nThen run the same command again.',
  },
  'database.login': {
    exitCode: 1,
    says: ({ where, user }) => `the database server at ${where} refused the login of the user ${user}`,
    remedy: 'Correct the user or the password in the database URL. Then run the same command again.',
  },
  'database.missing': {
    exitCode: 1,
    says: ({ where, database }) => `the database ${database} does not exist on the server (${where})`,
    remedy:
      makeChoices(
        'If the name is wrong: correct it in the database URL.',
        'If the database is new: create it with CREATE DATABASE <database>.',
      ) + '\nThen run the same command again.',
  },
  'database.no-schema': {
    exitCode: 2,
    says: ({ where, path }) =>
      `the search path of the connection to ${where} contains no existing schema, so the engine has no schema to work in. The search path is: ${path === '' ? '(empty)' : path}`,
    remedy:
      makeChoices(
        'If the schema is missing: create it with CREATE SCHEMA <schema>.',
        'If the search path is wrong: correct it with ALTER ROLE <user> SET search_path or ALTER DATABASE <database> SET search_path, or append the parameter options=-csearch_path%3D<schema> to the database URL.',
      ) + '\nThen run the same command again. Nothing was changed.',
  },
  'database.privilege': {
    exitCode: 1,
    says: ({ doing, problem }) => `the database user lacked a privilege while ${doing}: ${problem}`,
    remedy: [
      {
        when: 'PostgreSQL says "must be owner"',
        applies: ({ problem }) => problem.includes('must be owner'),
        remedy:
          'Make the user of the database URL a member of the role that owns the object: GRANT <owner> TO <user>. Then run the same command again.',
      },
      {
        when: 'Any other privilege',
        applies: () => true,
        remedy:
          'Grant this privilege to the user of the database URL. docs/privileges.md lists the GRANT statements for each command. Then run the same command again.',
      },
    ],
  },
  'database.read-only': {
    exitCode: 1,
    says: ({ doing, problem }) => `the database accepts no writes: ${doing}: ${problem}`,
    remedy:
      makeChoices(
        'If the server is a replica or a standby: give the URL of the primary server.',
        'If it is the primary server: allow writes, on PostgreSQL with default_transaction_read_only = off, on MySQL and MariaDB with read_only, super_read_only and transaction_read_only = OFF.',
      ) + '\nThen run the same command again. The refused statement changed nothing.',
  },
  'database.pooler': {
    exitCode: 2,
    says: ({ where }) => `the engine cannot hold a lock at ${where}, because a connection pooler in transaction mode answers there`,
    remedy: 'Give the URL of the database server itself, or of a pooler in session mode, with --database-url.',
  },
  'database.version': {
    exitCode: 2,
    says: ({ dialect, found, needs }) => `the ${dialect} server has the version ${found}, but ${needs} or newer is needed`,
    remedy: makeChoices(
      'If the server is too old: upgrade it.',
      'If the server is another product: correct the beginning of the database URL (postgres://, mysql:// or mariadb://).',
    ),
  },
  'database.lost': {
    exitCode: 8,
    says: ({ doing, problem }) =>
      `the connection to the database was lost while ${doing}: ${problem}. It is unknown whether the server finished the statement`,
    remedy:
      'Do not repeat the statement by hand. Run the same command again. The command reads from the database which statements are done, and continues after them.',
  },
  'database.other-server': {
    exitCode: 8,
    says: ({ where, purpose }) =>
      `the address ${where} connected ${purpose} to another server than the run itself, as after a failover, so the run was stopped`,
    remedy: makeSteps(
      'If the address leads to several servers, give the address of the primary server with --database-url.',
      'Run the same command again. The data step continues after the last batch that the primary server has.',
    ),
  },
  'database.locked': {
    exitCode: 6,
    says: ({ reading, waitedMs, blockers }) =>
      `${reading} could not be read, because another session holds a lock on it; the command waited ${waitedMs} ms${blockers.length > 0 ? `. Blocked by:${formatList(blockers)}` : ''}`,
    remedy: 'Wait until the blocking session ends, or end that session. Then run the same command again. Nothing was changed.',
  },
}
