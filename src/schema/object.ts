/** The three supported servers. MariaDB shares most code with MySQL, but has a name of its own in files and states. */
export const DIALECTS = ['postgres', 'mysql', 'mariadb'] as const
export type DialectName = (typeof DIALECTS)[number]

/**
 * One object of a schema, as a plain value from the server's catalogs. Names are the server's names without quotes. The name of
 * an object outside the connection's default schema begins with the name of the schema and a dot. Types, expressions and
 * definitions are texts that the server prints, without the parts that depend only on the server's version. An optional field
 * without a value is absent, never undefined or empty.
 */
export type SchemaObject =
  | TableObject
  | PartitionObject
  | ColumnObject
  | KeyObject
  | CheckObject
  | ExclusionConstraintObject
  | ForeignKeyObject
  | IndexObject
  | TriggerObject
  | RowSecurityPolicyObject
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
  /** The sorted ids of the other objects that the object needs or names in its definition. */
  readonly dependsOn?: readonly SchemaObjectId[]
}

interface Owned {
  /**
   * The owner of the object. A report contains the owner, but a different owner is never a mismatch, because the migrating users
   * of a shadow and of production differ.
   */
  readonly owner?: string
}

/** The collation of an object with text (MySQL and MariaDB). */
interface Collated {
  /**
   * The effective collation of the object, even if no migration names the collation. The name of a collation begins with the name
   * of the character set.
   */
  readonly collation?: string
  /**
   * True if the collation equals the default collation of the database. In this case, the migration possibly names no collation,
   * and would create another collation in a database with another default. `collation.ts` treats two default collations as equal.
   */
  readonly ofDatabase?: true
}

export interface TableObject extends Described, Owned, Collated {
  readonly kind: 'table'
  readonly name: string
  /** The column names of a table in order. A report contains another order, but another order is never a mismatch. */
  readonly columns: readonly string[]
  /**
   * The partitioning of the table, as the server prints the partitioning. The engine does not read the partitions of MySQL and
   * MariaDB.
   */
  readonly partitioning?: string
  /**
   * The sorted properties of the table that differ from an ordinary table, such as 'unlogged', 'foreign', 'row level security',
   * 'inherits …', or a storage engine other than InnoDB.
   */
  readonly traits?: readonly string[]
}

/**
 * A partition on PostgreSQL. The group of a partition contains only the partition's own objects. An inherited column, key, index,
 * check or trigger is an object of the partitioned table. A column of a partition is an object only if the column differs from
 * the inherited column.
 */
export interface PartitionObject extends Described, Owned {
  readonly kind: 'partition'
  readonly name: string
  /** The name of the partitioned table, which can itself be a partition. */
  readonly of: string
  /**
   * The printed bounds of the partition: `FOR VALUES …` or `DEFAULT`. The text ends with `DETACH PENDING` if a detach was
   * interrupted.
   */
  readonly bound: string
  /** The partitioning of the partition, if the partition is itself partitioned. */
  readonly partitioning?: string
  /** The sorted properties of the partition that differ from an ordinary partition, with the same names as for a table. */
  readonly traits?: readonly string[]
}

/**
 * A column of a table. On PostgreSQL, `collation` is present only if the collation is not the default of the type, and
 * `ofDatabase` is always absent.
 */
export interface ColumnObject extends Described, Collated {
  readonly kind: 'column'
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  /** The expression of the column's default value, as the server prints the expression. */
  readonly default?: string
  readonly generated?: { readonly expression: string; readonly stored: boolean }
  /**
   * The way in which the server generates values: 'always' or 'by default' on PostgreSQL, and 'auto increment' on MySQL and
   * MariaDB.
   */
  readonly identity?: 'always' | 'by default' | 'auto increment'
  /** The ON UPDATE expression of the column, on MySQL and MariaDB. */
  readonly onUpdate?: string
  /** True if the column is INVISIBLE, on MySQL and MariaDB. */
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
  /** True if the key of a partitioned table is missing on a partition, on PostgreSQL. */
  readonly invalid?: true
  /**
   * True if the key is INVISIBLE (MySQL) or IGNORED (MariaDB). The server enforces an invisible key, but the planner does not use
   * it.
   */
  readonly invisible?: true
  /** True if the server stores the key as a hash, which has no order, on MariaDB. */
  readonly hashed?: true
}

