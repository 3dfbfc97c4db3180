import type { Node } from 'libpg-query'
import type { StatementKindJudgementWithReason } from '../../../../dialect/judgement.ts'
import type { PostgresSyntaxTreeNode } from '../tree.ts'
import { asSyntaxTreeNode, hasSyntaxTreeOption, syntaxTreeNodesOfKind, textFieldOfSyntaxTreeNode } from '../tree.ts'
import {
  REASON_AGAINST_DATABASE_CHANGE,
  REASON_AGAINST_FOREIGN_SERVER,
  REASON_AGAINST_LARGE_OBJECT,
  REASON_AGAINST_ROLE_CHANGE,
  REASON_AGAINST_SERVER_CHANGE,
  REASON_AGAINST_SUBSCRIPTION,
  REMEDY_FOR_DATABASE_WIDE_STATEMENT,
} from './reasons.ts'

type NodeName = Node extends infer Each ? (Each extends unknown ? keyof Each : never) : never

/** The nodes of the grammar whose names end with Stmt and that occur only inside other statements. */
type Inner = 'RawStmt' | 'SetOperationStmt' | 'ReturnStmt' | 'PLAssignStmt' | 'ReplicaIdentityStmt'

/** The nodes of the server's grammar that can be a whole statement. */
export type PostgresStatementNodeName = Exclude<Extract<NodeName, `${string}Stmt`>, Inner>

/** The properties of a kind of SQL statement: whether the engine allows or refuses the statement, and how the engine runs it. */
export interface PostgresStatementKind extends StatementKindJudgementWithReason {
  /** The keywords of the statement, such as `ALTER TABLE`. */
  readonly says: string
  /**
   * The variants of the statement that the engine judges differently, such as ALTER TABLE with a certain clause. The engine uses
   * the first variant whose `when` returns true.
   */
  readonly forms?: readonly PostgresStatementKindVariant[]
  /** True when a set-up file can contain the statement, although a migration must not. */
  readonly inSetup?: true
  /**
   * Returns true when the statement cannot run in a transaction. The source is the server's code: such a statement calls
   * PreventInTransactionBlock (tcop/utility.c and commands/).
   */
  readonly bare?: (tree: PostgresSyntaxTreeNode) => boolean
  /** True when the statement does not change the schema, and has the same result when the engine sends the statement twice. */
  readonly repeatable?: true
  /** Returns true when the statement writes rows, or can run code that writes rows, as DO, CALL and EXECUTE can. */
  readonly writes?: (tree: PostgresSyntaxTreeNode) => boolean
  /** True when the statement contains the body of a routine or DO block as text. */
  readonly hasBody?: true
}

/** A variant of a kind of statement that the engine judges differently from the kind, such as ALTER TABLE with a certain clause. */
export interface PostgresStatementKindVariant extends StatementKindJudgementWithReason {
  readonly says: string
  readonly when: (tree: PostgresSyntaxTreeNode) => boolean
  readonly inSetup?: true
}

const always = () => true
const concurrent = (tree: PostgresSyntaxTreeNode) => tree['concurrent'] === true
const of =
  (key: string, ...values: readonly string[]) =>
  (tree: PostgresSyntaxTreeNode) =>
    values.includes(String(tree[key]))

/** Returns true for a CREATE TABLE AS that writes rows into a table that outlives the session. */
function fillsTableOfCreate(tree: PostgresSyntaxTreeNode): boolean {
  const query = asSyntaxTreeNode(asSyntaxTreeNode(tree['query'])['SelectStmt'])
  return tree['objtype'] === 'OBJECT_TABLE' && fillsLastingTable(tree['into']) && !findsNoRows(query)
}

/** Returns true for a SELECT INTO. In a UNION, the first SELECT contains the clause INTO. */
function fillsTableOfInto(tree: PostgresSyntaxTreeNode): boolean {
  return (
    (fillsLastingTable(tree['intoClause']) && !findsNoRows(tree)) ||
    (tree['larg'] !== undefined && fillsTableOfInto(asSyntaxTreeNode(tree['larg'])))
  )
}

