import type { SchemaChangeSql, UnwrittenDifference } from '../dialect/schema-writer.ts'
import type { SqlStatement } from '../dialect/sql.ts'
import { differences, isDifferenceThatCounts, namesOfDifferingObjectProperties } from '../schema/difference.ts'
import {
  formatObjectName,
  groupKeyOf,
  objectIdOf,
  type SchemaObject,
  type SchemaObjectId,
  type SchemaObjectKind,
} from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { isReasonForMissingSql, type ObjectKindWriters, writerOfObject } from './kind-writer.ts'
import { type FindDependenciesOfObject, makeDependencyFinder, sortByDependencies } from './write-order.ts'

/** The rules of one server for writing the SQL that changes one schema state into another. */
export interface SchemaChangeSqlRules {
  readonly writers: ObjectKindWriters
  readonly render: (statement: SqlStatement) => string
  /** The kinds of objects that a CREATE TABLE statement creates together with its table. */
  readonly partsOfTable: ReadonlySet<SchemaObjectKind>
  /** Returns true if the server refuses to drop or alter the object `needed` while the object `dependent` exists. */
  readonly blocks: (dependent: SchemaObject, needed: SchemaObject, change: 'dropped' | 'altered') => boolean
  /** The properties of a column that the server refuses to change while a view uses the column. */
  readonly propertiesFixedByViews: ReadonlySet<string>
  /** Returns the statements on an altered object that run before the script drops any object. */
  readonly statementsBeforeDrops: (before: SchemaObject, after: SchemaObject) => readonly SqlStatement[]
  /**
   * Returns the statements for an object that run after the script has created all objects. `before` is undefined for a new
   * object.
   */
  readonly statementsAtEnd: (after: SchemaObject, before?: SchemaObject) => readonly SqlStatement[]
  /**
   * Returns the statements that run first in a script. `created` contains the objects that the script creates, and the columns,
   * constraints and indexes that the script creates or alters.
   */
  readonly statementsAtStart: (created: readonly SchemaObject[]) => readonly SqlStatement[]
}

// The kinds of objects that the script drops last, because a column can use such an object until the script has changed the
// column.
const DROPPED_LAST: ReadonlySet<SchemaObjectKind> = new Set(['enum', 'domain', 'schema', 'extension'])

const ORDER: readonly SchemaObjectKind[] = [
  'extension',
  'schema',
  'enum',
  'domain',
  'sequence',
  'function',
  'table',
  'partition',
  'column',
  'opaque',
  'primary-key',
  'unique',
  'check',
  'exclusion',
  'index',
  'foreign-key',
  'view',
  'trigger',
  'policy',
]

/**
 * Writes the SQL that changes the schema `from` into the schema `to`, and lists the differences that the writer cannot write as
 * SQL.
 */
export function writeSchemaChangeSql(server: SchemaChangeSqlRules, from: SchemaState, to: SchemaState): SchemaChangeSql {
  const change = new SchemaChange(server, from, to)
  const drops = change.dropped(from)
  const late = drops.filter((object) => DROPPED_LAST.has(object.kind) && !change.replaced.has(objectIdOf(object)))
  const dropped = (objects: readonly SchemaObject[]) => objects.flatMap((object) => change.dropOf(object))
  const made = change.made()
  const statements = [
    ...server.statementsAtStart(change.written()),
    ...change.altered.flatMap(({ before, after }) => server.statementsBeforeDrops(before, after)),
    ...dropped(drops.filter((object) => !late.includes(object))),
    ...made,
    ...change.finished(),
    ...dropped(late),
  ]
  return { statements: statements.map(server.render), unwritten: [...change.unwritten.values()] }
}

interface Altered {
  readonly before: SchemaObject
  readonly after: SchemaObject
}

/** The objects that differ between two schema states, and the statements that change these objects. */
class SchemaChange {
  readonly removed = new Map<SchemaObjectId, SchemaObject>()
  readonly added = new Map<SchemaObjectId, SchemaObject>()
  readonly altered: Altered[] = []
  /** The objects that the script drops and creates again, with their definitions after the change. */
  readonly replaced = new Map<SchemaObjectId, SchemaObject>()
  readonly unwritten = new Map<SchemaObjectId, UnwrittenDifference>()
  private readonly needs: FindDependenciesOfObject
  private readonly alterations = new Map<SchemaObjectId, readonly SqlStatement[]>()
  private readonly server: SchemaChangeSqlRules
  readonly from: SchemaState
  readonly to: SchemaState

  constructor(server: SchemaChangeSqlRules, from: SchemaState, to: SchemaState) {
    this.server = server
    this.from = from
    this.to = to
    this.needs = makeDependencyFinder(to)
    for (const one of differences(from, to).filter(isDifferenceThatCounts)) {
      if (one.kind === 'removed') this.removed.set(objectIdOf(one.object), one.object)
      else if (one.kind === 'added') this.added.set(objectIdOf(one.object), one.object)
      else this.alter(one)
    }
    this.replaceDependents(from)
    this.findUnwritable()
  }

