import fc from 'fast-check'
import { PHASES, type PhaseName } from '../../src/phase/phase.ts'
import { type Migration, NO_FRONT_MATTER, type Release, type ReleaseChange } from '../../src/release/migration.ts'

/** The schema before a random release: two tables with rows and one foreign key. */
export const BASE = `
CREATE TABLE item (id int PRIMARY KEY, name text, price int);
CREATE TABLE part (id int PRIMARY KEY, item_id int, note text, CONSTRAINT part_item FOREIGN KEY (item_id) REFERENCES item (id));
INSERT INTO item VALUES (1, 'one', 10), (2, 'two', 20);
INSERT INTO part VALUES (1, 1, 'x'), (2, 2, 'y');`

interface Draw {
  readonly kind: number
  readonly a: number
  readonly b: number
  /** Bits that determine which of the three migrations exist. */
  readonly parts: number
}

/** The schema in authored order. The generator uses the schema so that most random releases run in authored order. */
interface Model {
  readonly tables: { name: string; readonly columns: string[]; readonly rules: string[] }[]
  made: number
}

type Parts = { [P in PhaseName]?: string }

function table(name: string, columns: readonly string[]): Model['tables'][number] {
  return { name, columns: [...columns], rules: [] }
}

function pick<T>(from: readonly T[], at: number): T {
  const found = from[at % from.length]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

// The list contains few names, so that changes often use the same name.
const NAMES = ['alpha', 'beta', 'gamma']

type Kind = (on: Model['tables'][number], draw: Draw, model: Model) => Parts

const KINDS: readonly Kind[] = [
  // A column is added, filled from another column, and replaces that column.
  (on, { a, b }) => {
    const [from, to] = [pick(on.columns, a), `${pick(NAMES, b)}_${on.name}`]
    on.columns.splice(on.columns.indexOf(from), 1, to)
    return {
      expand: `ALTER TABLE ${on.name} ADD COLUMN ${to} text`,
      migrate: `UPDATE ${on.name} SET ${to} = ${from}::text`,
      contract: `ALTER TABLE ${on.name} DROP COLUMN ${from}`,
    }
  },
  // A column is added and filled.
  (on, { a, b }) => {
    const [from, to] = [pick(on.columns, a), pick(NAMES, b)]
    if (!on.columns.includes(to)) on.columns.push(to)
    return {
      expand: `ALTER TABLE ${on.name} ADD COLUMN ${to} text`,
      migrate: `UPDATE ${on.name} SET ${to} = coalesce(${to}, '') || ${from}::text`,
    }
  },
  (on, { a, b }) => {
    const [from, to] = [pick(on.columns, a), `new_${pick(NAMES, b)}`]
    on.columns.splice(on.columns.indexOf(from), 1, to)
    return { contract: `ALTER TABLE ${on.name} RENAME COLUMN ${from} TO ${to}` }
  },
  (on, { b }) => {
    const to = `${pick(NAMES, b)}s`
    const from = on.name
    on.name = to
    return { contract: `ALTER TABLE ${from} RENAME TO ${to}` }
  },
  // A rule is added and later dropped, or a rule with the same name is added again.
  (on, { a, b, parts }) => {
    const rule = pick(NAMES, b)
    const drops = on.rules.includes(rule) && parts % 2 === 0
    if (drops) on.rules.splice(on.rules.indexOf(rule), 1)
    else on.rules.push(rule)
    if (drops) return { contract: `ALTER TABLE ${on.name} DROP CONSTRAINT ${rule}` }
    return { expand: `ALTER TABLE ${on.name} ADD CONSTRAINT ${rule} CHECK (${pick(on.columns, a)}::text <> '${rule}') NOT VALID` }
  },
  // Every foreign key of a table is dropped.
  (on) => ({
    contract: `DO $$ DECLARE k text; BEGIN FOR k IN SELECT conname FROM pg_constraint WHERE conrelid = '${on.name}'::regclass AND contype = 'f'
  LOOP EXECUTE format('ALTER TABLE ${on.name} DROP CONSTRAINT %I', k); END LOOP; END $$`,
  }),
  (on, { b }, model) => ({
    expand: `ALTER TABLE ${on.name} ADD COLUMN ref_${(model.made += 1)} int REFERENCES ${pick(model.tables, b).name} (id)`,
  }),
  // A table is created from the rows of another table, which can be dropped.
  (on, { b, parts }, model) => {
    const name = `copy_${pick(NAMES, b)}`
    model.tables.push(table(name, ['was']))
    return {
      expand: `CREATE TABLE ${name} (id int PRIMARY KEY, was text)`,
      migrate: `INSERT INTO ${name} SELECT id, ${pick(on.columns, b)}::text FROM ${on.name}`,
      ...(parts % 2 === 0 ? { contract: `ALTER TABLE ${name} ALTER COLUMN was SET DEFAULT 'none'` } : {}),
    }
  },
  (on, { b }) => ({ expand: `CREATE VIEW seen_${pick(NAMES, b)} AS SELECT * FROM ${on.name}` }),
  (on, { a, b }) => {
    const [to, from] = [pick(on.columns, a), pick(on.columns, b)]
    return { migrate: `UPDATE ${on.name} SET ${to} = ${to} WHERE ${from} IS NOT NULL; DELETE FROM ${on.name} WHERE id > 100` }
  },
  // Rows get values that depend on the order of the migrations.
  (on, { a }) => ({ migrate: `UPDATE ${on.name} SET id = id * 2 + ${a}` }),
  (on, { b }) => ({ expand: `CREATE INDEX by_${pick(NAMES, b)} ON ${on.name} (id)`, contract: `DROP INDEX by_${pick(NAMES, b)}` }),
]

/**
 * Generates a release of two to four changes that often use the same names. A generated release can fail in authored order, and
 * then proves nothing.
 */
export const anyRelease: fc.Arbitrary<Release> = fc
  .array(
    fc.record({ kind: fc.nat({ max: KINDS.length - 1 }), a: fc.nat({ max: 11 }), b: fc.nat({ max: 11 }), parts: fc.nat({ max: 7 }) }),
    {
      minLength: 2,
      maxLength: 4,
    },
  )
  .map((draws) => {
    const model: Model = { tables: [table('item', ['name', 'price']), table('part', ['item_id', 'note'])], made: 0 }
    return releaseOf(draws.map((draw) => written(model, draw)))
  })

function written(model: Model, draw: Draw): Parts {
  const kind = pick(KINDS, draw.kind)
  return kind(pick(model.tables, draw.a + draw.b), draw, model)
}

function releaseOf(parts: readonly Parts[]): Release {
  const changes = parts.map((one, index): ReleaseChange => {
    const number = `0${index + 1}0`
    const id = `random/${number}-change`
    const migrations = PHASES.flatMap((phase) => (one[phase] === undefined ? [] : [[phase, migration(id, number, phase, one[phase])]]))
    return { id, number, slug: 'change', migrations: Object.fromEntries(migrations) as ReleaseChange['migrations'] }
  })
  return { name: 'random', directory: 'releases/random', changes, rows: [], probes: { old: [], new: [] } }
}

function migration(change: string, number: string, phase: PhaseName, text: string): Migration {
  const file = `${change}.${phase}.sql`
  return {
    id: `${change}.${phase}`,
    change,
    release: 'random',
    number,
    slug: 'change',
    phase,
    file,
    checksum: text,
    body: { kind: 'sql', sql: { file, text } },
    declarations: NO_FRONT_MATTER,
  }
}
