/** The reasons for refusals that several kinds of SQL statements share. */
export const REASON_AGAINST_DATABASE_CHANGE =
  'A migration works only in the migrated database, and each shadow database has another name. Remove the statement.'
export const REASON_AGAINST_SERVER_CHANGE =
  'The statement changes the whole server, including other databases. Execute it when you set up the server. If a shadow needs it too, write it into shadow.setup.postgres.sql.'
export const REASON_AGAINST_ROLE_CHANGE =
  'Roles belong to the whole server. Create them when you set up the server. If a shadow needs them too, create them in shadow.setup.postgres.sql.'
export const REASON_AGAINST_FOREIGN_SERVER =
  'The statement concerns a connection to another server. Through such a connection, statements can read and write there, even from a shadow. Execute the statement outside of migrations. To dump without foreign tables, use pg_dump --exclude-table.'
export const REASON_AGAINST_SUBSCRIPTION =
  'A subscription connects to another server and copies its rows. Create it outside of migrations. To dump without subscriptions, use pg_dump --no-subscriptions.'
export const REASON_AGAINST_LARGE_OBJECT =
  'Large objects belong to no schema and no table, so the engine cannot observe their changes. To dump without large objects, use pg_dump --no-blobs.'
export const REMEDY_FOR_DATABASE_WIDE_STATEMENT = 'Write one statement for each table of the project.'
