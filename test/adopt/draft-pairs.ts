import fc from 'fast-check'

/** A schema of a few tables with the same names, so that two of them differ in every way. */
export interface ShapeOfSchema {
  readonly tables: readonly ShapeOfTable[]
}

interface ShapeOfTable {
  readonly name: string
  readonly columns: readonly ShapeOfColumn[]
  /** A view of the table. */
  readonly isViewed: boolean
  /** The table to which the column `link` refers. */
  readonly link?: string
}

interface ShapeOfColumn {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly hasDefault: boolean
  readonly rule: 'none' | 'index' | 'unique' | 'check'
}

const TABLES = ['apple', 'berry', 'cherry'] as const
const TYPES = { n: ['int', 'bigint'], t: ['varchar(12)', 'varchar(40)', 'varchar(300)'], d: ['date'] } as const
const COLUMNS = ['n1', 'n2', 't1', 't2', 'd1'] as const

const columnShape = (name: (typeof COLUMNS)[number]): fc.Arbitrary<ShapeOfColumn> =>
  fc.record({
    name: fc.constant(name),
    type: fc.constantFrom(...TYPES[name.startsWith('n') ? 'n' : name.startsWith('t') ? 't' : 'd']),
    isRequired: fc.boolean(),
    hasDefault: fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
    rule: fc.constantFrom('none', 'none', 'index', 'unique', 'check'),
  })

const tableShape = (name: string): fc.Arbitrary<ShapeOfTable> =>
  fc.record(
    {
      name: fc.constant(name),
      columns: fc
        .tuple(...COLUMNS.map((column) => fc.option(columnShape(column), { nil: undefined })))
        .map((all) => all.filter((one) => one !== undefined)),
      isViewed: fc.boolean(),
      link: fc.constantFrom(...TABLES),
    },
    { requiredKeys: ['name', 'columns', 'isViewed'] },
  )

/** A schema with at least its first table, so that there are rows to keep. */
export const anySchema: fc.Arbitrary<ShapeOfSchema> = fc
  .tuple(tableShape(TABLES[0]), fc.option(tableShape(TABLES[1]), { nil: undefined }), fc.option(tableShape(TABLES[2]), { nil: undefined }))
  .map((all) => ({ tables: all.filter((one) => one !== undefined) }))

/** The SQL that makes the schema. */
export function sqlOfSchema({ tables }: ShapeOfSchema): string {
  const names = new Set(tables.map(({ name }) => name))
  return [
    ...tables.map(createTable),
    ...tables.flatMap((table) => table.columns.flatMap((column) => ruleOf(table.name, column))),
    ...tables.flatMap(({ name, link }) =>
      link === undefined || !names.has(link)
        ? []
        : [`ALTER TABLE ${name} ADD CONSTRAINT ${name}_to_${link} FOREIGN KEY (link) REFERENCES ${link} (id);`],
    ),
    ...tables.filter(({ isViewed }) => isViewed).map(({ name }) => `CREATE VIEW ${name}_seen AS SELECT id, link FROM ${name};`),
  ].join('\n')
}

function createTable({ name, columns }: ShapeOfTable): string {
  const lines = columns.map((column) => `${column.name} ${column.type}${column.isRequired ? ' NOT NULL' : ''}${defaultOf(column)}`)
  return `CREATE TABLE ${name} (${['id int NOT NULL PRIMARY KEY', 'link int', ...lines].join(', ')});`
}

// Two rows with one default would break a unique rule.
function defaultOf({ name, hasDefault, rule }: ShapeOfColumn): string {
  if (!hasDefault || rule === 'unique') return ''
  return ` DEFAULT ${name.startsWith('n') ? '7' : name.startsWith('t') ? "'seven'" : "'2001-02-03'"}`
}

function ruleOf(table: string, { name, rule }: ShapeOfColumn): readonly string[] {
  if (rule === 'index') return [`CREATE INDEX ${table}_${name}_i ON ${table} (${name});`]
  if (rule === 'unique' && !name.startsWith('d')) return [`ALTER TABLE ${table} ADD CONSTRAINT ${table}_${name}_u UNIQUE (${name});`]
  if (rule === 'check' && name.startsWith('n')) return [`ALTER TABLE ${table} ADD CONSTRAINT ${table}_${name}_c CHECK (${name} > 0);`]
  return []
}

/** Two rows of each table. The second has NULL wherever the table allows it. */
export function rowsOfSchema({ tables }: ShapeOfSchema): readonly string[] {
  return tables.flatMap(({ name, columns }) =>
    [1, 2].map((id) => {
      const filled = columns.filter(({ isRequired }) => id === 1 || isRequired)
      const values = filled.map((column) => valueOf(column.name, String(id)))
      return `INSERT INTO ${[name, `(${['id', ...filled.map((column) => column.name)].join(', ')})`].join(' ')} VALUES (${[id, ...values].join(', ')})`
    }),
  )
}

/** The value of a column in the row with this id, as SQL. It obeys every rule that the schemas have. */
export function valueOf(column: string, id: string): string {
  if (column.startsWith('n')) return id
  return column.startsWith('t') ? `concat('v', ${id})` : "'2020-01-02'"
}

/** The answers to the questions of a draft, by the slug of the file. */
export function answersFor(slug: string): string {
  const column = COLUMNS.find((name) => slug.split('-').includes(name)) ?? 'n1'
  const last = slug.includes('-to-') ? (COLUMNS.findLast((name) => slug.split('-').includes(name)) ?? column) : column
  return valueOf(last, 'id')
}