export interface CheckObject extends Described {
  readonly kind: 'check'
  readonly table: string
  readonly name: string
  readonly expression: string
  /**
   * True if the check is NOT VALID, on PostgreSQL. The server enforces such a check for new rows, and has not checked the old
   * rows.
   */
  readonly notValid?: true
  /** True if the check is NOT ENFORCED, on MySQL. */
  readonly notEnforced?: true
  /**
   * Whether the check is a part of the definition of a column (MariaDB). The check then has the name of the column, and a statement
   * that repeats the definition of the column without the check removes it.
   */
  readonly ofColumn?: true
}

/**
 * An exclusion constraint (PostgreSQL). The server refuses a row for which another row of the table satisfies all operators. A row
 * with NULL in a key conflicts with no other row.
 */
export interface ExclusionConstraintObject extends Described {
  readonly kind: 'exclusion'
  readonly table: string
  readonly name: string
  /** The access method of the index that belongs to the constraint, such as 'gist'. */
  readonly method: string
  /** The keys in order, as the keys of an index: a column or an expression, with its collation and operator class. */
  readonly keys: readonly string[]
  /** The operator of each key, such as `=` or `&&`. */
  readonly operators: readonly string[]
  readonly include?: readonly string[]
  readonly predicate?: string
  readonly deferrable?: 'initially immediate' | 'initially deferred'
  /**
   * Present if the constraint is a key WITHOUT OVERLAPS (PostgreSQL 18). The last key is then the period, and the server also refuses
   * a row with an empty period.
   */
  readonly temporal?: 'primary key' | 'unique constraint'
}

export interface ForeignKeyObject extends Described {
  readonly kind: 'foreign-key'
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
  /**
   * The action of the foreign key on an update of the referenced key. The field is absent for NO ACTION. On MySQL and MariaDB, it
   * is also absent for RESTRICT, which has the same meaning there.
   */
  readonly onUpdate?: 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly onDelete?: 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly match?: 'full'
  /**
   * True if the last column is a PERIOD (PostgreSQL 18). The rows with the referenced key must together cover the whole period.
   */
  readonly period?: true
  readonly deferrable?: 'initially immediate' | 'initially deferred'
  readonly notValid?: true
  /**
   * The name of the index that the server created for the foreign key, on MySQL and MariaDB. The server adds and removes the
   * index together with the foreign key.
   */
  readonly ownIndex?: string
}

/**
 * An index that does not belong to a constraint. A unique index has the field `unique`, and restricts rows as a unique constraint
 * does.
 */
export interface IndexObject extends Described {
  readonly kind: 'index'
  readonly table: string
  readonly name: string
  /** The access method of the index in lower case, such as 'btree', 'gin' or 'fulltext'. */
  readonly method: string
  /**
   * The keys of the index, as the server prints them. A key contains its order and operator class if they are not the default.
   */
  readonly keys: readonly string[]
  readonly include?: readonly string[]
  readonly unique?: true
  readonly nullsNotDistinct?: true
  readonly predicate?: string
  /** True if the index is invalid, on PostgreSQL. An interrupted CREATE INDEX CONCURRENTLY leaves an invalid index. */
  readonly invalid?: true
  readonly invisible?: true
}

/** An object whose text the server parses under the SQL mode in which the object was created, on MySQL and MariaDB. */
interface MadeUnderMode {
  /** The SQL modes that change how the server parses the text of the object, such as `ANSI_QUOTES,PIPES_AS_CONCAT`. */
  readonly syntax?: string
  /**
   * The whole SQL mode of the object. The field is absent if the mode is strict and changes neither the meaning of the text nor
   * the rules for GROUP BY and for zero in an AUTO_INCREMENT column.
   */
  readonly sqlMode?: string
}

/**
 * A trigger. On MySQL and MariaDB, a trigger has a collation if its text contains a text type, for example in the declaration of a
 * variable.
 */
export interface TriggerObject extends Described, Collated, MadeUnderMode {
  readonly kind: 'trigger'
  readonly table: string
  readonly name: string
  /**
   * The time and the events of the trigger, such as 'before insert' or 'after update or delete'. On PostgreSQL, the text also
   * contains the row or statement level.
   */
  readonly fires: string
  /** The position of the trigger in the firing order, counted from 1, among the triggers of the same table, time and event. */
  readonly order: number
  /** The action of the trigger: the condition and the function call on PostgreSQL, and the body on MySQL and MariaDB. */
  readonly action: string
  /** The firing mode of the trigger, if it is not the default: 'disabled', 'replica' or 'always', on PostgreSQL. */
  readonly enabled?: string
}

