/** The three servers; MariaDB is a version of MySQL in the engine's rooms, and a dialect of its own in files and states. */
export const DIALECTS = ['postgres', 'mysql', 'mariadb'] as const
export type DialectName = (typeof DIALECTS)[number]

/**
 * What a database is made of, one plain value per object, as the server's own catalogs tell it.
 *
 * Names are those of the server, unquoted; an object outside the connection's default schema carries `schema.` in front.
 * Types, expressions and definitions are the server's own printing, with what only the server's version changes taken out
 * by the reader. Optional fields are absent, never undefined or empty, where the object has nothing to say.
 */
export type SchemaObject =
  | TableObject
  | PartitionObject
  | ColumnObject
  | KeyObject
  | CheckObject
  | ForeignKeyObject
  | IndexObject
  | TriggerObject
  | PolicyObject
  | ViewObject
  | FunctionObject
  | EnumObject
  | DomainObject
  | SequenceObject
  | ExtensionObject
  | SchemaNamespaceObject
  | OpaqueObject

export type ObjectKind = SchemaObject['kind']

interface Described {
  readonly comment?: string
  /** Other objects that this one cannot exist without or names in its definition, as ids, sorted. */
  readonly dependsOn?: readonly ObjectId[]
}

interface Owned {
  /** Reported, never a mismatch: the user who migrates a shadow is not the one of production. */
  readonly owner?: string
}

/** How text is compared and stored (MySQL and MariaDB). */
interface Collated {
  /** The effective collation, whether or not a script names it; its name begins with the character set's. */
  readonly collation?: string
  /**
   * It is also the default of the database in which the state was read: the script may have left it to the database. Reported,
   * never a mismatch; with it, databases with other defaults are compared (`collation.ts`).
   */
  readonly ofDatabase?: true
}

export interface TableObject extends Described, Owned, Collated {
  readonly kind: 'table'
  readonly name: string
  /** Column names in order. Reported, never a mismatch. */
  readonly columns: readonly string[]
  /** How the table is partitioned, as the server prints it. The partitions of MySQL and MariaDB are not read. */
  readonly partitioning?: string
  /** What is unusual: 'unlogged', 'foreign', an engine other than InnoDB, 'row level security', 'inherits …'. Sorted. */
  readonly traits?: readonly string[]
}

/**
 * A partition on PostgreSQL. Its group holds only what it has of its own: a column, key, index, check or trigger that it
 * inherits is an object of the partitioned table. A column of a partition is an object where it differs from the inherited one.
 */
export interface PartitionObject extends Described, Owned {
  readonly kind: 'partition'
  readonly name: string
  /** The partitioned table, which may be a partition itself. */
  readonly of: string
  /** `FOR VALUES …` or `DEFAULT`, as the server prints it. */
  readonly bound: string
  /** How it is partitioned itself. */
  readonly partitioning?: string
  /** As those of a table. Sorted. */
  readonly traits?: readonly string[]
}

/** On PostgreSQL a collation is told only where it is not the type's default; `ofDatabase` is never told there. */
export interface ColumnObject extends Described, Collated {
  readonly kind: 'column'
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  /** The default's expression as the server prints it. */
  readonly default?: string
  readonly generated?: { readonly expression: string; readonly stored: boolean }
  /** 'always' and 'by default' are PostgreSQL's identities, 'auto increment' is MySQL's and MariaDB's. */
  readonly identity?: 'always' | 'by default' | 'auto increment'
  /** MySQL's and MariaDB's ON UPDATE expression. */
  readonly onUpdate?: string
  /** MySQL's INVISIBLE. */
  readonly invisible?: true
}

export interface KeyObject extends Described {
  readonly kind: 'primary-key' | 'unique'
  readonly table: string
  /** MySQL and MariaDB call every primary key PRIMARY. */
  readonly name: string
  /** Column names, or what the server prints for an expression or a prefix, in order. */
  readonly columns: readonly string[]
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: true
  readonly deferrable?: 'initially immediate' | 'initially deferred'
  /** PostgreSQL: of a partitioned table, as long as a partition has no such key. */
  readonly invalid?: true
  /** MySQL's INVISIBLE, MariaDB's IGNORED: still enforced, not used by the planner. */
  readonly invisible?: true
}

export interface CheckObject extends Described {
  readonly kind: 'check'
  readonly table: string
  readonly name: string
  readonly expression: string
  /** PostgreSQL's NOT VALID: enforced for new rows, not proven for old ones. */
  readonly notValid?: true
  /** NOT ENFORCED. */
  readonly notEnforced?: true
}

export interface ForeignKeyObject extends Described {
  readonly kind: 'foreign-key'
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
  /** Absent for NO ACTION; MySQL's RESTRICT is NO ACTION. */
  readonly onUpdate?: 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly onDelete?: 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly match?: 'full'
  readonly deferrable?: 'initially immediate' | 'initially deferred'
  readonly notValid?: true
  /** MySQL and MariaDB: the index that the server made for this key by itself. It comes and goes with the key. */
  readonly ownIndex?: string
}

/** An index that is no constraint. A unique index without a constraint is still a rule, and says so. */
export interface IndexObject extends Described {
  readonly kind: 'index'
  readonly table: string
  readonly name: string
  /** 'btree', 'gin', 'fulltext', … in lower case. */
  readonly method: string
  /** Each key as the server prints it, with its order and operator class where they are not the default. */
  readonly keys: readonly string[]
  readonly include?: readonly string[]
  readonly unique?: true
  readonly nullsNotDistinct?: true
  readonly predicate?: string
  /** Left behind by an interrupted CREATE INDEX CONCURRENTLY. */
  readonly invalid?: true
  readonly invisible?: true
}

