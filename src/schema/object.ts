/** The three supported servers. MariaDB shares the code of MySQL, but is a dialect of its own in files and states. */
export const DIALECTS = ['postgres', 'mysql', 'mariadb'] as const
export type DialectName = (typeof DIALECTS)[number]

/**
 * One object of a schema, as a plain value read from the server's catalogs. Names are the server's names, unquoted. An object outside
 * the connection's default schema has the prefix `schema.`. Types, expressions and definitions are the server's printed form; the
 * reader removes parts that depend only on the server's version. An optional field without a value is absent, never undefined or
 * empty.
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

export type SchemaObjectKind = SchemaObject['kind']

interface Described {
  readonly comment?: string
  /** The ids of other objects that this object needs or names in its definition, sorted. */
  readonly dependsOn?: readonly SchemaObjectId[]
}

interface Owned {
  /**
   * The owner of the object. It is shown but never a mismatch, because the user who migrates a shadow differs from the one in
   * production.
   */
  readonly owner?: string
}

/** The collation of an object with text (MySQL and MariaDB). */
interface Collated {
  /** The effective collation, whether a migration names it or not. Its name begins with the name of the character set. */
  readonly collation?: string
  /**
   * True if the collation equals the default collation of the database. The migration then may not have named a collation, and the
   * same migration gives another collation in a database with another default. `collation.ts` treats two such collations as equal.
   */
  readonly ofDatabase?: true
}

export interface TableObject extends Described, Owned, Collated {
  readonly kind: 'table'
  readonly name: string
  /** The column names in order. Another order is shown but never a mismatch. */
  readonly columns: readonly string[]
  /** The partitioning of the table, as the server prints it. The partitions of MySQL and MariaDB are not read. */
  readonly partitioning?: string
  /**
   * The unusual properties of the table, sorted: 'unlogged', 'foreign', an engine other than InnoDB, 'row level security', 'inherits
   * …'.
   */
  readonly traits?: readonly string[]
}

/**
 * A partition on PostgreSQL. Its group holds only its own objects. An inherited column, key, index, check or trigger is an object of
 * the partitioned table. A column of a partition is an object only if it differs from the inherited one.
 */
export interface PartitionObject extends Described, Owned {
  readonly kind: 'partition'
  readonly name: string
  /** The partitioned table, which may be a partition itself. */
  readonly of: string
  /** The bounds of the partition as the server prints them: `FOR VALUES …` or `DEFAULT`. */
  readonly bound: string
  /** The partitioning of the partition, if the partition is itself partitioned. */
  readonly partitioning?: string
  /** The unusual properties of the partition, sorted, as for a table. */
  readonly traits?: readonly string[]
}

/** A column of a table. On PostgreSQL `collation` is present only if it is not the type's default, and `ofDatabase` is always absent. */
export interface ColumnObject extends Described, Collated {
  readonly kind: 'column'
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  /** The expression of the default value, as the server prints it. */
  readonly default?: string
  readonly generated?: { readonly expression: string; readonly stored: boolean }
  /** How the server generates values. PostgreSQL has 'always' and 'by default'; MySQL and MariaDB have 'auto increment'. */
  readonly identity?: 'always' | 'by default' | 'auto increment'
  /** The ON UPDATE expression of the column (MySQL and MariaDB). */
  readonly onUpdate?: string
  /** True for an INVISIBLE column (MySQL and MariaDB). */
  readonly invisible?: true
}

/** A primary key or a unique constraint. */
export interface KeyObject extends Described {
  readonly kind: 'primary-key' | 'unique'
  readonly table: string
  /** The name of the key. On MySQL and MariaDB every primary key is named PRIMARY. */
  readonly name: string
  /** The columns of the key in order: a column name, or the printed form of an expression or a prefix. */
  readonly columns: readonly string[]
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: true
  readonly deferrable?: 'initially immediate' | 'initially deferred'
  /** True for a key of a partitioned table that does not yet exist on every partition (PostgreSQL). */
  readonly invalid?: true
  /** True for a key that is INVISIBLE (MySQL) or IGNORED (MariaDB). Such a key is still enforced, but the planner does not use it. */
  readonly invisible?: true
  /** True for a key that the server stores as a hash, which has no order (MariaDB). */
  readonly hashed?: true
}

export interface CheckObject extends Described {
  readonly kind: 'check'
  readonly table: string
  readonly name: string
  readonly expression: string
  /** True for a check that is NOT VALID (PostgreSQL): it is enforced for new rows, but not proven for old rows. */
  readonly notValid?: true
  /** True for a check that is NOT ENFORCED (MySQL). */
  readonly notEnforced?: true
}

export interface ForeignKeyObject extends Described {
  readonly kind: 'foreign-key'
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
  /** The action on an update of the referenced key. Absent for NO ACTION; RESTRICT on MySQL is NO ACTION. */
  readonly onUpdate?: 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly onDelete?: 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly match?: 'full'
  readonly deferrable?: 'initially immediate' | 'initially deferred'
  readonly notValid?: true
  /**
   * The index that the server made for this foreign key (MySQL and MariaDB). The index is added and removed together with the foreign
   * key.
   */
  readonly ownIndex?: string
}

