/** The reasons for refusals that several kinds of SQL statements share. */
export const REASON_AGAINST_DATABASE_CHANGE =
  'A migration works only in the migrated database, and each shadow database has another name. Remove the statement. If a dump contains it, dump again with the name of the database, and without --databases and --all-databases.'
export const REASON_AGAINST_SERVER_CHANGE =
  'The statement changes the whole server, including other databases. Execute it when you set up the server. If a shadow needs it too, write it into shadow.setup.<dialect>.sql.'
export const REASON_AGAINST_ACCOUNT_CHANGE =
  'Accounts and roles belong to the whole server. Create them when you set up the server. If a shadow needs them too, create them in shadow.setup.<dialect>.sql.'
export const REASON_AGAINST_REPLICATION_CHANGE =
  'The statement changes the replication of the whole server. Execute it outside of migrations, as an administrator.'
export const REASON_AGAINST_BINARY_LOG_CHANGE =
  'The statement hides the following statements from replicas and backups, or attributes them to another server. If a dump contains it, dump again with --set-gtid-purged=OFF.'
export const REASON_AGAINST_OTHER_SERVER =
  'The statement concerns a connection to another server. Through such a connection, statements can read and write there, even from a shadow. Execute the statement outside of migrations.'
export const REASON_AGAINST_TABLESPACE = 'Tablespaces are files of the whole server. Let the server choose the place of a table.'
export const REASON_AGAINST_GLOBAL_LOCK =
  'The statement blocks all databases of the server until its lock is released. The engine itself takes the locks that a migration needs.'
export const REASON_AGAINST_CLIENT_COMMAND =
  'The line is a command of the command-line client, and the server does not know this command. The engine sends the statements of a file to the server itself. Remove the command.'
