/** One migration of the benchmark: one statement, and its place in the release. */
export interface OneStatement {
  /** `0042-column-17.expand` */
  readonly name: string
  readonly sql: string
}

type Kind = (index: number) => readonly Omit<OneStatement, 'name'>[]

/** A quarter each of tables, columns, further columns, and their indexes, which wait for the data steps. */
export function migrationsOf(count: number): readonly OneStatement[] {
  const tables = Math.ceil(count / 4)
  return [
    ...changes('table', 0, tables, (table) => [{ sql: createTable(table) }]),
    ...changes('column', tables, tables, (table) => [{ sql: `ALTER TABLE account_${table} ADD COLUMN note text;` }]),
    ...changes('seen', 2 * tables, tables, (table) => [
      { sql: `ALTER TABLE account_${table} ADD COLUMN seen timestamptz;` },
      { sql: `CREATE INDEX account_${table}_seen ON account_${table} (seen);` },
    ]),
  ]
}

const PHASES = ['expand', 'migrate']

function changes(slug: string, from: number, count: number, kind: Kind): OneStatement[] {
  return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    kind(index).map(({ sql }, phase) => ({ name: `${number(from + index)}-${slug}-${index}.${PHASES[phase]}`, sql })),
  )
}

function number(index: number): string {
  return String(index + 1).padStart(4, '0')
}

function createTable(index: number): string {
  // A few references between tables, as real schemas have them.
  const owner = index % 5 === 0 ? 'bigint' : `bigint REFERENCES account_${index - (index % 5)} (id)`
  return `CREATE TABLE account_${index} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(200) NOT NULL,
  owner ${owner},
  balance numeric(12, 2) NOT NULL DEFAULT 0
);`
}