  /**
   * Returns the objects that the script creates. The result does not contain the columns, constraints and indexes of a new table,
   * because the statement that creates the table also creates them.
   */
  created(): readonly SchemaObject[] {
    return [...this.added.values(), ...this.replaced.values()].filter(
      (object) => !this.unwritten.has(objectIdOf(object)) && !this.isPartOfNewTable(object),
    )
  }

  /**
   * Returns the schema objects that the SQL script creates, including the columns, constraints and indexes of new tables, and the
   * new definitions of the columns, constraints and indexes that the script alters.
   */
  written(): readonly SchemaObject[] {
    const altered = this.altered.map(({ after }) => after).filter(({ kind }) => this.server.partsOfTable.has(kind))
    return [...this.created().flatMap((object) => [object, ...this.partsOf(object)]), ...altered]
  }

  /**
   * Returns the objects that the script drops, in order. An object comes before the objects that it needs, because the server
   * refuses to drop an object that another object needs.
   */
  dropped(from: SchemaState): readonly SchemaObject[] {
    const needs = makeDependencyFinder(from)
    const objects = [...objectsOfState(from)].filter(
      (object) => this.removed.has(objectIdOf(object)) || this.replaced.has(objectIdOf(object)),
    )
    const byId = new Map(objects.map((object) => [objectIdOf(object), object]))
    const order = sortByDependencies(inKindOrder(objects).map(objectIdOf), (id) => needsOf(byId.get(id), needs))
    return order.toReversed().flatMap((id) => {
      const object = byId.get(id)
      return object && !this.goesWithAnother(object) ? [object] : []
    })
  }

  dropOf(object: SchemaObject): readonly SqlStatement[] {
    const drop = writerOfObject(this.server.writers, object).drop(object, this)
    if (!isReasonForMissingSql(drop)) return drop
    this.report(object, drop.reason)
    return []
  }

  /**
   * Returns the statements that create and alter objects. The statements of an object follow the statements of the objects that
   * it needs.
   */
  made(): readonly SqlStatement[] {
    const created = new Map(this.created().map((object) => [objectIdOf(object), object]))
    const altered = this.altered.map(({ after }) => after).filter((object) => this.alterations.has(objectIdOf(object)))
    const nodes = [...created.values(), ...altered]
    const byId = new Map(nodes.map((object) => [objectIdOf(object), object]))
    const nodeOf = (id: SchemaObjectId): SchemaObjectId => {
      const part = this.added.get(id)
      return part && this.isPartOfNewTable(part) ? groupKeyOf(part) : id
    }
    const order = sortByDependencies(inKindOrder(nodes).map(objectIdOf), (id) => {
      const object = byId.get(id)
      return object ? [object, ...this.partsOf(object)].flatMap(this.needs).map(nodeOf) : []
    })
    return order.flatMap((id) => {
      const object = created.get(id)
      return object ? this.createOf(object) : (this.alterations.get(id) ?? [])
    })
  }

  /** Returns the statements that run after the script has created all objects. */
  finished(): readonly SqlStatement[] {
    const fresh = this.created().flatMap((object) => this.server.statementsAtEnd(object))
    return [...fresh, ...this.altered.flatMap(({ before, after }) => this.server.statementsAtEnd(after, before))]
  }

  private createOf(object: SchemaObject): readonly SqlStatement[] {
    const writer = writerOfObject(this.server.writers, object)
    const statements = writer.create(object, this.partsOf(object), this.to)
    for (const { reason } of [object, ...this.partsOf(object)].flatMap(
      (one) => writerOfObject(this.server.writers, one).leaves?.(one) ?? [],
    ))
      this.report(object, reason)
    return isReasonForMissingSql(statements) ? [] : statements
  }

  private alter({ before, after }: Altered): void {
    const writer = writerOfObject(this.server.writers, after)
    const changes = namesOfDifferingObjectProperties(before, after).map((property) => writer.properties[property] ?? 'implied')
    const results = changes.map((change) => (typeof change === 'function' ? change(before, after, this) : change))
    if (results.includes('replace')) {
      this.replaced.set(objectIdOf(after), after)
      return
    }
    const written = results.filter((one) => typeof one !== 'string')
    for (const one of written) if (isReasonForMissingSql(one)) this.report(after, one.reason)
    // The SQL writers of several properties of a column can return the same statement, which must run once.
    const texts = new Map(written.flatMap((one) => (isReasonForMissingSql(one) ? [] : one)).map((one) => [this.server.render(one), one]))
    this.altered.push({ before, after })
    this.alterations.set(objectIdOf(after), [...texts.values()])
  }

  /**
   * Finds the objects that depend on a dropped or altered object and block its change. The script drops these dependent objects
   * and creates them again.
   */
  private replaceDependents(from: SchemaState): void {
    const needs = makeDependencyFinder(from)
    const before = new Map([...objectsOfState(from)].map((object) => [objectIdOf(object), object]))
    const after = new Map([...objectsOfState(this.to)].map((object) => [objectIdOf(object), object]))
    const altered = new Set(this.altered.filter((one) => this.changesFixedAttribute(one)).map(({ after }) => objectIdOf(after)))
    for (let found = true; found; ) {
      found = false
      for (const [id, object] of before) {
        const now = after.get(id)
        if (!now || this.replaced.has(id) || !needs(object).some((one) => this.isBlocked(object, before.get(one), altered))) continue
        this.replaced.set(id, now)
        found = true
      }
    }
    for (const id of this.replaced.keys()) this.alterations.delete(id)
  }

