import { readFile } from 'node:fs/promises'
import type { SqlFileAnalyzer } from '../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { tablesWrittenByDataStep } from '../plan/data-step-size.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import {
  type FragileStatementKind,
  type FragileStatementsOfFile,
  findFragileStatementsByWords,
  mayContainFragileStatement,
} from '../release/fragile-use.ts'
import type { FrontMatter, Migration, MigrationId } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { isNamePossiblyGenerated } from '../schema/generated-name.ts'
import { type DialectName, formatObjectName, objectIdOf, type SchemaObject, type SchemaObjectId } from '../schema/object.ts'
import { objectsOfState, selectGroupsOfState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import type { CheckProblem } from './check-problem.ts'
import { findObjectsThatCanSkipRows } from './skipped-rows.ts'

type Source = Pick<Migration, 'id' | 'file' | 'body'>

/**
 * Finds the fragile statements of a chain, which depend on the catalog, on a generated name, on all columns of a table, or on
 * the write of each row. The
 * caller calls `in` for each release, the oldest release first.
 */
export class FragileStatementFinder {
  readonly #files: () => Promise<SqlFileAnalyzer>
  /** The migration that created each constraint or index with a possibly generated name. */
  readonly #makers = new Map<SchemaObjectId, Source>()
  readonly #read = new Map<MigrationId, FragileStatementsOfFile>()

  constructor(files: () => Promise<SqlFileAnalyzer>) {
    this.#files = files
  }

  async in(
    { release, recorded, positions }: ReleaseWithStates,
    declarationsOf: (migration: Migration) => FrontMatter,
  ): Promise<readonly CheckProblem[]> {
    const places = new Map(positions().map((position) => [position.migration.id, position]))
    const found: CheckProblem[] = []
    for (const migration of migrationsInPhasedOrder(release)) {
      const position = places.get(migration.id)
      if (!position) continue
      this.#remember(migration, position, recorded.dialect)
      if (release.history !== undefined) continue
      const written = tablesWrittenByDataStep(position.migration)
      const skipping = findObjectsThatCanSkipRows(migration, written, position.before)
      const all = [
        ...(await this.#fragileUsesOf(migration, position, recorded.dialect)),
        ...skipping.map((object) => ({ kind: 'all-rows' as const, line: 1, on: formatObjectName(object) })),
      ]
      for (const { kind, line, on } of all) {
        const facts = { migration: migration.id, file: migration.file, line, dialect: recorded.dialect, on }
        const despite = declarationsOf(migration).despite.find(({ effect }) => effect === kind)
        found.push({ error: new InterphaseError(CODES[kind], facts), severity: 'warning', dialect: recorded.dialect, despite })
      }
    }
    return found
  }

  #remember(migration: Migration, { migration: { phased } }: PlannedMigrationPosition, dialect: DialectName): void {
    for (const one of phased.flat()) {
      const made = one.kind === 'added' ? one.object : one.kind === 'renamed' ? one.after : undefined
      if (made && isNamePossiblyGenerated(made, dialect)) this.#makers.set(objectIdOf(made), migration)
    }
  }

  async #fragileUsesOf(
    migration: Migration,
    position: PlannedMigrationPosition,
    dialect: DialectName,
  ): Promise<FragileStatementsOfFile['found']> {
    const text = await textOf(migration)
    if (migration.body.kind === 'sql' && !mayContainFragileStatement(text)) return []
    const { found, uses } = await this.#fragileUses(migration, text)
    const all = [...found]
    for (const { name, line } of uses) {
      const object = objectCalled(name, position, dialect)
      if (object && (await this.#isMadeUp(object))) all.push({ kind: 'generated-name', line, on: formatObjectName(object) })
    }
    const once = new Map(all.map((one) => [`${one.kind} ${one.line} ${one.on}`, one]))
    return [...once.values()].sort((a, b) => a.line - b.line)
  }

  /** Returns true if no migration assigns the name of the object, so that the server generated the name. */
  async #isMadeUp(object: SchemaObject): Promise<boolean> {
    const maker = this.#makers.get(objectIdOf(object))
    return maker === undefined || !(await this.#fragileUses(maker, await textOf(maker))).gives.has(object.name)
  }

  async #fragileUses({ id, file, body }: Source, text: string): Promise<FragileStatementsOfFile> {
    const known = this.#read.get(id)
    const read =
      known ??
      (body.kind === 'sql' ? await (await this.#files()).fragileUses({ file, text }) : findFragileStatementsByWords(text, 1, 'function'))
    this.#read.set(id, read)
    return read
  }
}

const CODES = {
  'catalog': 'relies.catalog',
  'generated-name': 'relies.generated-name',
  'all-columns': 'relies.all-columns',
  'all-rows': 'relies.all-rows',
} as const satisfies { readonly [K in FragileStatementKind]: string }

/**
 * Returns the constraint or index with the given name. Returns undefined if the server cannot have generated the name, or if the
 * migration does not touch the group of the object.
 */
function objectCalled(name: string, { before, steps, guarded }: PlannedMigrationPosition, dialect: DialectName): SchemaObject | undefined {
  for (const state of [before, ...steps]) {
    for (const object of objectsOfState(selectGroupsOfState(state, guarded)))
      if (object.name === name && isNamePossiblyGenerated(object, dialect)) return object
  }
  return undefined
}

async function textOf({ body, file }: Source): Promise<string> {
  if (body.kind === 'sql') return body.sql.text
  try {
    return await readFile(body.path, 'utf8')
  } catch (error) {
    throw new InterphaseError('migration.module', { file, problem: errorMessageOf(error) }, { cause: error })
  }
}