function fillsLastingTable(into: unknown): boolean {
  const { rel, skipData } = asSyntaxTreeNode(into)
  return rel !== undefined && skipData !== true && asSyntaxTreeNode(rel)['relpersistence'] !== 't'
}

/**
 * Returns true for a SELECT with WHERE false, WHERE 1 = 0 or LIMIT 0. Such a query in a CREATE TABLE AS copies only the columns of a
 * table.
 */
function findsNoRows({ whereClause, limitCount }: PostgresSyntaxTreeNode): boolean {
  const constant = (node: unknown) => asSyntaxTreeNode(asSyntaxTreeNode(node)['A_Const'])
  const integer = (node: unknown) => {
    const { ival } = constant(node)
    return ival === undefined ? undefined : Number(asSyntaxTreeNode(ival)['ival'] ?? 0)
  }
  if (integer(limitCount) === 0) return true
  const { boolval } = constant(whereClause)
  if (boolval !== undefined) return asSyntaxTreeNode(boolval)['boolval'] !== true
  const { name, lexpr, rexpr } = asSyntaxTreeNode(asSyntaxTreeNode(whereClause)['A_Expr'])
  const [left, right] = [integer(lexpr), integer(rexpr)]
  const isEqualSign = syntaxTreeNodesOfKind(name, 'String')[0]?.['sval'] === '='
  return isEqualSign && left !== undefined && right !== undefined && left !== right
}

const state = (says: string, more: Partial<PostgresStatementKind> = {}): PostgresStatementKind => ({
  says,
  judged: 'state',
  because: 'The engine compares the schema before and after the statement, so the effects of the statement are known.',
  ...more,
})
const rows = (says: string, more: Partial<PostgresStatementKind> = {}): PostgresStatementKind => ({
  says,
  judged: 'observed',
  because: 'On a shadow, the locks of the transaction show the tables that the statement reads and writes.',
  writes: always,
  ...more,
})
const harmless = (says: string, because: string, more: Partial<PostgresStatementKind> = {}): PostgresStatementKind => ({
  says,
  judged: 'harmless',
  because,
  ...more,
})
const refused = (says: string, because: string, more: Partial<PostgresStatementKind> = {}): PostgresStatementKind => ({
  says,
  judged: 'refused',
  because,
  ...more,
})

const GRANT = 'A comparison of schemas ignores privileges. REVOKE on an existing object has the effect `removes`.'
const CURSOR = 'A cursor ends with the transaction. The engine judges its query like any other statement.'
const NESTED = 'The engine judges the inner statement like any other statement.'
const CATALOG_COMMENT = 'A comment is part of the schema, or has no effect on statements.'

/** The settings that hide the changes of later statements from the engine, or disable the server's own integrity checks. */
const BLINDING = [
  'session_replication_role',
  'allow_system_table_mods',
  'zero_damaged_pages',
  'ignore_checksum_failure',
  'ignore_system_indexes',
]

export function isRefusedSetting(setting: string): boolean {
  return BLINDING.includes(setting.toLowerCase())
}

