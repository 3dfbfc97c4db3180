/** Reasons that several kinds of statements share. */
export const DATABASE =
  'Databases belong to the server, and a migration stays in the one that it is run on, which has another name on every shadow. Take it out; a dump is made without it by mysqldump without --databases.'
export const SERVER =
  'It changes the whole server, other databases too. Do it where the server is set up; what a shadow needs of it stands in shadow.setup.<dialect>.sql.'
export const ACCOUNT =
  'Accounts and roles belong to the whole server. Create them where the server is set up, and write what a shadow needs into shadow.setup.<dialect>.sql.'
export const REPLICATION = 'It belongs to replication, which is set up for the whole server. Do it where the server is run.'
export const BINARY_LOG =
  'With it, replicas and backups miss what follows, or the server takes it for the work of another. A dump is made without it by mysqldump --set-gtid-purged=OFF.'
export const OTHER_SERVER = 'Through it, statements reach another server, from a shadow too. Set it up outside of migrations.'
export const SPACE = 'Tablespaces are files that belong to the whole server. Leave the place of a table to the server.'
export const LOCKS_ALL = 'It stops the statements of every database on the server until it is taken back. Leave locks to the engine.'