/** With a collation where it declares variables for text. */
export interface TriggerObject extends Described, Collated {
  readonly kind: 'trigger'
  readonly table: string
  readonly name: string
  /** 'before insert', 'after update or delete', …, with the row or statement level on PostgreSQL. */
  readonly fires: string
  /** Place in the firing order among the triggers of the same table, time and event, from 1. */
  readonly order: number
  /** PostgreSQL's condition and function call; on MySQL and MariaDB the body. */
  readonly action: string
  /** 'disabled', 'replica' or 'always'. */
  readonly enabled?: string
}

export interface PolicyObject extends Described {
  readonly kind: 'policy'
  readonly table: string
  readonly name: string
  readonly definition: string
}

export interface ViewObject extends Described, Owned {
  readonly kind: 'view'
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** The server's own text. Compared only where both sides come from one major version. */
  readonly definition: string
  readonly materialized?: true
  /** A materialized view WITH NO DATA: whoever reads it is refused. Reported: a dump of the schema alone leaves it so. */
  readonly unpopulated?: true
  /** Options as the server prints them, such as 'security_invoker=true' or 'with local check option'. */
  readonly options?: readonly string[]
}

/** With a collation where it takes, declares or returns text: that of parameters and variables without one of their own. */
export interface FunctionObject extends Described, Owned, Collated {
  readonly kind: 'function'
  /** On PostgreSQL with the argument types, `name(integer, text)`, for the name alone does not identify it. */
  readonly name: string
  readonly routine: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly definition: string
  /** The effective collation of a text that it returns (MySQL and MariaDB). */
  readonly returnsCollation?: string
}

export interface EnumObject extends Described, Owned {
  readonly kind: 'enum'
  readonly name: string
  readonly labels: readonly string[]
}

export interface DomainObject extends Described, Owned {
  readonly kind: 'domain'
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly default?: string
  readonly checks: readonly { readonly name: string; readonly expression: string; readonly notValid?: true }[]
}

export interface SequenceObject extends Described, Owned {
  readonly kind: 'sequence'
  readonly name: string
  readonly type: string
  readonly start: string
  readonly increment: string
  readonly minimum: string
  readonly maximum: string
  readonly cycle?: true
  /** How many numbers each session takes at once, where it is more than one. */
  readonly cache?: string
  readonly unlogged?: true
  /** The column id that owns it. */
  readonly ownedBy?: ObjectId
}

export interface ExtensionObject extends Described {
  readonly kind: 'extension'
  readonly name: string
  /** Reported, never a mismatch. */
  readonly version: string
}

export interface SchemaNamespaceObject extends Described, Owned {
  readonly kind: 'schema'
  readonly name: string
}

/** What the reader found and cannot model. It is compared by the hash of its definition, never dropped silently. */
export interface OpaqueObject extends Described, Owned, Collated {
  readonly kind: 'opaque'
  /** The server's word for it: 'rule', 'event', 'text search configuration', 'statistics', … */
  readonly what: string
  readonly table?: string
  readonly name: string
  readonly hash: string
}

/** `column:widget.status_flag`, `table:widget`, `function:derive(integer)`: unique within a state. */
export type ObjectId = string

/**
 * The unit of reading and guarding: a table or partition with all that hangs on it (`table:widget`), or one object that stands
 * alone (`view:recent`, `enum:mood`). Equal to the id of the table or the object.
 */
export type GroupKey = string

export function idOf(object: SchemaObject): ObjectId {
  const what = object.kind === 'opaque' ? `opaque:${object.what} ` : `${object.kind}:`
  return 'table' in object && object.table !== undefined ? `${what}${object.table}.${object.name}` : `${what}${object.name}`
}

export function groupOf(object: SchemaObject): GroupKey {
  if (object.kind === 'partition') return tableGroup(object.name)
  return 'table' in object && object.table !== undefined ? tableGroup(object.table) : idOf(object)
}

export function tableGroup(table: string): GroupKey {
  return `table:${table}`
}

/** What a person calls the object: `column widget.status_flag`, `foreign key widget_status_fk on widget_status`. */
export function nameOf(object: SchemaObject): string {
  switch (object.kind) {
    case 'column':
      return `column ${object.table}.${object.name}`
    case 'primary-key':
      return `primary key of ${object.table}`
    case 'unique':
      return `unique constraint ${object.name} on ${object.table}`
    case 'check':
      return `check ${object.name} on ${object.table}`
    case 'foreign-key':
      return `foreign key ${object.name} on ${object.table}`
    case 'index':
    case 'trigger':
    case 'policy':
      return `${object.kind} ${object.name} on ${object.table}`
    case 'opaque':
      return `${object.what} ${object.name}${object.table === undefined ? '' : ` on ${object.table}`}`
    case 'view':
      return `${object.materialized ? 'materialized view' : 'view'} ${object.name}`
    case 'function':
      return `${object.routine} ${object.name}`
    case 'partition':
      return `partition ${object.name} of ${object.of}`
    case 'table':
    case 'enum':
    case 'domain':
    case 'sequence':
    case 'extension':
    case 'schema':
      return `${object.kind} ${object.name}`
  }
}
