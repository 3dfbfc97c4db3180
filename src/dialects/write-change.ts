import type { UnwrittenDifference, WrittenSchemaChange } from '../dialect/schema-writer.ts'
import type { SqlStatement } from '../dialect/sql.ts'
import { differences, isDifferenceThatCounts, namesOfDifferingFacts } from '../schema/difference.ts'
import {
  formatObjectName,
  groupKeyOf,
  objectIdOf,
  type SchemaObject,
  type SchemaObjectId,
  type SchemaObjectKind,
} from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { isNoSql, type KindWriters, writerOfObject } from './kind-writer.ts'
import { makeNeedsOfObject, type NeedsOfObject, sortByNeeds } from './write-order.ts'

/** How one server writes SQL from states. */
export interface ServerWriter {
  readonly writers: KindWriters
  readonly render: (statement: SqlStatement) => string
  /** The kinds of objects that the statement of a new table creates together with the table. */
  readonly partsOfTable: ReadonlySet<SchemaObjectKind>
  /** Whether the server refuses to drop or reshape `needed` while `dependent` exists. */
  readonly blocks: (dependent: SchemaObject, needed: SchemaObject, change: 'dropped' | 'reshaped') => boolean
  /** The facts of a column whose change the server refuses while a view uses the column. */
  readonly reshapes: ReadonlySet<string>
  /** Statements on an altered object that run before any object is dropped. */
  readonly release: (before: SchemaObject, after: SchemaObject) => readonly SqlStatement[]
  /** Statements that run after all objects exist. `before` is absent for a new object. */
  readonly finish: (after: SchemaObject, before?: SchemaObject) => readonly SqlStatement[]
  /** Statements before the others, for a script that creates these objects. */
  readonly prepare: (created: readonly SchemaObject[]) => readonly SqlStatement[]
}

// The kinds that are dropped after the changes of the other objects, because a changed column may still use them.
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
  'index',
  'foreign-key',
  'view',
  'trigger',
  'policy',
]