  private changesFixedAttribute({ before, after }: Altered): boolean {
    return namesOfDifferingObjectProperties(before, after).some(
      (fact) => after.kind === 'column' && this.server.propertiesFixedByViews.has(fact),
    )
  }

  private isBlocked(object: SchemaObject, needed: SchemaObject | undefined, altered: ReadonlySet<SchemaObjectId>): boolean {
    if (!needed) return false
    const id = objectIdOf(needed)
    if (this.removed.has(id) || this.replaced.has(id)) return this.server.blocks(object, needed, 'dropped')
    return altered.has(id) && this.server.blocks(object, needed, 'altered')
  }

  /** Reports the objects that the writer cannot create as SQL, and the objects that depend on them. */
  private findUnwritable(): void {
    const objects = [...this.added, ...this.replaced]
    for (const [, object] of objects) {
      const made = writerOfObject(this.server.writers, object).create(object, [], this.to)
      if (isReasonForMissingSql(made)) this.report(object, made.reason)
    }
    for (let count = -1; count !== this.unwritten.size; ) {
      count = this.unwritten.size
      for (const [id, object] of objects) {
        const missing = this.missingNeed(object)
        if (missing !== undefined && !this.unwritten.has(id))
          this.report(object, `It needs ${this.unwritten.get(missing)?.object ?? missing}, for which there is no SQL`)
      }
    }
    for (const id of this.unwritten.keys()) this.replaced.delete(id)
  }

  private missingNeed(object: SchemaObject): SchemaObjectId | undefined {
    const named = this.needs(object).find((one) => this.unwritten.has(one) && (this.added.has(one) || this.replaced.has(one)))
    return (
      named ?? [...this.added.values()].filter((other) => this.unwritten.has(objectIdOf(other))).find((other) => names(object, other))?.name
    )
  }

  private report(object: SchemaObject, reason: string): void {
    const id = objectIdOf(object)
    const known = this.unwritten.get(id)
    const reasons = known === undefined || known.reason === reason ? reason : `${known.reason}. ${reason}`
    this.unwritten.set(id, { id, object: formatObjectName(object), reason: reasons })
  }

  private isPartOfNewTable(object: SchemaObject): boolean {
    return this.server.partsOfTable.has(object.kind) && this.added.get(groupKeyOf(object))?.kind === 'table'
  }

  private partsOf(table: SchemaObject): readonly SchemaObject[] {
    if (table.kind !== 'table' || !this.added.has(objectIdOf(table))) return []
    const parts = [...this.added.values()].filter((object) => groupKeyOf(object) === objectIdOf(table) && object !== table)
    return parts.filter((object) => this.isPartOfNewTable(object) && !this.unwritten.has(objectIdOf(object)))
  }

  /** Returns true for an object that the server drops together with its table or column. */
  private goesWithAnother(object: SchemaObject): boolean {
    if (object.kind === 'sequence') {
      const owner = object.ownedBy
      return (
        owner !== undefined &&
        (this.removed.has(owner) || this.removed.has(`table:${owner.slice('column:'.length, owner.lastIndexOf('.'))}`))
      )
    }
    const group = groupKeyOf(object)
    const table = this.removed.get(group) ?? this.removed.get(group.replace(/^table:/, 'partition:'))
    return table !== undefined && table !== object && object.kind !== 'foreign-key' && object.kind !== 'view'
  }
}

// The kinds of opaque objects whose names can occur in the definition of another object, although the schema state contains no
// dependency.
const NAMED_IN_TEXT: ReadonlySet<string> = new Set(['collation', 'operator', 'operator class', 'text search configuration'])

/**
 * Returns true if `other` is of a kind in NAMED_IN_TEXT, and the definition of `object` contains the name of `other` as a word.
 */
function names(object: SchemaObject, other: SchemaObject): boolean {
  if (other.kind !== 'opaque' || !NAMED_IN_TEXT.has(other.what)) return false
  const [name = ''] = other.name.split(/\(| using /)
  const texts = JSON.stringify(object, (fact, value: unknown) => (fact === 'comment' || fact === 'dependsOn' ? undefined : value))
  return texts.split(/[\s"'\\(),.:[\]]+/).includes(name.slice(name.lastIndexOf('.') + 1))
}

function needsOf(object: SchemaObject | undefined, needs: FindDependenciesOfObject): readonly SchemaObjectId[] {
  return object ? needs(object) : []
}

/** Sorts schema objects by kind and id. Triggers are sorted by their position in the firing order. */
function inKindOrder(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const place = (object: SchemaObject) => (object.kind === 'trigger' ? object.order : 0)
  return objects.toSorted(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || place(a) - place(b) || (objectIdOf(a) < objectIdOf(b) ? -1 : 1),
  )
}
