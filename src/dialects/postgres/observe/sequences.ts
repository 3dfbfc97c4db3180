import type { CatalogReading, DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sqlVerbatim } from '../../../dialect/sql.ts'
import { type ColumnObject, objectIdOf, type SchemaObject, type SchemaObjectId, type SequenceObject } from '../../../schema/object.ts'
import { groupKeyOfObjectId, objectsOfState } from '../../../schema/state.ts'
import { objectNameExpressionSql } from '../catalog/reference.ts'
import type { ObjectTouchedByTransaction } from './traces.ts'

/** The facts that show whether the statements of a transaction have set the value of a sequence. */
export interface SequenceSetEvidence {
  readonly statements: readonly string[]
  /** The texts in the bodies of the DO blocks and routines that the statements execute. */
  readonly bodies: readonly string[]
  readonly before: CatalogReading
  /** True when the transaction locked a sequence, but wrote no row. A statement can then have set the value of the sequence. */
  readonly isOddlyLocked: boolean
}

/**
 * Returns the sequences and identity columns of the previous state whose value the open transaction set. No catalog shows that a
 * value was set. The function therefore uses the texts of the statements, which show whether a statement set a value, and the
 * locks, which show the sequence. The result also contains a sequence that the transaction replaced by a new sequence of the same
 * name, because the new sequence begins at its start value.
 */
export async function findSequencesSetByTransaction(
  session: DatabaseSession,
  suspicion: SequenceSetEvidence,
  traces: readonly ObjectTouchedByTransaction[],
): Promise<readonly SchemaObjectId[]> {
  const { before } = suspicion
  const isSet = isSuspicious(suspicion)
  if (!isSet && !traces.some((trace) => mayReplaceSequence(trace, before))) return []
  const rows = await session.query<LockedSequence>(LOCKED)
  const locked = rows.filter((one) => isIn(before, one.id) && (isSet || isReplaced(one, before))).map(({ id }) => id)
  // A statement that sets a sequence can be in a branch of a body that did not run. The transaction then did not lock the sequence.
  // The result therefore also contains the sequences that the bodies name.
  const inBodies = suspicion.bodies.filter((text) => SETS.test(text))
  return inBodies.length === 0 ? locked : [...new Set([...locked, ...sequencesNamed(inBodies, before, locked)])]
}

/** A sequence that the open transaction locked. */
interface LockedSequence {
  /** The id of the sequence, or of the identity column to which the sequence belongs. */
  readonly id: SchemaObjectId
  readonly oid: string
  /** True if the sequence belongs to an identity column, and the transaction created the sequence. */
  readonly made: boolean
}

/**
 * Returns true if the transaction dropped a relation, which can be the sequence of an identity column, or if the name of a
 * sequence belongs to another sequence than before.
 */
function mayReplaceSequence({ kind, identity, group }: ObjectTouchedByTransaction, { identities }: CatalogReading): boolean {
  if (kind !== 'relation') return false
  return group === null || (group.startsWith('sequence:') && identities.has(group) && identities.get(group) !== identity)
}

function isReplaced({ id, oid, made }: LockedSequence, { state, identities }: CatalogReading): boolean {
  const object = state.groups.get(groupKeyOfObjectId(id))?.get(id)
  return object?.kind === 'column' ? made && object.identity !== undefined : identities.get(id) !== oid
}

/**
 * Returns the sequences and identity columns that the statements can have set. If the texts name sequences, the result contains
 * these sequences, and otherwise all sequences. The result is empty if no text sets a sequence. The function is for statements
 * outside a transaction, which have already released their locks.
 */
export function findSequencesSetByText(suspicion: SequenceSetEvidence): readonly SchemaObjectId[] {
  return isSuspicious(suspicion) ? sequencesNamed([...suspicion.statements, ...suspicion.bodies], suspicion.before, []) : []
}

/**
 * Returns the sequences and identity columns that the texts name. If the texts name none, returns `otherwise`, or all sequences if
 * `otherwise` is empty.
 */
function sequencesNamed(
  texts: readonly string[],
  { state }: CatalogReading,
  otherwise: readonly SchemaObjectId[],
): readonly SchemaObjectId[] {
  const all = [...objectsOfState(state)].filter(givesNumbers)
  const words = new Set(texts.flatMap((text) => text.split(/[^\p{L}\p{N}_$]+/u)))
  const named = all.filter((object) => words.has(plainName(object)))
  if (named.length === 0 && otherwise.length > 0) return otherwise
  return (named.length > 0 ? named : all).map((object) => objectIdOf(object))
}

type Numbering = SequenceObject | ColumnObject

function givesNumbers(object: SchemaObject): object is Numbering {
  return object.kind === 'sequence' || (object.kind === 'column' && object.identity !== undefined)
}

/** Returns the name of a sequence without its schema. For an identity column, returns the name of its table. */
function plainName(object: Numbering): string {
  const name = object.kind === 'sequence' ? object.name : object.table
  return name.slice(name.indexOf('.') + 1)
}

// Matches a statement that sets the value of a sequence. The pattern does not match TRUNCATE … RESTART IDENTITY, because that
// statement also deletes the rows with the old numbers.
const SETS = /\bsetval\b|\brestart\b(?!\s+identity)|\bdrop\s+identity\b[\s\S]*\badd\s+generated\b/i
const DEFINES = /^create\s+(?:or\s+replace\s+)?(?:function|procedure|trigger|rule)\b/i
const TAKES = /\bnextval\b|\bsequence\b|\btable\b/i

function isSuspicious({ statements, bodies, isOddlyLocked }: SequenceSetEvidence): boolean {
  const run = [...statements.filter((text) => !DEFINES.test(text)), ...bodies]
  return run.some((text) => SETS.test(text)) || (isOddlyLocked && !run.some((text) => TAKES.test(text)))
}

function isIn({ state }: CatalogReading, id: SchemaObjectId): boolean {
  return state.groups.get(groupKeyOfObjectId(id))?.has(id) === true
}

const LOCKED: SqlStatement = sqlVerbatim(`
SELECT DISTINCT CASE WHEN a.attname IS NULL THEN 'sequence:' || ${objectNameExpressionSql('c.relnamespace', 'c.relname')}
  ELSE 'column:' || ${objectNameExpressionSql('t.relnamespace', 't.relname')} || '.' || a.attname END AS id,
  c.oid::text AS oid, COALESCE(age(d.xmin) <= 0, false) AS made
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'S'
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.mode <> 'AccessShareLock'
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
ORDER BY 1`)
