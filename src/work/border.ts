import type { NamedObject } from '../dialect/border.ts'
import type { Border, FileReader, Session, SourceLocation } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { GroupKey } from '../schema/object.ts'
import type { State } from '../schema/state.ts'
import { isReadBefore, statementsOf } from './kinds.ts'
import type { Approve } from './statement-runner.ts'
import type { Work } from './work.ts'

/** What approving needs of whoever sends statements. */
interface Sender {
  readonly session: Session
  readonly files: FileReader
  readonly border: Border
}

/**
 * Approves the statements of one migration. On a shadow `known` is undefined: whatever is there, the chain has made. On a
 * target it is the planned state before the statement. The texts of a script were looked at before the phase began; what
 * they execute besides is looked at here, and all that a function sends.
 */
export function approver({ session, files, border }: Sender, work: Work): Approve {
  const mayBeVeiled = work.says.despite.some(({ effect }) => effect === 'veiled')
  const earlier: string[] = []
  const cleared = new Set<string>()
  return async (text, at, known, inTransaction) => {
    const { texts, isVeiled } = await border.executed(session, text, inTransaction)
    for (const inner of texts) await files.judge({ file: at.file, text: inner }, at.line)
    if (isVeiled && !mayBeVeiled) throw new InterphaseError('statement.veiled', { ...at, statement: firstLine(text) })
    for (const one of [text, ...texts]) {
      const refusal = await border.hides?.(session, one)
      if (refusal) throw new InterphaseError('statement.refused', { ...at, ...refusal })
    }
    const unseen = isReadBefore(work) ? texts : [text, ...texts]
    if (known && unseen.length > 0) await refuseStrangers({ session, border }, { texts: unseen, earlier, cleared, at, known })
    earlier.push(text, ...texts)
  }
}

/** Looks at the statements of a script before the first of them is sent, as far as their own text tells. */
export async function approveAhead(
  { session, border }: Pick<Sender, 'session' | 'border'>,
  work: Work,
  known: (index: number) => State | undefined,
): Promise<void> {
  for (const [index, { text, line }] of statementsOf(work).entries()) {
    const state = TOLERANT.test(text) ? known(index) : undefined
    if (state)
      await refuseStrangers(
        { session, border },
        { texts: [text], earlier: [], cleared: new Set(), at: { file: work.migration.file, line }, known: state },
      )
  }
}

// What has none of these words finds on the target what it found on the shadow, or fails. Rows that go take others along.
const TOLERANT = /\bif\b|\breplace\b|\bcascade\b|\bdo\b|\bcall\b|\bexecute\b|\bbegin\b|\bdelete\b|\bupdate\b/i

interface Question {
  readonly texts: readonly string[]
  /** What the migration has sent before: what that made is its own. */
  readonly earlier: readonly string[]
  /** Referrers that were asked for and are the project's: a function may change rows a thousand times. */
  readonly cleared: Set<string>
  readonly at: SourceLocation
  readonly known: State
}

/** Throws `statement.stranger` for texts that name what the state does not have and the database has. */
async function refuseStrangers(
  { session, border }: Pick<Sender, 'session' | 'border'>,
  { texts, earlier, cleared, at, known }: Question,
): Promise<void> {
  const named = await namesIn(border, texts)
  const unknown = named.filter((one) => !isKnown(one, known) && !cleared.has(keyOf(one)))
  if (unknown.length === 0) return
  const made = (await namesIn(border, earlier)).filter(({ isMade }) => isMade)
  const own = new Set(made.map(keyOf))
  const asked = unknown.filter((one) => !own.has(keyOf(one)))
  const ours = new Set(made.flatMap(groupsOf))
  const found = asked.length === 0 ? [] : await border.find(session, asked)
  const objects = [
    ...new Set(found.filter(({ groups }) => !groups.some((key) => known.groups.has(key) || ours.has(key))).map(({ says }) => says)),
  ]
  if (objects.length > 0) throw new InterphaseError('statement.stranger', { ...at, statement: firstLine(texts[0] ?? ''), objects })
  for (const one of asked) if (one.kind === 'referrers') cleared.add(keyOf(one))
}

async function namesIn(border: Border, texts: readonly string[]): Promise<readonly NamedObject[]> {
  return (await Promise.all(texts.map((one) => border.named(one)))).flat()
}

/** Spares the question for the names that every statement has. */
function isKnown({ kind, schema, name }: NamedObject, { groups }: State): boolean {
  return kind === 'relation' && schema === undefined && (['table', 'view', 'sequence'] as const).some((one) => groups.has(`${one}:${name}`))
}

function groupsOf({ kind, name }: NamedObject): readonly GroupKey[] {
  return kind === 'relation' ? [`table:${name}`, `view:${name}`, `sequence:${name}`] : []
}

function keyOf({ kind, schema = '', name, columns = [] }: NamedObject): string {
  return [kind, schema, name, ...columns].join(' ')
}

function firstLine(text: string): string {
  const line = text
    .replace(/^\/\*.*?\*\/\s*/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > 80 ? `${line.slice(0, 77)}...` : line
}
