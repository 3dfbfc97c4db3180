import type { LedgerNoteContent } from '../../src/plan/note.ts'
import type { DialectName } from '../../src/schema/object.ts'

/** The tables as formats 1 and 2 created them. Format 1 has no `interphase_run`. */
export function earlierTables(dialect: DialectName, format: 1 | 2): readonly string[] {
  const [text, options] =
    dialect === 'postgres' ? ['text', ''] : ['mediumtext', ' ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin']
  const run = `CREATE TABLE interphase_run (
    project varchar(100) NOT NULL, place bigint NOT NULL, id varchar(300) NOT NULL, release_name varchar(200) NOT NULL,
    checksum varchar(64) NOT NULL, affected bigint NOT NULL, how varchar(10) NOT NULL, started_at varchar(30) NOT NULL,
    finished_at varchar(30), run_by varchar(300) NOT NULL, engine varchar(40) NOT NULL, plan varchar(80) NOT NULL,
    policy varchar(80) NOT NULL, replaced varchar(10) NOT NULL, replaced_at varchar(30) NOT NULL, replaced_by varchar(300) NOT NULL,
    epoch bigint NOT NULL, PRIMARY KEY (project, place))${options}`
  return [
    `CREATE TABLE interphase_migration (
    project varchar(100) NOT NULL, id varchar(300) NOT NULL, place bigint NOT NULL, release_name varchar(200) NOT NULL,
    checksum varchar(64) NOT NULL, run_state varchar(10) NOT NULL, statement integer NOT NULL, statements integer NOT NULL,
    statement_sent integer NOT NULL, affected bigint NOT NULL, how varchar(10) NOT NULL, started_at varchar(30) NOT NULL,
    finished_at varchar(30), run_by varchar(300) NOT NULL, engine varchar(40) NOT NULL, plan varchar(80) NOT NULL,
    policy varchar(80) NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (project, id))${options}`,
    `CREATE TABLE interphase_note (
    project varchar(100) NOT NULL, place bigint NOT NULL, noted_at varchar(30) NOT NULL, kind varchar(20) NOT NULL,
    noted_by varchar(300) NOT NULL, subject varchar(300) NOT NULL, detail ${text} NOT NULL, epoch bigint NOT NULL,
    PRIMARY KEY (project, place))${options}`,
    ...(format === 2 ? [run] : []),
    `CREATE TABLE interphase_project (
    project varchar(100) NOT NULL PRIMARY KEY, format integer NOT NULL, epoch bigint NOT NULL, backend varchar(40),
    held_by varchar(300), held_since varchar(30), table_groups ${text} NOT NULL)${options}`,
  ]
}

export const AT = '2015-04-30T16:45:00.000Z'

export function projectRow(project: string, format: number): string {
  return `INSERT INTO interphase_project (project, format, epoch, table_groups) VALUES ('${project}', ${format}, 7, 'table:of-${project}')`
}

export interface EarlierRow {
  readonly project: string
  readonly id: string
  readonly checksum: string
  readonly state: 'done' | 'running' | 'undoing'
  readonly next: number
  readonly of: number
  readonly sent: 0 | 1
}

export function migrationRow({ project, id, checksum, state, next, of, sent }: EarlierRow, place: number): string {
  const finished = state === 'running' ? 'NULL' : `'${AT}'`
  return `INSERT INTO interphase_migration VALUES ('${project}', '${id}', ${place}, '${id.split('/')[0]}', '${checksum}', '${state}',
    ${next}, ${of}, ${sent}, 0, 'run', '${AT}', ${finished}, 'anna@desk', '0.1.0', 'r1:1', 'p1:1', 7)`
}

export function pastRow(project: string, place: number): string {
  return `INSERT INTO interphase_run VALUES ('${project}', ${place}, 'r1/020-fill.migrate', 'r1', 'sum', 2, 'run', '${AT}', '${AT}', 'anna@desk',
    '0.1.0', 'r1:1', 'p1:1', 'again', '${AT}', 'anna@desk', 7)`
}

interface EarlierNote {
  readonly subject: string
  readonly detail: string
  /** The sentence that this version prints, where that is another one. */
  readonly says?: string
  readonly content: LedgerNoteContent
}