/** Writes the SQL that leads from one state to another, with the differences for which there is no SQL. */
export function writeSchemaChange(server: ServerWriter, from: SchemaState, to: SchemaState): WrittenSchemaChange {
  const change = new SchemaChange(server, from, to)
  const drops = change.dropped(from)
  const late = drops.filter((object) => DROPPED_LAST.has(object.kind) && !change.replaced.has(objectIdOf(object)))
  const dropped = (objects: readonly SchemaObject[]) => objects.flatMap((object) => change.dropOf(object))
  const made = change.made()
  const statements = [
    ...server.prepare(change.created()),
    ...change.altered.flatMap(({ before, after }) => server.release(before, after)),
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

/** The objects of a change, and what is known about each. */
class SchemaChange {
  readonly removed = new Map<SchemaObjectId, SchemaObject>()
  readonly added = new Map<SchemaObjectId, SchemaObject>()
  readonly altered: Altered[] = []
  /** The objects that are dropped and created again, as they are after the change. */
  readonly replaced = new Map<SchemaObjectId, SchemaObject>()
  readonly unwritten = new Map<SchemaObjectId, UnwrittenDifference>()
  private readonly needs: NeedsOfObject
  private readonly alterations = new Map<SchemaObjectId, readonly SqlStatement[]>()
  private readonly server: ServerWriter
  private readonly to: SchemaState

  constructor(server: ServerWriter, from: SchemaState, to: SchemaState) {
    this.server = server
    this.to = to
    this.needs = makeNeedsOfObject(to)
    for (const one of differences(from, to).filter(isDifferenceThatCounts)) {
      if (one.kind === 'removed') this.removed.set(objectIdOf(one.object), one.object)
      else if (one.kind === 'added') this.added.set(objectIdOf(one.object), one.object)
      else this.alter(one)
    }
    this.replaceDependents(from)
    this.findUnwritable()
  }

  /** The objects that the script creates, without the parts of new tables. */
  created(): readonly SchemaObject[] {
    return [...this.added.values(), ...this.replaced.values()].filter(
      (object) => !this.unwritten.has(objectIdOf(object)) && !this.isPartOfNewTable(object),
    )
  }

  /** The objects to drop, dependents first. */
  dropped(from: SchemaState): readonly SchemaObject[] {
    const needs = makeNeedsOfObject(from)
    const objects = [...objectsOfState(from)].filter(
      (object) => this.removed.has(objectIdOf(object)) || this.replaced.has(objectIdOf(object)),
    )
    const byId = new Map(objects.map((object) => [objectIdOf(object), object]))
    const order = sortByNeeds(inKindOrder(objects).map(objectIdOf), (id) => needsOf(byId.get(id), needs))
    return order.toReversed().flatMap((id) => {
      const object = byId.get(id)
      return object && !this.goesWithAnother(object) ? [object] : []
    })
  }

  dropOf(object: SchemaObject): readonly SqlStatement[] {
    const drop = writerOfObject(this.server.writers, object).drop(object, this.to)
    if (!isNoSql(drop)) return drop
    this.report(object, drop.reason)
    return []
  }

  /** The statements that create and alter objects, each after those that its object needs. */
  made(): readonly SqlStatement[] {
    const created = new Map(this.created().map((object) => [objectIdOf(object), object]))
    const altered = this.altered.map(({ after }) => after).filter((object) => this.alterations.has(objectIdOf(object)))
    const nodes = [...created.values(), ...altered]
    const byId = new Map(nodes.map((object) => [objectIdOf(object), object]))
    const nodeOf = (id: SchemaObjectId): SchemaObjectId => {
      const part = this.added.get(id)
      return part && this.isPartOfNewTable(part) ? groupKeyOf(part) : id
    }
    const order = sortByNeeds(inKindOrder(nodes).map(objectIdOf), (id) => {
      const object = byId.get(id)
      return object ? [object, ...this.partsOf(object)].flatMap(this.needs).map(nodeOf) : []
    })
    return order.flatMap((id) => {
      const object = created.get(id)
      return object ? this.createOf(object) : (this.alterations.get(id) ?? [])
    })
  }

  /** The statements that run after all objects exist. */
  finished(): readonly SqlStatement[] {
    const fresh = this.created().flatMap((object) => this.server.finish(object))
    return [...fresh, ...this.altered.flatMap(({ before, after }) => this.server.finish(after, before))]
  }

  private createOf(object: SchemaObject): readonly SqlStatement[] {
    const writer = writerOfObject(this.server.writers, object)
    const statements = writer.create(object, this.partsOf(object), this.to)
    for (const { reason } of [object, ...this.partsOf(object)].flatMap(
      (one) => writerOfObject(this.server.writers, one).leaves?.(one) ?? [],
    ))
      this.report(object, reason)
    return isNoSql(statements) ? [] : statements
  }

  private alter({ before, after }: Altered): void {
    const writer = writerOfObject(this.server.writers, after)
    const facts = namesOfDifferingFacts(before, after).map((fact) => writer.facts[fact] ?? 'implied')
    const results = facts.map((fact) => (typeof fact === 'function' ? fact(before, after) : fact))
    if (results.includes('replace')) {
      this.replaced.set(objectIdOf(after), after)
      return
    }
    const written = results.filter((one) => typeof one !== 'string')
    for (const one of written) if (isNoSql(one)) this.report(after, one.reason)
    // Several facts of a column may give one and the same statement.
    const texts = new Map(written.flatMap((one) => (isNoSql(one) ? [] : one)).map((one) => [this.server.render(one), one]))
    this.altered.push({ before, after })
    this.alterations.set(objectIdOf(after), [...texts.values()])
  }

  /** Finds the objects that must be dropped and created again because an object that they need is dropped or reshaped. */
  private replaceDependents(from: SchemaState): void {
    const needs = makeNeedsOfObject(from)
    const before = new Map([...objectsOfState(from)].map((object) => [objectIdOf(object), object]))
    const after = new Map([...objectsOfState(this.to)].map((object) => [objectIdOf(object), object]))
    const reshaped = new Set(this.altered.filter((one) => this.isReshaped(one)).map(({ after }) => objectIdOf(after)))
    for (let found = true; found; ) {
      found = false
      for (const [id, object] of before) {
        const now = after.get(id)
        if (!now || this.replaced.has(id) || !needs(object).some((one) => this.isBlocked(object, before.get(one), reshaped))) continue
        this.replaced.set(id, now)
        found = true
      }
    }
    for (const id of this.replaced.keys()) this.alterations.delete(id)
  }

  private isReshaped({ before, after }: Altered): boolean {
    return namesOfDifferingFacts(before, after).some((fact) => after.kind === 'column' && this.server.reshapes.has(fact))
  }

  private isBlocked(object: SchemaObject, needed: SchemaObject | undefined, reshaped: ReadonlySet<SchemaObjectId>): boolean {
    if (!needed) return false
    const id = objectIdOf(needed)
    if (this.removed.has(id) || this.replaced.has(id)) return this.server.blocks(object, needed, 'dropped')
    return reshaped.has(id) && this.server.blocks(object, needed, 'reshaped')
  }

  /** Reports the objects that cannot be created, and those that need one of them. */
  private findUnwritable(): void {
    const objects = [...this.added, ...this.replaced]
    for (const [, object] of objects) {
      const made = writerOfObject(this.server.writers, object).create(object, [], this.to)
      if (isNoSql(made)) this.report(object, made.reason)
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

  /** True for an object that the server drops together with its table or column. */
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

// The kinds of objects that a definition can name without a dependency in the state.
const NAMED_IN_TEXT: ReadonlySet<string> = new Set(['collation', 'operator', 'operator class', 'text search configuration'])

/** True if the definition of an object contains the name of the other object as a word. */
function names(object: SchemaObject, other: SchemaObject): boolean {
  if (other.kind !== 'opaque' || !NAMED_IN_TEXT.has(other.what)) return false
  const [name = ''] = other.name.split(/\(| using /)
  const texts = JSON.stringify(object, (fact, value: unknown) => (fact === 'comment' || fact === 'dependsOn' ? undefined : value))
  return texts.split(/[\s"'\\(),.:[\]]+/).includes(name.slice(name.lastIndexOf('.') + 1))
}

function needsOf(object: SchemaObject | undefined, needs: NeedsOfObject): readonly SchemaObjectId[] {
  return object ? needs(object) : []
}

/** Sorts by kind and id, and the triggers by their place in the firing order. */
function inKindOrder(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const place = (object: SchemaObject) => (object.kind === 'trigger' ? object.order : 0)
  return objects.toSorted(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || place(a) - place(b) || (objectIdOf(a) < objectIdOf(b) ? -1 : 1),
  )
}
