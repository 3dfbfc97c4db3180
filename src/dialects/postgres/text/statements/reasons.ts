/** The reasons for refusals that several kinds of statements share. */
export const REASON_AGAINST_DATABASE_CHANGE =
  'A migration works only in the migrated database, which has another name on every shadow. Remove the statement.'
export const REASON_AGAINST_SERVER_CHANGE =
  'It changes the whole server, including other databases. Run it during the set-up of the server. Write the part that a shadow needs into shadow.setup.postgres.sql.'
export const REASON_AGAINST_ROLE_CHANGE =
  'Roles belong to the whole server. Create them during the set-up of the server, and write those that a shadow needs into shadow.setup.postgres.sql.'
export const REASON_AGAINST_FOREIGN_SERVER =
  'It lets statements reach another server, even from a shadow. Set it up outside of migrations. pg_dump --exclude-table makes a dump without foreign tables.'
export const REASON_AGAINST_SUBSCRIPTION =
  'A subscription connects to another server and copies its rows. Set it up outside of migrations. pg_dump --no-subscriptions makes a dump without it.'
export const REASON_AGAINST_LARGE_OBJECT =
  'Large objects belong to no schema and no table, so the engine cannot observe their changes. pg_dump --no-blobs makes a dump without them.'
export const REMEDY_FOR_DATABASE_WIDE_STATEMENT = 'Write one statement for each table of the project.'
