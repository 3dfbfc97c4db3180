import { EFFECTS_ON_RUNNING_CODE, isEffectName } from '../effect/effect.ts'
import { InterphaseError } from '../error.ts'
import { parseBatchDeclaration } from './batch.ts'
import { type CommentSyntax, findLeadingComments, type MigrationFileComment } from './comment.ts'
import { FRAGILE_STATEMENT_KINDS } from './fragile-use.ts'
import { type DeclarationWithReason, type FrontMatter, NO_FRONT_MATTER, type SqlText } from './migration.ts'

/**
 * The rules, besides effects, that the declaration `despite` can switch off for a migration: price ceilings, the size limit of a
 * data step, the refusal of statements whose text is unknown before the run, the comparison with the known state of a data step,
 * and the refusal of fragile statements.
 */
export const OTHER_DESPITE_RULES = ['scan', 'rewrite', 'one-transaction', 'veiled', 'known-state', ...FRAGILE_STATEMENT_KINDS] as const

/**
 * Parses the front matter of a file: the comments `-- interphase: …` before the first statement. Throws `migration.front-matter`
 * for an unknown or incomplete declaration, for a second `batch`, and for a declaration after the first statement.
 */
export function parseFrontMatter(source: SqlText, style: CommentSyntax): FrontMatter {
  // Most files do not contain the text `interphase:`, so they have no front matter (comments with declarations). The code does not
  // parse the comments of such a file, because this takes time and a chain has thousands of files.
  if (!/interphase\s*:/i.test(source.text)) return NO_FRONT_MATTER
  const { comments, end } = findLeadingComments(source.text, style)
  refuseLate(source, style, end)
  return comments.reduce((says, comment) => read(says, comment, source.file), NO_FRONT_MATTER)
}

/**
 * Returns the declarations in the comments of a file together with the declarations in the definition of a function migration.
 */
export function combineFrontMatter(a: FrontMatter, b: FrontMatter): FrontMatter {
  const questions = [...(a.questions ?? []), ...(b.questions ?? [])]
  return {
    transaction: a.transaction === 'off' ? 'off' : b.transaction,
    rerunnable: a.rerunnable || b.rerunnable,
    effects: [...a.effects, ...b.effects],
    despite: [...a.despite, ...b.despite],
    ...((a.batch ?? b.batch) && { batch: a.batch ?? b.batch }),
    ...((a.irreversible ?? b.irreversible) !== undefined && { irreversible: a.irreversible ?? b.irreversible }),
    ...(questions.length > 0 && { questions }),
  }
}

function read(declarations: FrontMatter, comment: MigrationFileComment, file: string): FrontMatter {
  const [, words] = /^\s*interphase\s*:\s*(.*?)\s*$/i.exec(comment.text) ?? []
  if (words === undefined) return declarations
  const refuse = (problem: string) => new InterphaseError('migration.front-matter', { file, line: comment.line, problem })
  if (words === 'transaction off') return { ...declarations, transaction: 'off' }
  if (words === 'rerunnable') return { ...declarations, rerunnable: true }
  if (/^irreversible\b/.test(words)) {
    const [, reason] = /^irreversible\s+because\s+(.+)$/.exec(words) ?? []
    if (reason === undefined) throw refuse(`"${words}" gives no reason; write: irreversible because …`)
    return { ...declarations, irreversible: reason }
  }
  if (/^question\b/.test(words)) {
    const text = words.slice('question'.length).trim()
    if (text === '') throw refuse('"question" asks nothing; write: question …')
    return { ...declarations, questions: [...(declarations.questions ?? []), { text, line: comment.line }] }
  }
  if (/^batch\b/.test(words)) {
    if (declarations.batch) throw refuse('a file has one batch declaration')
    const batch = parseBatchDeclaration(words, comment.line)
    if (typeof batch === 'string') throw refuse(batch)
    // A data step in batches can run again without the declaration `rerunnable`, because `interphase record` executes every batch a
    // second time, and refuses a data step whose second execution changes rows.
    return { ...declarations, batch, rerunnable: true }
  }
  const [, verb, rule, because] = /^(effect|despite)\s+(\S+)(?:\s+because(?:\s+(.+))?)?$/.exec(words) ?? []
  if (!verb || !rule)
    throw refuse(
      `"${words}" is not one of: transaction off, rerunnable, batch …, question …, irreversible because …, effect … because …, despite … because …`,
    )
  const known = verb === 'despite' ? [...EFFECTS_ON_RUNNING_CODE, ...OTHER_DESPITE_RULES] : EFFECTS_ON_RUNNING_CODE
  if (!isKnown(rule, verb)) throw refuse(`"${rule}" is not one of: ${known.join(', ')}`)
  if (!because) throw refuse(`"${verb} ${rule}" gives no reason; write: ${verb} ${rule} because …`)
  const declared: DeclarationWithReason = { effect: rule, because, line: comment.line }
  return verb === 'effect'
    ? { ...declarations, effects: [...declarations.effects, declared] }
    : { ...declarations, despite: [...declarations.despite, declared] }
}

function isKnown(rule: string, verb: string): boolean {
  return isEffectName(rule) || (verb === 'despite' && (OTHER_DESPITE_RULES as readonly string[]).includes(rule))
}

function refuseLate({ file, text }: SqlText, style: CommentSyntax, from: number): void {
  const marks = style.marks.join('|')
  const late = new RegExp(String.raw`^[ \t]*(?:${marks}|/\*)\s*interphase\s*:`, 'im').exec(text.slice(from))
  if (!late) return
  const line = text.slice(0, from + late.index).split('\n').length
  throw new InterphaseError('migration.front-matter', {
    file,
    line,
    problem: 'the comment must be above the first statement of the file',
  })
}