/** An index that does not belong to a constraint. A unique index is a rule on rows too, and has `unique` set. */
export interface IndexObject extends Described {
  readonly kind: 'index'
  readonly table: string
  readonly name: string
  /** The access method in lower case: 'btree', 'gin', 'fulltext', …. */
  readonly method: string
  /** Each key of the index as the server prints it. Order and operator class are included if they are not the default. */
  readonly keys: readonly string[]
  readonly include?: readonly string[]
  readonly unique?: true
  readonly nullsNotDistinct?: true
  readonly predicate?: string
  /** True for an index that an interrupted CREATE INDEX CONCURRENTLY left behind. */
  readonly invalid?: true
  readonly invisible?: true
}

/** A trigger. A trigger has a collation if it declares variables for text. */
/** An object with a text that the server reads under the SQL mode of its creation (MySQL and MariaDB). */
interface MadeUnderMode {
  /** The SQL modes that change how the server reads this text: `ANSI_QUOTES,PIPES_AS_CONCAT`. */
  readonly syntax?: string
  /** The whole SQL mode, if it changes how the server reads this text or accepts values. */
  readonly sqlMode?: string
}

export interface TriggerObject extends Described, Collated, MadeUnderMode {
  readonly kind: 'trigger'
  readonly table: string
  readonly name: string
  /** The time and events of the trigger: 'before insert', 'after update or delete', …; on PostgreSQL also the row or statement level. */
  readonly fires: string
  /** The position in the firing order, from 1, among the triggers of the same table, time and event. */
  readonly order: number
  /** The action of the trigger: the condition and the function call on PostgreSQL, the body on MySQL and MariaDB. */
  readonly action: string
  /** The firing mode if it is not the default: 'disabled', 'replica' or 'always'. */
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
  /** The query as the server prints it. It is compared only between servers of one major version. */
  readonly definition: string
  readonly materialized?: true
  /**
   * True for a materialized view WITH NO DATA, which cannot be read. This is shown but never a mismatch, because a dump of the schema
   * leaves the view in this state.
   */
  readonly unpopulated?: true
  /** The options of the view as the server prints them, such as 'security_invoker=true' or 'with local check option'. */
  readonly options?: readonly string[]
}

/** A routine. Its collation is that of its text parameters and variables without a collation of their own. */
export interface FunctionObject extends Described, Owned, Collated, MadeUnderMode {
  readonly kind: 'function'
  /**
   * The name of the routine. On PostgreSQL the name includes the argument types, `name(integer, text)`, because the name alone is not
   * unique.
   */
  readonly name: string
  readonly routine: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly definition: string
  /** The effective collation of returned text (MySQL and MariaDB). */
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
  /** The number of values of the sequence that a session reserves at once (CACHE). Absent if the number is one. */
  readonly cache?: string
  readonly unlogged?: true
  /** The id of the column that owns the sequence. */
  readonly ownedBy?: SchemaObjectId
}

export interface ExtensionObject extends Described {
  readonly kind: 'extension'
  readonly name: string
  /** The installed version of the extension. It is shown but never a mismatch. */
  readonly version: string
}

export interface SchemaNamespaceObject extends Described, Owned {
  readonly kind: 'schema'
  readonly name: string
}

/**
 * An object that the catalog reader finds but does not model. The object is compared by the hash of its definition, and never left
 * out.
 */
export interface OpaqueObject extends Described, Owned, Collated {
  readonly kind: 'opaque'
  /** The server's name for the kind: 'rule', 'event', 'text search configuration', 'statistics', … */
  readonly what: string
  readonly table?: string
  readonly name: string
  readonly hash: string
}

/** The id of a schema object, unique within a state: `column:widget.status_flag`, `table:widget`, `function:derive(integer)`. */
export type SchemaObjectId = string

/**
 * The key of a group, the unit in which the engine reads and guards a schema: a table or partition with its columns, keys and indexes
 * (`table:widget`), or one standalone object (`view:recent`, `enum:mood`). The key equals the id of the table or the object.
 */
export type SchemaGroupKey = string

/** Returns the id of a schema object, unique within a state. */
export function objectIdOf(object: SchemaObject): SchemaObjectId {
  const what = object.kind === 'opaque' ? `opaque:${object.what} ` : `${object.kind}:`
  return 'table' in object && object.table !== undefined ? `${what}${object.table}.${object.name}` : `${what}${object.name}`
}

/** Returns the key of the group that a schema object belongs to. */
export function groupKeyOf(object: SchemaObject): SchemaGroupKey {
  if (object.kind === 'partition') return tableGroupKey(object.name)
  return 'table' in object && object.table !== undefined ? tableGroupKey(object.table) : objectIdOf(object)
}

/** Returns the key of the group of a table. */
export function tableGroupKey(table: string): SchemaGroupKey {
  return `table:${table}`
}

/** Names an object in words: `column widget.status_flag`, `foreign key widget_status_fk on widget_status`. */
export function formatObjectName(object: SchemaObject): string {
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
