/** The reasons for refusing statements that several kinds of statements share. */
export const DATABASE =
  'A migration works only in the migrated database, which has another name on every shadow. Remove the statement. mysqldump without --databases makes a dump without it.'
export const SERVER =
  'It changes the whole server, including other databases. Run it during the set-up of the server. Write the part that a shadow needs into shadow.setup.<dialect>.sql.'
export const ACCOUNT =
  'Accounts and roles belong to the whole server. Create them during the set-up of the server, and write those that a shadow needs into shadow.setup.<dialect>.sql.'
export const REPLICATION = 'It changes the replication of the whole server. Run it outside of migrations, as an administrator.'
export const BINARY_LOG =
  'It hides the following statements from replicas and backups, or attributes them to another server. mysqldump --set-gtid-purged=OFF makes a dump without it.'
export const OTHER_SERVER = 'It lets statements reach another server, even from a shadow. Set it up outside of migrations.'
export const SPACE = 'Tablespaces are files of the whole server. Let the server choose the place of a table.'
export const LOCKS_ALL =
  'It blocks the statements of every database on the server until it is released. The engine takes the locks that a migration needs.'
