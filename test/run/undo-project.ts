import type { DialectName } from '../../src/schema/object.ts'
import { project } from '../support/project.ts'
import { recordOnce } from '../support/recordings.ts'

/** Two releases: one that makes a table, and one whose expand, data step and index can be taken back. */
export const RELEASES: { readonly [path: string]: string } = {
  '1-base/010-item.expand.sql': 'CREATE TABLE item (id integer NOT NULL, name varchar(50), CONSTRAINT item_pk PRIMARY KEY (id));',
  '1-base/010-item.expand.undo.sql': 'DROP TABLE item;',
  '2-price/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price integer;\nALTER TABLE item ADD COLUMN currency varchar(3);',
  '2-price/010-price.expand.undo.sql': 'ALTER TABLE item DROP COLUMN currency;\nALTER TABLE item DROP COLUMN price;',
  '2-price/010-price.migrate.sql': 'UPDATE item SET price = 5 WHERE price IS NULL;',
  '2-price/010-price.migrate.pending.sql': 'SELECT count(*) AS pending FROM item WHERE price IS NULL;',
  '2-price/010-price.contract.postgres.sql': 'ALTER TABLE item ALTER COLUMN price SET NOT NULL;',
  '2-price/010-price.contract.mysql.sql': 'ALTER TABLE item MODIFY price integer NOT NULL;',
  '2-price/020-label.expand.mjs': `export const up = async ({ context }) => {
  await context.sequelize.query('CREATE TABLE label (id integer NOT NULL, CONSTRAINT label_pk PRIMARY KEY (id))')
}
export const down = async ({ context }) => {
  if (process.env.UNDO_TEST_DOES_NOTHING === undefined) await context.sequelize.query('DROP TABLE label')
}
`,
  '2-price/030-find.migrate.postgres.sql': 'CREATE INDEX CONCURRENTLY item_price_idx ON item (price);',
  '2-price/030-find.migrate.undo.postgres.sql': 'DROP INDEX CONCURRENTLY item_price_idx;',
  '2-price/030-find.migrate.mysql.sql': 'ALTER TABLE item ADD INDEX item_price_idx (price);',
  '2-price/030-find.migrate.undo.mysql.sql': 'ALTER TABLE item DROP INDEX item_price_idx;',
  '2-price/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'cup');",
}

/** The chain as a project, with other files in place of some of it; null leaves one out. */
export function undoProject(dialect: DialectName, shadowUrl: string, instead: { readonly [path: string]: string | null } = {}): string {
  const files = Object.entries({ ...RELEASES, ...instead }).flatMap(([path, text]) => (text === null ? [] : [[`releases/${path}`, text]]))
  const config = { project: 'prices', dialects: [dialect], shadow: { [dialect]: { url: shadowUrl } } }
  return project({ 'interphase.config.json': JSON.stringify(config), ...(Object.fromEntries(files) as Record<string, string>) })
}

/** The same, recorded. */
export async function recordedProject(
  dialect: DialectName,
  shadowUrl: string,
  instead: { readonly [path: string]: string | null } = {},
): Promise<string> {
  const directory = undoProject(dialect, shadowUrl, instead)
  await recordOnce(directory, dialect)
  return directory
}
