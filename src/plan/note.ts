import * as z from 'zod'
import { canonicalJson } from '../schema/canonical.ts'
import type { Frozen } from '../shape.ts'
import { CursorShape, cursorText } from './cursor.ts'

const count = z.int().nonnegative()

/** The fields of each kind of note, and the sentence that `log` prints of them. Nothing reads the sentence back. */
const NOTES = {
  /** The subject is the migration after which the schema equals the recorded state. */
  'adopted': kind(
    { migrations: count },
    ({ migrations }) => `the schema equals the recorded state after it; ${migrations} migrations count as done`,
  ),
  'taken over': kind({ from: z.string() }, ({ from }) => `from ${from}`),
  'again': kind({}, () => 'run once more by name'),
  /** A gate that opened because somebody agreed to its evidence. */
  'confirmed': kind(
    {
      /** The phase, or `undo`. */
      phase: z.string(),
      release: z.string(),
      gate: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      evidence: z.array(z.string()),
    },
    ({ evidence }) => `may destroy ${evidence.join(', ')}`,
  ),
  'interrupted': kind(
    { cursor: CursorShape, found: z.enum(['done', 'not done']) },
    ({ cursor, found }) => `${cursorText(cursor)} was found ${found}`,
  ),
  'stamped': kind(
    { verdict: z.enum(['done', 'not-done']), was: z.enum(['running', 'undoing']), cursor: CursorShape },
    ({ verdict, was, cursor }) => `said to be ${verdict}; it stood at ${cursorText(cursor)}${was === 'undoing' ? ' of its undo' : ''}`,
  ),
  /** A rule that the migration broke on purpose when it ran. */
  'despite': kind({ rule: z.string(), because: z.string() }, ({ rule, because }) => `${rule} because ${because}`),
  'undone': kind({ file: z.string().optional() }, ({ file }) =>
    file === undefined ? 'forgotten; it has no undo, and its rows stay as they are' : `taken back by ${file}`,
  ),
  /** The subject is a default collation of the database, or of the database from which its content was copied. */
  'collation': kind({ of: z.enum(['this database', 'the original database']) }, ({ of }) => `the default of ${of}`),
  /** How much of the file is done of a migration that failed at a later statement. */
  'stopped': kind(
    { done: count, characters: count, digest: z.string() },
    ({ done, characters, digest }) => `before statement ${done + 1}: ${characters} characters of the file are done, ${digest}`,
  ),
  'corrected': kind({}, () => 'the file was changed from the statement on at which it had stopped'),
  /** A kind that this version does not know, or fields that are not of its kind: kept as they are. */
  'other': kind({ kind: z.string(), text: z.string() }, ({ kind: found, text }) => `${found}: ${text}`),
} as const

export type NoteKind = keyof typeof NOTES
export type NoteFields<K extends NoteKind> = Frozen<z.output<(typeof NOTES)[K]['shape']>>

/** The content of a note. Each kind has fields of its own. */
export type NoteContent = { readonly [K in NoteKind]: { readonly kind: K; readonly fields: NoteFields<K> } }[NoteKind]

/** An event of a project besides the run of a migration. */
export type Note = NoteContent & {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly by: string
  readonly subject: string
}

/** The note as a sentence, for people. */
export function noteText(note: NoteContent): string {
  const { says } = NOTES[note.kind] as { readonly says: (fields: NoteContent['fields']) => string }
  return says(note.fields)
}

/** The text of the fields that the ledger stores: equal fields have equal texts. */
export function storedFields(note: NoteContent): string {
  return note.kind === 'other' ? note.fields.text : canonicalJson(note.fields)
}

/** The note that the ledger has stored. A kind or fields that this version does not know are kept as `other`. */
export function noteOf(found: string, text: string): NoteContent {
  const parsed = isKind(found) ? NOTES[found].shape.safeParse(jsonOf(text)) : undefined
  // The shape of the kind has made the fields.
  return parsed?.success ? ({ kind: found, fields: parsed.data } as NoteContent) : { kind: 'other', fields: { kind: found, text } }
}

function isKind(word: string): word is NoteKind {
  return Object.hasOwn(NOTES, word) && word !== 'other'
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function kind<S extends z.ZodRawShape>(fields: S, says: (fields: Frozen<z.output<z.ZodObject<S>>>) => string) {
  return { shape: z.object(fields), says }
}