/** The properties of each kind of SQL statement. If a new kind of the grammar has no entry, the file does not compile. */
export const POSTGRES_STATEMENT_KINDS: { readonly [N in PostgresStatementNodeName]: PostgresStatementKind } = {
  // SQL statements that read or write rows.
  SelectStmt: harmless('SELECT', 'The statement reads rows. On a shadow, the engine observes the writes of called functions and of WITH.', {
    judged: 'observed',
    writes: fillsTableOfInto,
  }),
  InsertStmt: rows('INSERT'),
  UpdateStmt: rows('UPDATE'),
  DeleteStmt: rows('DELETE'),
  MergeStmt: rows('MERGE'),
  TruncateStmt: rows('TRUNCATE'),
  CopyStmt: rows('COPY … FROM a file of the server', {
    writes: (tree) => tree['is_from'] === true,
    forms: [
      {
        says: 'COPY … PROGRAM',
        judged: 'refused',
        because:
          'The statement runs a program on the machine of the server, and the engine cannot observe its effects. Write the rows as INSERT.',
        when: (tree) => tree['is_program'] === true,
      },
      {
        says: 'COPY … TO',
        judged: 'refused',
        because: 'The statement writes rows to a file of the server or to a client. A migration does not need this.',
        when: (tree) => tree['is_from'] !== true,
      },
    ],
  }),
  CallStmt: rows('CALL'),
  DoStmt: rows('DO', {
    because: 'The engine observes the effects of the block on a shadow, and judges each statement in it separately.',
    hasBody: true,
  }),
  DeclareCursorStmt: harmless('DECLARE CURSOR', CURSOR),
  FetchStmt: harmless('FETCH, MOVE', CURSOR),
  ClosePortalStmt: harmless('CLOSE', CURSOR),
  PrepareStmt: harmless('PREPARE', NESTED),
  ExecuteStmt: rows('EXECUTE', {
    because: 'The engine judged the prepared statement when it was prepared, and observes its rows on a shadow.',
  }),
  DeallocateStmt: harmless('DEALLOCATE', 'A prepared statement ends with the file.'),
  ExplainStmt: harmless('EXPLAIN', NESTED),

  // SQL statements about tables and their parts.
  CreateStmt: state('CREATE TABLE'),
  CreateTableAsStmt: state('CREATE TABLE AS, CREATE MATERIALIZED VIEW', { writes: fillsTableOfCreate }),
  AlterTableStmt: state('ALTER TABLE, ALTER INDEX, ALTER VIEW, ALTER SEQUENCE', {
    bare: (tree) => syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd').some(isDetachConcurrently),
  }),
  AlterTableMoveAllStmt: refused(
    'ALTER … ALL IN TABLESPACE',
    `The statement moves the tables of other projects too. ${REMEDY_FOR_DATABASE_WIDE_STATEMENT}`,
  ),
  IndexStmt: state('CREATE INDEX', { bare: concurrent }),
  CreateStatsStmt: harmless('CREATE STATISTICS', 'Extended statistics change the plan of a query, and not the result of the query.'),
  AlterStatsStmt: harmless('ALTER STATISTICS', 'Extended statistics change the plan of a query, and not the result of the query.'),
  CreateTrigStmt: state('CREATE TRIGGER'),
  CreatePolicyStmt: state('CREATE POLICY'),
  AlterPolicyStmt: state('ALTER POLICY'),
  RuleStmt: state('CREATE RULE'),
  ViewStmt: state('CREATE VIEW'),
  RefreshMatViewStmt: harmless('REFRESH MATERIALIZED VIEW', 'The statement fills the view again from its query.', {
    judged: 'observed',
    repeatable: true,
  }),
  CreateSeqStmt: state('CREATE SEQUENCE'),
  AlterSeqStmt: state('ALTER SEQUENCE'),
  CreateForeignTableStmt: refused('CREATE FOREIGN TABLE', REASON_AGAINST_FOREIGN_SERVER),
  RenameStmt: state('ALTER … RENAME', {
    forms: [
      {
        says: 'ALTER DATABASE … RENAME',
        judged: 'refused',
        because: REASON_AGAINST_DATABASE_CHANGE,
        when: of('renameType', 'OBJECT_DATABASE'),
      },
      {
        says: 'ALTER ROLE … RENAME',
        judged: 'refused',
        because: REASON_AGAINST_ROLE_CHANGE,
        when: of('renameType', 'OBJECT_ROLE'),
        inSetup: true,
      },
      {
        says: 'ALTER TABLESPACE … RENAME',
        judged: 'refused',
        because: REASON_AGAINST_SERVER_CHANGE,
        when: of('renameType', 'OBJECT_TABLESPACE'),
      },
      {
        says: 'ALTER SERVER … RENAME',
        judged: 'refused',
        because: REASON_AGAINST_FOREIGN_SERVER,
        when: of('renameType', 'OBJECT_FDW', 'OBJECT_FOREIGN_SERVER'),
      },
      {
        says: 'ALTER SUBSCRIPTION … RENAME',
        judged: 'refused',
        because: REASON_AGAINST_SUBSCRIPTION,
        when: of('renameType', 'OBJECT_SUBSCRIPTION'),
      },
    ],
  }),
  AlterObjectSchemaStmt: state('ALTER … SET SCHEMA'),
  AlterObjectDependsStmt: state('ALTER … DEPENDS ON EXTENSION'),
  AlterOwnerStmt: state('ALTER … OWNER TO', {
    because: 'The owner of an existing object loses its privileges, which has the effect `removes`.',
    forms: [
      {
        says: 'ALTER DATABASE … OWNER TO',
        judged: 'refused',
        because: REASON_AGAINST_DATABASE_CHANGE,
        when: of('objectType', 'OBJECT_DATABASE'),
      },
      {
        says: 'ALTER TABLESPACE … OWNER TO',
        judged: 'refused',
        because: REASON_AGAINST_SERVER_CHANGE,
        when: of('objectType', 'OBJECT_TABLESPACE'),
      },
      {
        says: 'ALTER SERVER … OWNER TO',
        judged: 'refused',
        because: REASON_AGAINST_FOREIGN_SERVER,
        when: of('objectType', 'OBJECT_FDW', 'OBJECT_FOREIGN_SERVER'),
      },
      {
        says: 'ALTER SUBSCRIPTION … OWNER TO',
        judged: 'refused',
        because: REASON_AGAINST_SUBSCRIPTION,
        when: of('objectType', 'OBJECT_SUBSCRIPTION'),
      },
      {
        says: 'ALTER LARGE OBJECT … OWNER TO',
        judged: 'refused',
        because: REASON_AGAINST_LARGE_OBJECT,
        when: of('objectType', 'OBJECT_LARGEOBJECT'),
      },
    ],
  }),
  DropStmt: state('DROP', {
    bare: concurrent,
    forms: [
      {
        says: 'DROP SERVER, DROP FOREIGN DATA WRAPPER, DROP FOREIGN TABLE',
        judged: 'refused',
        because: REASON_AGAINST_FOREIGN_SERVER,
        when: of('removeType', 'OBJECT_FDW', 'OBJECT_FOREIGN_SERVER', 'OBJECT_FOREIGN_TABLE'),
      },
    ],
  }),
  CommentStmt: state('COMMENT ON', {
    because: CATALOG_COMMENT,
    repeatable: true,
    forms: [
      { says: 'COMMENT ON DATABASE', judged: 'refused', because: REASON_AGAINST_DATABASE_CHANGE, when: of('objtype', 'OBJECT_DATABASE') },
      {
        says: 'COMMENT ON ROLE',
        judged: 'refused',
        because: REASON_AGAINST_ROLE_CHANGE,
        when: of('objtype', 'OBJECT_ROLE'),
        inSetup: true,
      },
      { says: 'COMMENT ON TABLESPACE', judged: 'refused', because: REASON_AGAINST_SERVER_CHANGE, when: of('objtype', 'OBJECT_TABLESPACE') },
      {
        says: 'COMMENT ON SUBSCRIPTION',
        judged: 'refused',
        because: REASON_AGAINST_SUBSCRIPTION,
        when: of('objtype', 'OBJECT_SUBSCRIPTION'),
      },
      {
        says: 'COMMENT ON LARGE OBJECT',
        judged: 'refused',
        because: REASON_AGAINST_LARGE_OBJECT,
        when: of('objtype', 'OBJECT_LARGEOBJECT'),
      },
    ],
  }),
  SecLabelStmt: harmless('SECURITY LABEL', 'Only the extension that provides the label reads the label. Schema and rows do not change.', {
    forms: [
      {
        says: 'SECURITY LABEL ON DATABASE, ROLE or TABLESPACE',
        judged: 'refused',
        because: REASON_AGAINST_SERVER_CHANGE,
        when: of('objtype', 'OBJECT_DATABASE', 'OBJECT_ROLE', 'OBJECT_TABLESPACE'),
      },
      {
        says: 'SECURITY LABEL ON SUBSCRIPTION',
        judged: 'refused',
        because: REASON_AGAINST_SUBSCRIPTION,
        when: of('objtype', 'OBJECT_SUBSCRIPTION'),
      },
      {
        says: 'SECURITY LABEL ON LARGE OBJECT',
        judged: 'refused',
        because: REASON_AGAINST_LARGE_OBJECT,
        when: of('objtype', 'OBJECT_LARGEOBJECT'),
      },
    ],
  }),

  // SQL statements about all other objects of the database.
  CreateSchemaStmt: state('CREATE SCHEMA'),
  CreateExtensionStmt: state('CREATE EXTENSION'),
  AlterExtensionStmt: state('ALTER EXTENSION … UPDATE'),
  AlterExtensionContentsStmt: state('ALTER EXTENSION … ADD, DROP'),
  CreateFunctionStmt: state('CREATE FUNCTION, CREATE PROCEDURE', { hasBody: true }),
  AlterFunctionStmt: state('ALTER FUNCTION, ALTER PROCEDURE'),
  DefineStmt: state('CREATE AGGREGATE, COLLATION, OPERATOR, TEXT SEARCH …, TYPE'),
  CompositeTypeStmt: state('CREATE TYPE … AS'),
  CreateEnumStmt: state('CREATE TYPE … AS ENUM'),
  AlterEnumStmt: state('ALTER TYPE … ADD VALUE, RENAME VALUE'),
  CreateRangeStmt: state('CREATE TYPE … AS RANGE'),
  AlterTypeStmt: state('ALTER TYPE … SET'),
  CreateDomainStmt: state('CREATE DOMAIN'),
  AlterDomainStmt: state('ALTER DOMAIN'),
  AlterCollationStmt: state('ALTER COLLATION … REFRESH VERSION'),
  AlterOperatorStmt: state('ALTER OPERATOR'),
  CreateOpClassStmt: state('CREATE OPERATOR CLASS'),
  CreateOpFamilyStmt: state('CREATE OPERATOR FAMILY'),
  AlterOpFamilyStmt: state('ALTER OPERATOR FAMILY'),
  CreateCastStmt: state('CREATE CAST'),
  CreateConversionStmt: state('CREATE CONVERSION'),
  CreateTransformStmt: state('CREATE TRANSFORM'),
  CreatePLangStmt: state('CREATE LANGUAGE'),
  CreateAmStmt: state('CREATE ACCESS METHOD'),
  AlterTSDictionaryStmt: state('ALTER TEXT SEARCH DICTIONARY'),
  AlterTSConfigurationStmt: state('ALTER TEXT SEARCH CONFIGURATION'),
  CreateEventTrigStmt: state('CREATE EVENT TRIGGER'),
  AlterEventTrigStmt: state('ALTER EVENT TRIGGER'),
  CreatePublicationStmt: state('CREATE PUBLICATION'),
  AlterPublicationStmt: state('ALTER PUBLICATION'),

  // SQL statements about privileges and owners.
  GrantStmt: harmless('GRANT, REVOKE', GRANT, {
    repeatable: true,
    forms: [
      { says: 'GRANT … ON DATABASE', judged: 'refused', because: REASON_AGAINST_DATABASE_CHANGE, when: of('objtype', 'OBJECT_DATABASE') },
      {
        says: 'GRANT … ON TABLESPACE, PARAMETER',
        judged: 'refused',
        because: REASON_AGAINST_SERVER_CHANGE,
        when: of('objtype', 'OBJECT_TABLESPACE', 'OBJECT_PARAMETER_ACL'),
      },
      {
        says: 'GRANT … ON FOREIGN SERVER, FOREIGN DATA WRAPPER',
        judged: 'refused',
        because: REASON_AGAINST_FOREIGN_SERVER,
        when: of('objtype', 'OBJECT_FDW', 'OBJECT_FOREIGN_SERVER'),
      },
      {
        says: 'GRANT … ON LARGE OBJECT',
        judged: 'refused',
        because: REASON_AGAINST_LARGE_OBJECT,
        when: of('objtype', 'OBJECT_LARGEOBJECT'),
      },
    ],
  }),
  AlterDefaultPrivilegesStmt: harmless(
    'ALTER DEFAULT PRIVILEGES',
    'The statement affects only objects that are created later, which old code does not know.',
    { repeatable: true },
  ),
  GrantRoleStmt: refused('GRANT role, REVOKE role', REASON_AGAINST_ROLE_CHANGE, { inSetup: true, repeatable: true }),
  CreateRoleStmt: refused('CREATE ROLE, USER, GROUP', REASON_AGAINST_ROLE_CHANGE, { inSetup: true }),
  AlterRoleStmt: refused('ALTER ROLE, USER, GROUP', REASON_AGAINST_ROLE_CHANGE, { inSetup: true }),
  AlterRoleSetStmt: refused('ALTER ROLE … SET', REASON_AGAINST_ROLE_CHANGE, { inSetup: true }),
  DropRoleStmt: refused('DROP ROLE, USER, GROUP', REASON_AGAINST_ROLE_CHANGE, { inSetup: true }),
  DropOwnedStmt: refused(
    'DROP OWNED',
    'The statement drops all objects of the role, and these differ between databases. Write one DROP statement for each object.',
  ),
  ReassignOwnedStmt: refused(
    'REASSIGN OWNED',
    'The statement changes the owner of all objects of the role, including databases. Write ALTER … OWNER TO for each object of the project.',
  ),

  // SQL statements about the server and other servers.
  CreatedbStmt: refused('CREATE DATABASE', REASON_AGAINST_DATABASE_CHANGE),
  DropdbStmt: refused('DROP DATABASE', REASON_AGAINST_DATABASE_CHANGE),
  AlterDatabaseStmt: refused('ALTER DATABASE', REASON_AGAINST_DATABASE_CHANGE),
  AlterDatabaseSetStmt: refused('ALTER DATABASE … SET', REASON_AGAINST_DATABASE_CHANGE),
  AlterDatabaseRefreshCollStmt: refused('ALTER DATABASE … REFRESH COLLATION VERSION', REASON_AGAINST_DATABASE_CHANGE),
  AlterSystemStmt: refused('ALTER SYSTEM', REASON_AGAINST_SERVER_CHANGE),
  CreateTableSpaceStmt: refused('CREATE TABLESPACE', REASON_AGAINST_SERVER_CHANGE),
  DropTableSpaceStmt: refused('DROP TABLESPACE', REASON_AGAINST_SERVER_CHANGE),
  AlterTableSpaceOptionsStmt: refused('ALTER TABLESPACE', REASON_AGAINST_SERVER_CHANGE),
  CreateFdwStmt: refused('CREATE FOREIGN DATA WRAPPER', REASON_AGAINST_FOREIGN_SERVER),
  AlterFdwStmt: refused('ALTER FOREIGN DATA WRAPPER', REASON_AGAINST_FOREIGN_SERVER),
  CreateForeignServerStmt: refused('CREATE SERVER', REASON_AGAINST_FOREIGN_SERVER),
  AlterForeignServerStmt: refused('ALTER SERVER', REASON_AGAINST_FOREIGN_SERVER),
  CreateUserMappingStmt: refused('CREATE USER MAPPING', REASON_AGAINST_FOREIGN_SERVER),
  AlterUserMappingStmt: refused('ALTER USER MAPPING', REASON_AGAINST_FOREIGN_SERVER),
  DropUserMappingStmt: refused('DROP USER MAPPING', REASON_AGAINST_FOREIGN_SERVER),
  ImportForeignSchemaStmt: refused('IMPORT FOREIGN SCHEMA', REASON_AGAINST_FOREIGN_SERVER),
  CreateSubscriptionStmt: refused('CREATE SUBSCRIPTION', REASON_AGAINST_SUBSCRIPTION),
  AlterSubscriptionStmt: refused('ALTER SUBSCRIPTION', REASON_AGAINST_SUBSCRIPTION),
  DropSubscriptionStmt: refused('DROP SUBSCRIPTION', REASON_AGAINST_SUBSCRIPTION),
  CheckPointStmt: harmless('CHECKPOINT', 'The server only writes its changes to the disk earlier than without the statement.', {
    repeatable: true,
  }),

  // SQL statements for the maintenance of tables.
  VacuumStmt: harmless('VACUUM, ANALYZE', 'The statement does not change the schema or the values of rows.', {
    bare: (tree) => tree['is_vacuumcmd'] === true,
    repeatable: true,
    forms: [
      {
        says: 'VACUUM (FULL) without a table',
        judged: 'refused',
        because: `The statement locks and rewrites the tables of other projects too. ${REMEDY_FOR_DATABASE_WIDE_STATEMENT}`,
        when: (tree) => tree['rels'] === undefined && hasSyntaxTreeOption(tree['options'], 'full'),
      },
    ],
  }),
  ClusterStmt: harmless('CLUSTER', 'The statement writes the rows of a table in another order. The engine measures its price.', {
    repeatable: true,
    forms: [
      {
        says: 'CLUSTER without a table',
        judged: 'refused',
        because: `The statement locks and rewrites the tables of other projects too. ${REMEDY_FOR_DATABASE_WIDE_STATEMENT}`,
        when: (tree) => tree['relation'] === undefined,
      },
    ],
  }),
  ReindexStmt: harmless('REINDEX', 'The statement rebuilds an index without changing its definition. The engine measures its price.', {
    bare: (tree) => hasSyntaxTreeOption(tree['params'], 'concurrently'),
    repeatable: true,
    forms: [
      {
        says: 'REINDEX SCHEMA, DATABASE, SYSTEM',
        judged: 'refused',
        because: `The statement locks the tables of other projects too. ${REMEDY_FOR_DATABASE_WIDE_STATEMENT}`,
        when: (tree) => !/_(INDEX|TABLE)$/.test(String(tree['kind'])),
      },
    ],
  }),
  LockStmt: harmless('LOCK', 'The lock ends with the transaction.', { repeatable: true }),
  LoadStmt: harmless('LOAD', 'The server loads the library only into this session.', { repeatable: true }),

  // SQL statements that change the session.
  VariableSetStmt: harmless('SET, RESET', 'A setting of the session ends with the file.', {
    repeatable: true,
    forms: [
      {
        says: 'SET session_replication_role and other settings that disable checks of the server',
        judged: 'refused',
        because:
          'With this setting, the server does not fire triggers, check foreign keys or protect its catalog, so nothing detects wrong rows. Write rows that satisfy the foreign keys. If a dump contains the statement, dump again without --disable-triggers.',
        when: (tree) => isRefusedSetting(textFieldOfSyntaxTreeNode(tree, 'name')),
      },
    ],
  }),
  VariableShowStmt: harmless('SHOW', 'The statement reads a setting.', { repeatable: true }),
  ConstraintsSetStmt: harmless('SET CONSTRAINTS', 'The setting of the constraints ends with the transaction.'),
  DiscardStmt: harmless('DISCARD', 'The statement discards state of the session, and nothing of the database.', {
    repeatable: true,
    forms: [
      {
        says: 'DISCARD ALL',
        judged: 'refused',
        because: 'The statement releases the lock of the run. Write DISCARD TEMP or DISCARD PLANS.',
        when: of('target', 'DISCARD_ALL'),
      },
    ],
  }),
  TransactionStmt: harmless(
    'BEGIN, COMMIT, ROLLBACK, SAVEPOINT',
    'A file must not begin or end a transaction. In a function, these statements become savepoints.',
    {
      forms: [
        {
          says: 'PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED',
          judged: 'refused',
          because:
            'A prepared transaction outlives its session and holds its locks until a person commits or rolls it back. The engine itself begins and ends the transactions.',
          when: of('kind', 'TRANS_STMT_PREPARE', 'TRANS_STMT_COMMIT_PREPARED', 'TRANS_STMT_ROLLBACK_PREPARED'),
        },
      ],
    },
  ),
  NotifyStmt: harmless('NOTIFY', 'The statement notifies other sessions. Schema and rows do not change.'),
  ListenStmt: harmless('LISTEN', 'The registration for notifications ends with the session.'),
  UnlistenStmt: harmless('UNLISTEN', 'The effect of the statement is limited to this session.'),
}

export function isDetachConcurrently(command: PostgresSyntaxTreeNode): boolean {
  return command['subtype'] === 'AT_DetachPartition' && syntaxTreeNodesOfKind([command['def']], 'PartitionCmd').some(concurrent)
}

export function postgresStatementKindOf(node: string): PostgresStatementKind | undefined {
  // The server's grammar can contain kinds of statements that the type declarations of the grammar do not contain, so a cast lets
  // the code look up every kind.
  return (POSTGRES_STATEMENT_KINDS as { readonly [node: string]: PostgresStatementKind | undefined })[node]
}
