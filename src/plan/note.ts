import * as z from 'zod'
import { jsonWithSortedKeys } from '../schema/canonical.ts'
import type { DeepReadonly } from '../shape.ts'
import { formatWorkCursor, WorkCursorShape } from './cursor.ts'

const count = z.int().nonnegative()

/** The states of gates, each with the facts from which the gate determined its state. */
const gateEvidence = z.array(z.object({ gate: z.string(), state: z.string(), evidence: z.array(z.string()) }))

/**
 * The kinds of notes in the ledger. Each kind has the shape of its fields, and the function for the sentence that `interphase
 * log` prints. No code parses the sentence.
 */
const NOTES = {
  /** The subject of the note `adopted` is the migration after which the recorded state equals the schema. */
  'adopted': kind(
    {
      migrations: count,
      /** The reason with which a user accepted that the schema differs from the recorded state, and the number of differences. */
      despite: z.string().exactOptional(),
      differences: count.exactOptional(),
      /**
       * The name of the base that the database had before it was adopted. A base is an older schema, from which the migrations of
       * a bridge lead to the chain. The migrations of the bridge have run.
       */
      base: z.string().exactOptional(),
    },
    ({ migrations, despite, differences = 0, base }) =>
      despite === undefined
        ? `the schema equals the recorded state after it; ${migrations} migrations count as done${base === undefined ? '' : `; from the base ${base}`}`
        : `the schema has ${differences} differences from the recorded state after it, despite which ${migrations} migrations count as done: ${despite}`,
  ),
  /**
   * The subject of the note `squashed` is the first release of the chain. The release counts as done because the database ran the
   * releases that it replaces.
   */
  'squashed': kind(
    { releases: z.array(z.string()) },
    ({ releases }) => `counts as done, because these releases ran: ${releases.join(', ')}`,
  ),
  /**
   * The subject of the note `snapshot` is a release. A new database gets the recorded state of this release directly, without
   * running the migrations.
   */
  'snapshot': kind(
    {
      stage: z.enum(['begun', 'done', 'withdrawn']),
      /** The fingerprint of the recorded state that the database got. */
      state: z.string(),
      migrations: count,
      /** True if the command also loads the rows that the migrations create in an empty database. */
      rows: z.boolean(),
    },
    ({ stage, state, migrations, rows }) => {
      const loaded = rows ? ' with its rows' : ''
      if (stage === 'begun') return `an empty database begins to get the recorded state ${state}${loaded}`
      if (stage === 'withdrawn') return `the state ${state} could not be created, and its objects were dropped again`
      return `the schema was created from the recorded state ${state}${loaded} and equals it; ${migrations} migrations count as done`
    },
  ),
  'taken over': kind({ from: z.string() }, ({ from }) => `from ${from}`),
  'again': kind({}, () => 'run once more by name'),
  /** The note `confirmed` records that a gate opened because a person agreed to its evidence. */
  'confirmed': kind(
    {
      /** The name of the phase that a person confirmed, or `undo`. */
      phase: z.string(),
      release: z.string(),
      gate: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      evidence: z.array(z.string()),
    },
    ({ evidence }) => `may destroy ${evidence.join(', ')}`,
  ),
  /** The note `approved` records that a person approved the plan of a release for one phase. */
  'approved': kind(
    {
      release: z.string(),
      phase: z.string(),
      plan: z.string(),
      database: z.string(),
      approver: z.string(),
      approvedAt: z.string(),
      expiresAt: z.string(),
      signature: z.string().optional(),
    },
    ({ approver, plan, expiresAt, signature }) =>
      `${approver} approved ${plan} until ${expiresAt}, ${signature === undefined ? 'unsigned' : 'signed'}`,
  ),
  'revoked': kind(
    { release: z.string(), phase: z.string(), approver: z.string(), because: z.string().optional() },
    ({ approver, because }) => (because === undefined ? `the approval of ${approver}` : `the approval of ${approver}, because ${because}`),
  ),
  /** The note `overridden` records that a person allowed a phase to start although the gate `gate` was not open. */
  'overridden': kind(
    { release: z.string(), phase: z.string(), plan: z.string(), gate: z.string(), name: z.string(), because: z.string() },
    ({ gate, name, because }) => `${gate} by ${name}, because ${because}`,
  ),
  /** The note `begun` records that a run of a phase, or an undo, begins. The run writes the note before its first statement. */
  'begun': kind(
    {
      release: z.string(),
      phase: z.string(),
      plan: z.string().exactOptional(),
      policy: z.string().exactOptional(),
      migrations: count,
      gates: gateEvidence,
    },
    ({ migrations, plan }) => `${migrations} ${migrations === 1 ? 'migration' : 'migrations'}${plan === undefined ? '' : `, plan ${plan}`}`,
  ),
  /**
   * The note `ended` records the end of a run that has begun. The note is missing if the process of the run ended suddenly or its
   * connection was lost.
   */
  'ended': kind(
    {
      release: z.string(),
      phase: z.string(),
      plan: z.string().exactOptional(),
      outcome: z.enum(['done', 'failed', 'stopped']),
      migrations: count.exactOptional(),
      /** The code of the error that ended the run. */
      problem: z.string().exactOptional(),
    },
    ({ outcome, problem }) => (problem === undefined ? outcome : `${outcome}: ${problem}`),
  ),
  /** The note `refused` records that closed gates prevented a run, or that a policy refused the release of a run. */
  'refused': kind(
    { release: z.string(), phase: z.string(), plan: z.string().exactOptional(), gates: gateEvidence },
    ({ gates }) => `held by ${gates.map(({ gate, state }) => `${gate} (${state})`).join(', ')}`,
  ),
  /** The note `paused` records a pause that a run observed. */
  'paused': kind(
    {
      by: z.string(),
      since: z.string(),
      /** The time at which the pause ended. The field is absent if the run ended during the pause. */
      until: z.string().exactOptional(),
      /**
       * The user who resumed the data steps. The field is absent if another pause replaced the pause, or if the run ended during
       * the pause.
       */
      resumedBy: z.string().exactOptional(),
      because: z.string().exactOptional(),
    },
    ({ by, since, until, resumedBy, because }) => {
      const end = until === undefined ? '' : ` until ${until}${resumedBy === undefined ? '' : `, resumed by ${resumedBy}`}`
      return `by ${by} since ${since}${end}${because === undefined ? '' : `, because ${because}`}`
    },
  ),
  /**
   * The note `usage` records the counts of the server's statistics at one time, for the objects that a phase will remove. The
   * gate `unused` compares later counts with these counts.
   */
  'usage': kind(
    {
      release: z.string(),
      phase: z.string(),
      /** The time of the counts on the server's clock, in ISO 8601 form. */
      since: z.string(),
      objects: z.array(z.string()),
      period: z.string(),
      dropped: count,
      counts: z.record(z.string(), z.number()),
    },
    ({ phase, release, objects, since }) =>
      `the use of ${objects.length} ${objects.length === 1 ? 'object' : 'objects'} that ${phase} of ${release} removes is counted since ${since}`,
  ),
  'interrupted': kind(
    { cursor: WorkCursorShape, found: z.enum(['done', 'not done']) },
    ({ cursor, found }) => `${formatWorkCursor(cursor)} was found ${found}`,
  ),
  'stamped': kind(
    {
      verdict: z.enum(['done', 'not-done']),
      was: z.enum(['running', 'undoing']),
      cursor: WorkCursorShape,
      /** The reason with which a user accepted that the schema contradicts the user's decision about the migration. */
      despite: z.string().exactOptional(),
    },
    ({ verdict, was, cursor, despite }) =>
      `marked as ${verdict}; it had stopped at ${formatWorkCursor(cursor)}${was === 'undoing' ? ' of its undo' : ''}${despite === undefined ? '' : `; despite the differences of the schema: ${despite}`}`,
  ),
  /**
   * The note `despite` records that a policy rule did not apply to a run of the migration, because the file declared an
   * exception.
   */
  'despite': kind({ rule: z.string(), because: z.string() }, ({ rule, because }) => `${rule} because ${because}`),
  'undone': kind({ file: z.string().optional() }, ({ file }) =>
    file === undefined ? 'only its ledger row was removed; it has no undo, and the rows that it wrote stay' : `undone by ${file}`,
  ),
  /**
   * The subject of the note `collation` is a default collation of the database, or of the database from which the content of the
   * database was copied.
   */
  'collation': kind({ of: z.enum(['this database', 'the original database']) }, ({ of }) => `the default of ${of}`),
  /** The note `stopped` records how many statements of a failed migration are done. */
  'stopped': kind(
    { done: count, characters: count, digest: z.string() },
    ({ done, characters, digest }) => `before statement ${done + 1}: ${characters} characters of the file are done, ${digest}`,
  ),
  /** The note `discarded` records that a person removed a row from the quarantine without changing the row. */
  'discarded': kind(
    { table: z.string(), key: z.string(), problem: z.string(), because: z.string() },
    ({ table, key, because }) => `the row of ${table} with ${key} was given up because ${because}`,
  ),
  'corrected': kind({}, () => 'the file was changed from the statement on at which it had stopped'),
  /**
   * The note `other` contains a note of an unknown kind, or a note whose fields do not have the shape of its kind. A newer
   * version of interphase can have written it.
   */
  'other': kind({ kind: z.string(), text: z.string() }, ({ kind: found, text }) => `${found}: ${text}`),
} as const

