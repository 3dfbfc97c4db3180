import type { PhaseName } from '../../src/phase/phase.ts'
import { makeCursorBeforeStatement } from '../../src/plan/cursor.ts'
import type { AppliedMigration, AppliedMigrationState, LedgerHistory } from '../../src/plan/history.ts'
import { type Migration, NO_FRONT_MATTER, type Release, type ReleaseChain, type ReleaseChange } from '../../src/release/migration.ts'
import type { ColumnObject, SchemaObject } from '../../src/schema/object.ts'

/** `010-a.expand`, `010-a.migrate`, … of a release, in the order of their numbers. */
export function release(name: string, ...files: readonly string[]): Release {
  const changes = new Map<string, ReleaseChange>()
  for (const file of files) {
    const [change = '', phase = ''] = file.split('.')
    const [number = '', slug = ''] = change.split('-')
    const known = changes.get(change)?.migrations ?? {}
    changes.set(change, {
      id: `${name}/${change}`,
      number,
      slug,
      migrations: { ...known, [phase]: migration(name, change, phase as PhaseName) },
    })
  }
  return { name, directory: `releases/${name}`, changes: [...changes.values()], rows: [], probes: { old: [], new: [] } }
}

export function chain(...releases: readonly Release[]): ReleaseChain {
  return { dialect: 'postgres', releases }
}

export function migrationIn(from: Release, id: string): Migration {
  const found = from.changes.flatMap((change) => Object.values(change.migrations)).find((one) => one.id === `${from.name}/${id}`)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

/** The ledger after these: `r1/010-a.expand`, or `r1/010-a.expand 2/5` for one in the middle. */
export function history(...rows: readonly string[]): LedgerHistory {
  const applied = rows.map((row, index): AppliedMigration => {
    const [id = '', at] = row.split(' ')
    return {
      id,
      release: id.split('/')[0] ?? '',
      checksum: `sum of ${id}`,
      run: runOf(at, index),
      how: 'run',
      startedAt: '2015-04-30T16:45:00.000Z',
      by: 'anna@desk',
      engine: '1.0.0',
      plan: 'r1:1',
      policy: 'p1:1',
    }
  })
  return { project: 'shop', format: 1, epoch: '1', applied, notes: [], past: [], quarantined: new Map(), groups: [] }
}

export function column(table: string, name: string, more: Partial<ColumnObject> = {}): ColumnObject {
  return { kind: 'column', table, name, type: 'integer', nullable: true, ...more }
}

export function table(name: string, ...columns: readonly string[]): readonly SchemaObject[] {
  return [{ kind: 'table', name, columns }, ...columns.map((one) => column(name, one))]
}

function migration(release: string, change: string, phase: PhaseName): Migration {
  const [number = '', slug = ''] = change.split('-')
  const id = `${release}/${change}.${phase}`
  const file = `releases/${id}.sql`
  return {
    id,
    change: `${release}/${change}`,
    release,
    number,
    slug,
    phase,
    file,
    checksum: `sum of ${id}`,
    body: { kind: 'sql', sql: { file, text: '' } },
    declarations: NO_FRONT_MATTER,
  }
}

function runOf(at: string | undefined, index: number): AppliedMigrationState {
  if (at === undefined) return { state: 'done', at: `2015-04-30T16:45:${String(index).padStart(2, '0')}.000Z`, affected: 0 }
  const [statement = 0, of = 0] = at.split('/').map(Number)
  return { state: 'running', cursor: makeCursorBeforeStatement(statement, of) }
}
