import type { Files } from './chain.ts'

/** The files of the smallest release with all three phases: a column is added, filled and made NOT NULL. */
export const TINY: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL, name varchar(50), CONSTRAINT item_pk PRIMARY KEY (id));',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/010-price.migrate.sql': 'UPDATE item SET price = 0 WHERE price IS NULL;',
  'r2/010-price.migrate.pending.sql': 'SELECT count(*) FROM item WHERE price IS NULL',
  'r2/010-price.contract.postgres.sql': 'ALTER TABLE item ALTER COLUMN price SET NOT NULL;',
  'r2/010-price.contract.mysql.sql': 'ALTER TABLE item MODIFY price int NOT NULL;',
}
