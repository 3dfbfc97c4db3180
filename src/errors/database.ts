import {
  type ErrorWordings,
  formatIndentedLines,
  formatRemedyAlternatives,
  formatRemedySteps,
  LIST_SESSIONS_REMEDY_STEP,
} from './wording.ts'

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
  'database.packet': { readonly doing: string; readonly problem: string }
  'database.other-server': { readonly where: string; readonly purpose: string }
  'database.locked': { readonly reading: string; readonly waitedMs: number; readonly blockers: readonly string[] }
}

/** The messages, the remedies and the exit codes of the errors about connections and privileges. */
export const DATABASE_ERRORS: ErrorWordings<DatabaseErrorFacts> = {
  'database.no-url': {
    exitCode: 2,
    message: ({ command }) => `interphase ${command} needs the URL of a database, but no URL is set`,
    remedy:
      formatRemedyAlternatives(
        'To use an environment variable: set INTERPHASE_DATABASE_URL or DATABASE_URL to the URL, such as postgres://user:password@host:5432/database.',
        'To use a file: write the URL into the file, and add --database-url-file <path> to the command.',
        'To use the configuration: write the URL into the setting `database.url`.',
      ) + '\nThen run the same command again.',
  },
  'database.bad-url': {
    exitCode: 2,
    message: ({ problem }) => `the database URL is not valid: ${problem}`,
    remedy: formatRemedySteps(
      'Find the URL. The command uses the first URL that is set, in this order: --database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the configuration.',
      'Correct the URL. Its form is postgres://user:password@host:5432/database, mysql://… or mariadb://…. In a password, write %25 for %, %40 for @, %2F for /, %23 for #, %3F for ?.',
      'Run the same command again.',
    ),
  },
  'database.unreachable': {
    exitCode: 1,
    message: ({ where, problem }) => `interphase cannot connect to the database server at ${where}: ${problem}`,
    remedy:
      'Make sure that the server is running, and that the host and the port in the database URL are correct. Then run the same command again.',
  },
  'database.refused': {
    exitCode: 1,
    message: ({ where, problem }) => `the database server at ${where} answered, but refused the connection: ${problem}`,
    remedy:
      formatRemedyAlternatives(
        'If the server or the user has too many connections: end some connections, or increase the limit.',
        'If the server is starting or stopping: wait until the server accepts connections.',
        'If a default of the user or of the database is the cause, such as statement_timeout: change this default with ALTER ROLE or ALTER DATABASE.',
      ) + '\nThen run the same command again.',
  },
  'database.login': {
    exitCode: 1,
    message: ({ where, user }) => `the database server at ${where} refused the login of the user ${user}`,
    remedy: 'Correct the user or the password in the database URL. Then run the same command again.',
  },
  'database.missing': {
    exitCode: 1,
    message: ({ where, database }) => `the database ${database} does not exist on the server (${where})`,
    remedy:
      formatRemedyAlternatives(
        'If the name is wrong: correct the name in the database URL.',
        'If the database must be created: execute CREATE DATABASE <database> on the server.',
      ) + '\nThen run the same command again.',
  },
  'database.no-schema': {
    exitCode: 2,
    message: ({ where, path }) =>
      `the search path of the connection to ${where} contains no existing schema, so the engine has no schema to work in. The search path is: ${path === '' ? '(empty)' : path}`,
    remedy:
      formatRemedyAlternatives(
        'If the schema is missing: execute CREATE SCHEMA <schema>.',
        'If the search path is wrong: correct the search path with ALTER ROLE <user> SET search_path or ALTER DATABASE <database> SET search_path, or append the parameter options=-csearch_path%3D<schema> to the database URL.',
      ) + '\nThen run the same command again. The database was not changed.',
  },
  'database.privilege': {
    exitCode: 1,
    message: ({ doing, problem }) => `the database user lacked a privilege while ${doing}: ${problem}`,
    remedy: [
      {
        when: 'If the message contains "must be owner"',
        applies: ({ problem }) => problem.includes('must be owner'),
        remedy:
          'Make the user of the database URL a member of the role that owns the object: GRANT <owner> TO <user>. Then run the same command again.',
      },
      {
        when: 'If the message contains "row-level security"',
        applies: ({ problem }) => problem.includes('row-level security'),
        remedy:
          'Let the user of the database URL see all rows: ALTER ROLE <user> BYPASSRLS. If the user owns the table, ALTER TABLE <table> NO FORCE ROW LEVEL SECURITY is enough. If a migration must see only the rows that the policies show, write SET row_security = on at its beginning. Then run the same command again.',
      },
      {
        when: 'In all other cases',
        applies: () => true,
        remedy:
          'Grant the missing privilege to the user of the database URL, or of the URL in the setting `shadow` if the message is about a shadow or a scratch database. docs/privileges.md lists the GRANT statements for each command. Then run the same command again.',
      },
    ],
  },
  'database.read-only': {
    exitCode: 1,
    message: ({ doing, problem }) => `the database accepts no writes (while ${doing}): ${problem}`,
    remedy:
      formatRemedyAlternatives(
        'If the server is a replica or a standby: set the database URL to the primary server.',
        'If the server is the primary server: allow writes. On PostgreSQL, set default_transaction_read_only = off. On MySQL and MariaDB, set read_only, super_read_only and transaction_read_only to OFF.',
      ) + '\nThen run the same command again. The refused statement changed nothing.',
  },
  'database.packet': {
    exitCode: 1,
    message: ({ doing, problem }) => `the limit max_allowed_packet of the server is too small (while ${doing}): ${problem}`,
    remedy:
      'Execute SET GLOBAL max_allowed_packet = 1073741824, and write max_allowed_packet=1G under [mysqld] into the configuration file of the server. Then run the same command again.',
  },
  'database.pooler': {
    exitCode: 2,
    message: ({ where }) =>
      `interphase cannot lock the project at ${where}, because this is the address of a connection pooler in transaction mode`,
    remedy: 'Set --database-url to the URL of the database server itself, or of a pooler in session mode. Then run the same command again.',
  },
  'database.version': {
    exitCode: 2,
    message: ({ dialect, found, needs }) => `the ${dialect} server has the version ${found}, but interphase needs ${needs} or newer`,
    remedy: formatRemedyAlternatives(
      'If the server is too old: upgrade the server.',
      'If the server is not <dialect>: correct the beginning of the database URL (postgres://, mysql:// or mariadb://).',
    ),
  },
  'database.lost': {
    exitCode: 8,
    message: ({ doing, problem }) =>
      `the connection to the database was lost while ${doing}: ${problem}. It is unknown whether the server completed the statement`,
    remedy:
      'Do not repeat the statement by hand. Run the same command again. The command reads from the database which statements are done, and continues after them.',
  },
  'database.other-server': {
    exitCode: 8,
    message: ({ where, purpose }) =>
      `the run was stopped, because the address ${where} connected ${purpose} to another server than the first connection of the run. The usual cause is a failover`,
    remedy: formatRemedySteps(
      'If the address belongs to several servers, set --database-url to the address of the primary server.',
      'Run the same command again. The data step continues after the last batch that is committed on the primary server.',
    ),
  },
  'database.locked': {
    exitCode: 6,
    message: ({ reading, waitedMs, blockers }) =>
      `the command could not read ${reading} within ${waitedMs} ms, because another session holds a lock that conflicts with the read${blockers.length > 0 ? `. These sessions block the command:${formatIndentedLines(blockers)}` : ''}`,
    remedy: [
      {
        when: 'If the blocking sessions are known',
        applies: ({ blockers }) => blockers.length > 0,
        remedy:
          'Wait until the blocking sessions end, or end these sessions. Then run the same command again. The database was not changed.',
      },
      {
        when: 'If the blocking sessions are not known',
        applies: () => true,
        remedy: formatRemedySteps(LIST_SESSIONS_REMEDY_STEP, 'Run the same command again. The database was not changed.'),
      },
    ],
  },
}
