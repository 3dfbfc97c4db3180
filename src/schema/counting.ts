import type { SchemaObject, SchemaObjectKind } from './object.ts'

/**
 * The ways in which a comparison of two schema states treats a property of a schema object:
 * - `counts`: a different value is a difference.
 * - `expression`: like `counts`, but texts that servers of two major versions printed are compared by their meaning.
 * - `body`: like `counts`, but texts that servers of two major versions printed are not compared.
 * - `reported`: a different value is printed but is never a difference that counts.
 */
export const OBJECT_PROPERTY_COMPARISON_MODES = ['counts', 'expression', 'body', 'reported'] as const
export type ObjectPropertyComparisonMode = (typeof OBJECT_PROPERTY_COMPARISON_MODES)[number]

/** The servers whose catalog reader reads a certain property of schema objects. `mysql family` stands for MySQL and MariaDB. */
export type ServersThatReadObjectProperty =
  | 'all'
  | 'postgres'
  | 'mysql family'
  | 'mysql'
  | 'mariadb'
  | 'postgres, mariadb'
  | 'postgres, mysql'
  | 'none'

/**
 * The rule for one property of a kind of schema object. The rule states how the property counts in a comparison, and on which
 * servers a catalog reader reads the property. The rule also contains the description of the property in docs/states.md.
 */
export interface ComparisonRuleOfObjectProperty {
  readonly is: ObjectPropertyComparisonMode
  readonly on: ServersThatReadObjectProperty
  readonly says: string
}

type Member<O, K> = O extends { readonly kind: infer J } ? (K extends J ? O : never) : never
/** The names of the properties of one kind of schema object. */
export type PropertyNameOfObjectKind<K extends SchemaObjectKind> = Exclude<keyof Member<SchemaObject, K>, 'kind' | 'name' | 'table'>

const counts = (says: string, on: ServersThatReadObjectProperty = 'all'): ComparisonRuleOfObjectProperty => ({ is: 'counts', on, says })
const expression = (says: string, on: ServersThatReadObjectProperty = 'all'): ComparisonRuleOfObjectProperty => ({
  is: 'expression',
  on,
  says,
})
const body = (says: string, on: ServersThatReadObjectProperty = 'all'): ComparisonRuleOfObjectProperty => ({ is: 'body', on, says })
const reported = (says: string, on: ServersThatReadObjectProperty = 'all'): ComparisonRuleOfObjectProperty => ({ is: 'reported', on, says })

const COMMENT = counts('the comment on the object', 'postgres')
const COMMENT_OF_ALL = counts('the comment on the object')
const DEPENDS = counts('the names of the other objects that the object uses', 'postgres')
const DEPENDS_ON_ALL = counts('the names of the other objects that the object uses')
// The comparison rule for a property that the TypeScript type of a schema object allows, although no catalog reader reads the
// property.
const NEVER = counts('', 'none')
const OWNER = reported('the owner of the object', 'postgres')
const COLLATION = counts('the effective collation and character set of the object', 'mysql family')
const OF_DATABASE = reported("whether the object's collation is also the default of the database", 'mysql family')
const SYNTAX = counts('the SQL modes that change how the server reads the text of the object', 'mysql family')
const SQL_MODE = reported('the whole SQL mode of the object, if it is not strict or changes the meaning of the text', 'mysql family')
const INCLUDE = counts('the columns after INCLUDE', 'postgres')
const NULLS = counts('whether NULLS NOT DISTINCT is declared', 'postgres')
const DEFERRABLE = counts('whether the constraint is deferrable, and whether it is initially deferred', 'postgres')
const INVISIBLE = counts('whether the index is INVISIBLE or IGNORED', 'mysql family')

const KEY = {
  columns: counts('the columns of the key, in order'),
  include: INCLUDE,
  nullsNotDistinct: NULLS,
  deferrable: DEFERRABLE,
  invalid: counts('whether the key does not exist on every partition yet', 'postgres'),
  invisible: INVISIBLE,
  hashed: reported('whether the server stores the key as a hash (USING HASH)', 'mariadb'),
  comment: COMMENT_OF_ALL,
  dependsOn: NEVER,
}

/**
 * The properties of each kind of schema object, and how each property counts in a comparison of two states. The source does not
 * compile if a property has no entry. The name and the table of an object always count. Generated names of constraints are an
 * exception in a database that the releases did not create.
 */
