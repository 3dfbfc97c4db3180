/** The reasons for refusals that several kinds of statements share. */
export const REASON_AGAINST_DATABASE_CHANGE =
  'A migration works only in the migrated database, which has another name on every shadow. Remove the statement. mysqldump with the name of one database, and without --databases and --all-databases, makes a dump without it.'
export const REASON_AGAINST_SERVER_CHANGE =
  'It changes the whole server, including other databases. Run it during the set-up of the server. Write the part that a shadow needs into shadow.setup.<dialect>.sql.'
export const REASON_AGAINST_ACCOUNT_CHANGE =
  'Accounts and roles belong to the whole server. Create them during the set-up of the server, and write those that a shadow needs into shadow.setup.<dialect>.sql.'
export const REASON_AGAINST_REPLICATION_CHANGE =
  'It changes the replication of the whole server. Run it outside of migrations, as an administrator.'
export const REASON_AGAINST_BINARY_LOG_CHANGE =
  'It hides the following statements from replicas and backups, or attributes them to another server. mysqldump --set-gtid-purged=OFF makes a dump without it.'
export const REASON_AGAINST_OTHER_SERVER = 'It lets statements reach another server, even from a shadow. Set it up outside of migrations.'
export const REASON_AGAINST_TABLESPACE = 'Tablespaces are files of the whole server. Let the server choose the place of a table.'
export const REASON_AGAINST_GLOBAL_LOCK =
  'It blocks the statements of every database on the server until it is released. The engine takes the locks that a migration needs.'