/** A row security policy of a table, which CREATE POLICY creates (PostgreSQL). */
export interface RowSecurityPolicyObject extends Described {
  readonly kind: 'policy'
  readonly table: string
  readonly name: string
  readonly definition: string
}

export interface ViewObject extends Described, Owned {
  readonly kind: 'view'
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /**
   * The query of the view, as the server prints the query. A comparison uses the query only between servers of one major version.
   */
  readonly definition: string
  readonly materialized?: true
  /**
   * True if the materialized view is WITH NO DATA, and therefore cannot be read. A report contains the fact, but it is never a
   * mismatch, because a dump of the schema restores the view without data.
   */
  readonly unpopulated?: true
  /** The options of the view as the server prints them, such as 'security_invoker=true' or 'with local check option'. */
  readonly options?: readonly string[]
}

/**
 * A routine: a function or a procedure. The collation of a routine is the collation of its text parameters and variables that
 * name no collation.
 */
export interface FunctionObject extends Described, Owned, Collated, MadeUnderMode {
  readonly kind: 'function'
  /**
   * The name of the routine. On PostgreSQL, the name contains the argument types, as in `name(integer, text)`. On MySQL and
   * MariaDB, the name of a procedure ends with `()`. Without these additions, the name would not be unique.
   */
  readonly name: string
  readonly routine: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly definition: string
  /** The effective collation of the text that the routine returns (MySQL and MariaDB). */
  readonly returnsCollation?: string
  /**
   * True if the server or an extension has a function of the same name, and the server can choose between both functions for one
   * call (PostgreSQL).
   */
  readonly overloadsBuiltIn?: true
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
  /** The number of values of the sequence that a session reserves at once (CACHE). The field is absent if the number is one. */
  readonly cache?: string
  readonly unlogged?: true
  /** The id of the column that owns the sequence. */
  readonly ownedBy?: SchemaObjectId
}

export interface ExtensionObject extends Described {
  readonly kind: 'extension'
  readonly name: string
  /** The installed version of the extension. A report contains the version, but a different version is never a mismatch. */
  readonly version: string
}

export interface SchemaNamespaceObject extends Described, Owned {
  readonly kind: 'schema'
  readonly name: string
}

/**
 * An object that the catalog reader finds and for which the engine has no other type. A comparison uses the hash of its
 * definition, so the object is never ignored.
 */
export interface OpaqueObject extends Described, Owned, Collated {
  readonly kind: 'opaque'
  /** The server's name for the kind of the object, such as 'rule', 'event', 'text search configuration' or 'statistics'. */
  readonly what: string
  readonly table?: string
  readonly name: string
  readonly hash: string
}

/**
 * The id of a schema object, unique within a state, such as `column:widget.status_flag`, `table:widget` or
 * `function:derive(integer)`.
 */
export type SchemaObjectId = string

/**
 * The key of a group of schema objects. The engine reads and compares a schema in groups. A group is a table or partition with
 * its columns, keys and indexes (`table:widget`), or one standalone object (`view:recent`, `enum:mood`). The key equals the id of
 * the table or the standalone object. The key of a partition begins with `table:`.
 */
export type SchemaGroupKey = string

/** Returns the id of a schema object, unique within a state. */
export function objectIdOf(object: SchemaObject): SchemaObjectId {
  const what = object.kind === 'opaque' ? `opaque:${object.what} ` : `${object.kind}:`
  return 'table' in object && object.table !== undefined ? `${what}${object.table}.${object.name}` : `${what}${object.name}`
}

/** Returns the elements of an exclusion constraint as SQL, such as `room WITH =` and `during WITH &&`. */
export function formatExclusionElements({ keys, operators }: ExclusionConstraintObject): readonly string[] {
  return keys.map((key, index) => `${key} WITH ${operators[index] ?? ''}`)
}

/** Returns the key of the group that contains a schema object. */
export function groupKeyOf(object: SchemaObject): SchemaGroupKey {
  if (object.kind === 'partition') return tableGroupKey(object.name)
  return 'table' in object && object.table !== undefined ? tableGroupKey(object.table) : objectIdOf(object)
}

/** Returns the key of the group of schema objects that contains a table with its columns, constraints, indexes and triggers. */
export function tableGroupKey(table: string): SchemaGroupKey {
  return `table:${table}`
}

/**
 * Returns the name of an object with its kind, such as `column widget.status_flag` or `foreign key widget_status_fk on
 * widget_status`.
 */
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
    case 'exclusion':
      return `${object.temporal ? `temporal ${object.temporal}` : 'exclusion constraint'} ${object.name} on ${object.table}`
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