export type LedgerNoteKind = keyof typeof NOTES
export type LedgerNoteFields<K extends LedgerNoteKind> = DeepReadonly<z.output<(typeof NOTES)[K]['shape']>>

/** The kind of a ledger note and its fields. Each kind of note has its own fields. */
export type LedgerNoteContent = {
  readonly [K in LedgerNoteKind]: { readonly kind: K; readonly fields: LedgerNoteFields<K> }
}[LedgerNoteKind]

/** An entry of the ledger that is not the run of a migration, such as a confirmation or an adoption. */
export type LedgerNote = LedgerNoteContent & {
  /** The time of the note in UTC, in ISO 8601 form. */
  readonly at: string
  readonly by: string
  readonly subject: string
}

/** Returns the sentence that `interphase log` prints for a note. */
export function formatLedgerNote(note: LedgerNoteContent): string {
  const { says } = NOTES[note.kind] as { readonly says: (fields: LedgerNoteContent['fields']) => string }
  return says(note.fields)
}

/** Returns the JSON text of a note's fields for the ledger. Equal fields have equal texts. */
export function serializeNoteFields(note: LedgerNoteContent): string {
  return note.kind === 'other' ? note.fields.text : jsonWithSortedKeys(note.fields)
}

/**
 * Parses a note from the ledger. A note of an unknown kind, or with missing or invalid fields, becomes a note of the kind
 * `other`.
 */
export function parseLedgerNote(found: string, text: string): LedgerNoteContent {
  const parsed = isKind(found) ? NOTES[found].shape.safeParse(jsonOf(text)) : undefined
  // The cast is safe, because the shape of the note's kind has checked the fields.
  return parsed?.success ? ({ kind: found, fields: parsed.data } as LedgerNoteContent) : { kind: 'other', fields: { kind: found, text } }
}

function isKind(word: string): word is LedgerNoteKind {
  return Object.hasOwn(NOTES, word) && word !== 'other'
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function kind<S extends z.ZodRawShape>(fields: S, says: (fields: DeepReadonly<z.output<z.ZodObject<S>>>) => string) {
  return { shape: z.object(fields), says }
}