/** A note of each kind, as formats 1 and 2 stored it, and its fields. A new kind does not compile without an entry. */
export const EARLIER_NOTES: { readonly [K in LedgerNoteContent['kind']]: readonly EarlierNote[] } = {
  'adopted': [
    {
      subject: 'r1/010-item.expand',
      detail: 'the schema equals the recorded state after it; 12 migrations count as done',
      content: { kind: 'adopted', fields: { migrations: 12 } },
    },
  ],
  'taken over': [{ subject: 'shop', detail: 'from bob@laptop', content: { kind: 'taken over', fields: { from: 'bob@laptop' } } }],
  'again': [{ subject: 'r1/020-fill.migrate', detail: 'run once more by name', content: { kind: 'again', fields: {} } }],
  'confirmed': [
    {
      subject: 'contract of r0 of spring',
      detail: 'may destroy column a.b, 3 rows, table c',
      content: {
        kind: 'confirmed',
        fields: {
          phase: 'contract',
          release: 'r0 of spring',
          gate: 'destruction-confirmed',
          parameters: {},
          evidence: ['column a.b, 3 rows, table c'],
        },
      },
    },
  ],
  // Formats 1 and 2 had none of these.
  'approved': [],
  'discarded': [],
  'snapshot': [],
  'squashed': [],
  'revoked': [],
  'overridden': [],
  'usage': [],
  'begun': [],
  'ended': [],
  'refused': [],
  'paused': [],
  'interrupted': (['done', 'not done'] as const).map((found) => ({
    subject: 'r0/010-a.expand',
    detail: `statement 2 of 3 was found ${found}`,
    content: { kind: 'interrupted', fields: { cursor: { kind: 'statement', next: 1, of: 3, sent: true }, found } },
  })),
  'stamped': [
    {
      subject: 'r0/010-a.expand',
      detail: 'said to be not-done; it stood at statement 2 of 3',
      says: 'marked as not-done; it had stopped at statement 2 of 3',
      content: {
        kind: 'stamped',
        fields: { verdict: 'not-done', was: 'running', cursor: { kind: 'statement', next: 1, of: 3, sent: false } },
      },
    },
    {
      subject: 'r0/020-b.expand',
      detail: 'said to be done; it stood at statement 1 of 3 of its undo',
      says: 'marked as done; it had stopped at statement 1 of 3 of its undo',
      content: { kind: 'stamped', fields: { verdict: 'done', was: 'undoing', cursor: { kind: 'statement', next: 0, of: 3, sent: false } } },
    },
  ],
  'despite': [
    {
      subject: 'r1/010-item.expand',
      detail: "tightens because it's ‘late’\nbecause of me",
      content: { kind: 'despite', fields: { rule: 'tightens', because: "it's ‘late’\nbecause of me" } },
    },
  ],
  'undone': [
    {
      subject: 'r0/010-a.expand',
      detail: 'taken back by releases/r0/010-a.expand.undo.sql',
      says: 'undone by releases/r0/010-a.expand.undo.sql',
      content: { kind: 'undone', fields: { file: 'releases/r0/010-a.expand.undo.sql' } },
    },
    {
      subject: 'r0/010-a.migrate',
      detail: 'forgotten; it has no undo, and its rows stay as they are',
      says: 'only its ledger row was removed; it has no undo, and the rows that it wrote stay',
      content: { kind: 'undone', fields: {} },
    },
  ],
  'collation': [
    {
      subject: 'utf8mb4_bin',
      detail: 'the default of this database',
      content: { kind: 'collation', fields: { of: 'this database' } },
    },
    ...['the default of the database it comes from', 'the default collation of the original database'].map((detail) => ({
      subject: 'latin1_bin',
      detail,
      says: 'the default of the original database',
      content: { kind: 'collation', fields: { of: 'the original database' } } as const,
    })),
  ],
  'stopped': [
    {
      subject: 'r0/010-a.expand',
      detail: 'before statement 2: 40 characters of the file are done, 0a1b',
      content: { kind: 'stopped', fields: { done: 1, characters: 40, digest: '0a1b' } },
    },
  ],
  'corrected': [
    {
      subject: 'r0/010-a.expand',
      detail: 'the file was changed from the statement on at which it had stopped',
      content: { kind: 'corrected', fields: {} },
    },
  ],
  'other': ['approved', 'stopped'].map((kind) => ({
    subject: 'r1',
    detail: 'a sentence of nobody',
    content: { kind: 'other', fields: { kind, text: 'a sentence of nobody' } },
  })),
}

export function noteRows(project: string): readonly string[] {
  const notes = Object.values(EARLIER_NOTES).flat()
  return notes.map(({ subject, detail, content }, index) => {
    const kind = content.kind === 'other' ? content.fields.kind : content.kind
    const text = detail.replaceAll("'", "''")
    return `INSERT INTO interphase_note VALUES ('${project}', ${index + 1}, '${AT}', '${kind}', 'anna@desk', '${subject}', '${text}', 7)`
  })
}