export const PROPERTIES_OF_OBJECT_KINDS: {
  readonly [K in SchemaObjectKind]: { readonly [F in PropertyNameOfObjectKind<K>]-?: ComparisonRuleOfObjectProperty }
} = {
  'table': {
    columns: reported('the order of the columns'),
    owner: OWNER,
    partitioning: expression('the partition key of the table'),
    traits: counts(
      'the unusual properties of the table: storage engine, unlogged, foreign, row level security, replica identity by its columns, inheritance, type, system versioning, disabled triggers of foreign keys',
    ),
    collation: COLLATION,
    ofDatabase: OF_DATABASE,
    comment: COMMENT_OF_ALL,
    dependsOn: NEVER,
  },
  'partition': {
    of: counts('the partitioned table of the partition', 'postgres'),
    bound: expression('the bounds of the partition, and an interrupted detach', 'postgres'),
    owner: OWNER,
    partitioning: expression('the partition key of the partition itself', 'postgres'),
    traits: counts(
      'the unusual properties of the partition, as for a table, and the triggers and constraints that are enabled or validated in another way than on the partitioned table',
      'postgres',
    ),
    comment: COMMENT,
    dependsOn: NEVER,
  },
  'column': {
    type: counts('the type of the column, without the width of an integer'),
    nullable: counts('whether the column is NOT NULL'),
    default: expression('the default of the column'),
    generated: expression('the generation expression of the column, and whether the column is stored or virtual'),
    identity: counts('whether the column is an identity or AUTO_INCREMENT'),
    onUpdate: counts('the ON UPDATE clause of the column', 'mysql family'),
    invisible: counts('whether the column is INVISIBLE', 'mysql family'),
    collation: counts('the effective collation of the column, on PostgreSQL only if it differs from the collation of the type'),
    ofDatabase: OF_DATABASE,
    comment: COMMENT_OF_ALL,
    dependsOn: DEPENDS_ON_ALL,
  },
  'primary-key': { ...KEY, nullsNotDistinct: NEVER, invisible: NEVER, hashed: NEVER },
  'unique': KEY,
  'check': {
    expression: expression('the expression of the check'),
    notValid: counts('whether the check is NOT VALID', 'postgres'),
    notEnforced: counts('whether the check is NOT ENFORCED', 'mysql'),
    ofColumn: reported('whether the check is a part of the definition of its column', 'mariadb'),
    comment: COMMENT,
    dependsOn: DEPENDS_ON_ALL,
  },
  'exclusion': {
    method: counts('the method of the index, such as gist', 'postgres'),
    keys: expression('the columns and expressions of the constraint, with collation and operator class', 'postgres'),
    operators: counts('the operator of each key', 'postgres'),
    include: INCLUDE,
    predicate: expression('the condition after WHERE', 'postgres'),
    temporal: counts('whether the constraint is a primary key or a unique constraint WITHOUT OVERLAPS', 'postgres'),
    deferrable: DEFERRABLE,
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
  'foreign-key': {
    columns: counts('the columns of the foreign key'),
    references: counts('the referenced table and columns'),
    onUpdate: counts('the action ON UPDATE'),
    onDelete: counts('the action ON DELETE'),
    match: counts('whether the foreign key is MATCH FULL', 'postgres'),
    period: counts('whether the last column is a PERIOD', 'postgres'),
    deferrable: DEFERRABLE,
    notValid: counts('whether the foreign key is NOT VALID', 'postgres'),
    ownIndex: counts('the name of the index that the server created for the foreign key, if both schemas have one', 'mysql family'),
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
  'index': {
    method: counts('the method of the index, such as btree'),
    keys: expression('the columns and expressions of the index, with order, operator class and prefix'),
    include: INCLUDE,
    unique: counts('whether the index is UNIQUE', 'postgres'),
    nullsNotDistinct: NULLS,
    predicate: expression('the condition after WHERE', 'postgres'),
    invalid: counts('whether the index is valid', 'postgres'),
    invisible: INVISIBLE,
    comment: COMMENT_OF_ALL,
    dependsOn: counts('the names of the other objects that the object uses', 'postgres, mysql'),
  },
  'trigger': {
    fires: counts('the time and the events at which the trigger fires'),
    order: counts('the place of the trigger in the firing order'),
    action: expression('the condition and the function call of the trigger, or on MySQL and MariaDB its body without comments'),
    enabled: counts('whether the trigger is disabled, enabled only for replicas, or always enabled', 'postgres'),
    collation: COLLATION,
    ofDatabase: OF_DATABASE,
    syntax: SYNTAX,
    sqlMode: SQL_MODE,
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
  'policy': {
    definition: expression('the command, the roles, USING and WITH CHECK of the policy', 'postgres'),
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
  'view': {
    columns: counts('the columns of the view with their types'),
    definition: body('the query of the view'),
    materialized: counts('whether the view is materialized', 'postgres'),
    unpopulated: reported('whether a materialized view has no data', 'postgres'),
    options: counts('the options of the view, such as check option, algorithm and security'),
    owner: OWNER,
    comment: COMMENT,
    dependsOn: DEPENDS_ON_ALL,
  },
  'function': {
    routine: counts('whether the routine is a function, procedure, aggregate or window function'),
    definition: body('the whole definition of the routine, on MySQL and MariaDB without comments'),
    overloadsBuiltIn: reported('whether calls of a function of the server or of an extension can mean the function', 'postgres'),
    returnsCollation: counts('the collation of a text that the function returns', 'mysql family'),
    owner: OWNER,
    collation: COLLATION,
    ofDatabase: OF_DATABASE,
    syntax: SYNTAX,
    sqlMode: SQL_MODE,
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
  'enum': { labels: counts('the labels of the enum, in order', 'postgres'), owner: OWNER, comment: COMMENT, dependsOn: NEVER },
  'domain': {
    type: counts('the type and the collation of the domain', 'postgres'),
    nullable: counts('whether the domain is NOT NULL', 'postgres'),
    default: expression('the default of the domain', 'postgres'),
    checks: expression('the checks of the domain, and whether they are NOT VALID', 'postgres'),
    owner: OWNER,
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
  'sequence': {
    type: counts('the type of the sequence', 'postgres, mariadb'),
    start: counts('the start value of the sequence', 'postgres, mariadb'),
    increment: counts('the increment of the sequence', 'postgres, mariadb'),
    minimum: counts('the minimum of the sequence', 'postgres, mariadb'),
    maximum: counts('the maximum of the sequence', 'postgres, mariadb'),
    cycle: counts('whether the sequence starts again at its end (CYCLE)', 'postgres, mariadb'),
    cache: counts('the number of cached values of the sequence', 'postgres'),
    unlogged: counts('whether the sequence is unlogged', 'postgres'),
    ownedBy: counts('the column that owns the sequence', 'postgres'),
    owner: OWNER,
    comment: COMMENT,
    dependsOn: NEVER,
  },
  'extension': { version: reported('the version of the extension', 'postgres'), comment: COMMENT, dependsOn: NEVER },
  'schema': { owner: OWNER, comment: COMMENT, dependsOn: NEVER },
  'opaque': {
    what: counts('the kind of the object: rule, statistics, composite and range type, operator, cast, collation, event, …'),
    owner: OWNER,
    hash: counts("the hash of the object's definition, including whether a rule is disabled"),
    collation: COLLATION,
    ofDatabase: OF_DATABASE,
    comment: COMMENT,
    dependsOn: DEPENDS,
  },
}

/**
 * Returns how a comparison of schemas treats a property of a schema object. Returns undefined for `kind`, `name` and `table`, and
 * for every other name that is not the name of a property.
 */
export function comparisonModeOfObjectProperty(kind: SchemaObjectKind, fact: string): ObjectPropertyComparisonMode | undefined {
  const facts: Readonly<Record<string, ComparisonRuleOfObjectProperty>> = PROPERTIES_OF_OBJECT_KINDS[kind]
  return facts[fact]?.is
}

/** The parts of a database that a schema comparison does not compare, each with its servers and the reason (docs/states.md). */
export const UNCOMPARED_DATABASE_PARTS: readonly {
  readonly what: string
  readonly on: ServersThatReadObjectProperty
  readonly because: string
}[] = [
  {
    what: 'rows; the value that a sequence or AUTO_INCREMENT has reached',
    on: 'all',
    because: 'Rows and counters change with every write. A migration that sets a sequence still has an effect',
  },
  { what: 'grants and default privileges', on: 'all', because: 'Grants belong to the roles of a server, and a shadow has other roles' },
  {
    what: 'roles, users, settings of a role or database',
    on: 'all',
    because: 'Roles and their settings belong to the server, and not to one database',
  },
  {
    what: 'tablespaces, fill factor and other storage parameters, compression, ROW_FORMAT',
    on: 'all',
    because: 'Storage parameters do not change the result of a statement',
  },
  {
    what: 'statistics targets, ANALYZE, CLUSTER ON, the access method of a table',
    on: 'postgres',
    because: 'Statistics, the order of rows on disk and the access method do not change the result of a statement',
  },
  {
    what: 'comments on columns of views and of composite types, on checks of domains, on the index of a key, on NOT NULL, on `public`',
    on: 'postgres',
    because: 'Comments do not change how a statement runs',
  },
  {
    what: 'the names of NOT NULL constraints and of the sequence of an identity; the schema of an extension',
    on: 'postgres',
    because:
      'These names may differ between databases of one project. An object that uses an extension names the schema of the extension, and that name counts',
  },
  {
    what: 'a partition that only one of the two compared schemas has',
    on: 'postgres',
    because:
      'Scheduled jobs add and remove partitions. With the setting `partitions: compare`, the engine compares partitions. An index, check or trigger that a partition does not inherit always counts',
  },
  {
    what: 'partitions',
    on: 'mysql family',
    because: 'Scheduled jobs add and remove partitions, and a partition has no objects of its own on these servers',
  },
  { what: 'objects that a partition inherits', on: 'postgres', because: 'Inherited objects belong to the partitioned table' },
  { what: 'objects that an extension made', on: 'postgres', because: 'An object that an extension made is part of the extension' },
  {
    what: 'other schemas, and neighbours',
    on: 'postgres',
    because: '[Neighbours](configuration.md#neighbours) do not belong to the project',
  },
  { what: 'subscriptions and replication slots', on: 'postgres', because: 'Replication belongs to the server, and not to one database' },
  { what: 'other databases', on: 'mysql family', because: 'A migration changes only the migrated database' },
  { what: 'temporary tables', on: 'all', because: 'A temporary table ends with its session' },
  { what: 'tables of the ledger, `interphase_…`', on: 'all', because: 'The ledger belongs to the engine' },
  { what: 'definers', on: 'mysql family', because: 'A definer is an account, which may not exist on another server' },
]
