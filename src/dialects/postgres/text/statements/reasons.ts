/** Reasons that several kinds of statements share. */
export const DATABASE =
  'Databases belong to the server, and a migration stays in the one that it is run on, which has another name on every shadow. Take it out.'
export const SERVER =
  'It changes the whole server, other databases too. Do it where the server is set up; what a shadow needs of it stands in shadow.setup.postgres.sql.'
export const ROLE =
  'Roles belong to the whole server. Create them where the server is set up, and write what a shadow needs into shadow.setup.postgres.sql.'
export const FOREIGN =
  'Through it, statements reach another server, from a shadow too. Set it up outside of migrations. A dump leaves foreign tables out with pg_dump --exclude-table.'
export const SUBSCRIPTION =
  'A subscription connects to another server and copies its rows. Set it up outside of migrations; a dump leaves it out with pg_dump --no-subscriptions.'
export const LARGE_OBJECT =
  'Large objects are no part of the schema and of no table, so nobody sees what becomes of them. A dump leaves them out with pg_dump --no-blobs.'
export const DATABASE_WIDE = 'Name each table of the project, one statement each.'
