import type { FunctionHost, Session } from '../dialect/dialect.ts'
import type { Emit } from '../event.ts'
import { cancellable, stopIfAsked } from './stop.ts'
import { sizeOf, type Work } from './work.ts'

/** What performing needs: the session that does it, and who listens. */
export interface Hand {
  readonly session: Session
  readonly functions: FunctionHost
  readonly emit: Emit
  /** Aborts when the run is to stop. */
  readonly signal: AbortSignal
}

/** Every statement of the migration in order, in whatever transaction is open. Gives the number of rows written. */
export async function performAll(hand: Hand, work: Work): Promise<number> {
  let affected = 0
  for (let index = 0; index < sizeOf(work); index++) affected += await performOne(hand, work, index, '', true)
  return affected
}

/** One statement of the migration, or the function as a whole. `tag` is a comment that lets a later run find it at work. */
export async function performOne(hand: Hand, work: Work, index: number, tag: string, inTransaction: boolean): Promise<number> {
  stopIfAsked(hand.signal, work.migration.id)
  // What a rollback undoes is stopped at once when the run is to end; what commits by itself is let finish.
  return inTransaction
    ? cancellable(hand.session, hand.signal, work.migration.id, () => send(hand, work, index, tag, true))
    : send(hand, work, index, tag, false)
}

async function send(hand: Hand, work: Work, index: number, tag: string, inTransaction: boolean): Promise<number> {
  const { migration, body } = work
  if (body.kind === 'script') {
    const statement = body.statements[index]
    if (!statement) return 0
    hand.emit({ type: 'statement-started', migration: migration.id, statement: index, of: body.statements.length, text: statement.text })
    const outcome = await hand.session.author(tag + statement.text, { file: migration.file, line: statement.line })
    return outcome.affected
  }
  let statements = 0
  return hand.functions.run(hand.session, {
    file: migration.file,
    inTransaction,
    signal: hand.signal,
    body: body.up,
    onStatement: (text) => hand.emit({ type: 'statement-started', migration: migration.id, statement: statements++, of: 0, text }),
  })
}
