import { ADOPT_ERRORS, type AdoptErrorFacts } from './errors/adopt.ts'
import { BATCH_ERRORS, type BatchErrorFacts } from './errors/batch.ts'
import { CONFIG_ERRORS, type ConfigErrorFacts } from './errors/config.ts'
import { DATABASE_ERRORS, type DatabaseErrorFacts } from './errors/database.ts'
import { LEDGER_ERRORS, type LedgerErrorFacts } from './errors/ledger.ts'
import { MIGRATION_ERRORS, type MigrationErrorFacts } from './errors/migration.ts'
import { POLICY_ERRORS, type PolicyErrorFacts } from './errors/policy.ts'
import { PROCESS_ERRORS, type ProcessErrorFacts } from './errors/process.ts'
import { RECORD_ERRORS, type RecordErrorFacts } from './errors/record.ts'
import { RELEASE_ERRORS, type ReleaseErrorFacts } from './errors/release.ts'
import { RUN_ERRORS, type RunErrorFacts } from './errors/run.ts'
import { type ErrorRemedyCase, type ErrorWordings, quoteForShell } from './errors/wording.ts'

/**
 * The facts of every error (the values that its message contains), by the code of the error. A code never changes its meaning.
 * Each code has a page `docs/errors/<code>.md`.
 */
export interface ErrorFacts
  extends ConfigErrorFacts,
    ReleaseErrorFacts,
    MigrationErrorFacts,
    BatchErrorFacts,
    PolicyErrorFacts,
    RecordErrorFacts,
    DatabaseErrorFacts,
    LedgerErrorFacts,
    RunErrorFacts,
    AdoptErrorFacts,
    ProcessErrorFacts {}

/** The code of an error, such as `lock.busy`. */
export type ErrorCode = keyof ErrorFacts

/** The table of all errors: the exit code, the message and the remedy of each code. */
export const ERROR_WORDINGS: ErrorWordings<ErrorFacts> = {
  ...CONFIG_ERRORS,
  ...RELEASE_ERRORS,
  ...MIGRATION_ERRORS,
  ...BATCH_ERRORS,
  ...POLICY_ERRORS,
  ...RECORD_ERRORS,
  ...DATABASE_ERRORS,
  ...LEDGER_ERRORS,
  ...RUN_ERRORS,
  ...ADOPT_ERRORS,
  ...PROCESS_ERRORS,
}

/** The only error class of interphase. The message and the remedy are for people. `code` and `facts` are for programs. */
export class InterphaseError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'InterphaseError'
  readonly code: C
  readonly facts: ErrorFacts[C]

  constructor(code: C, facts: ErrorFacts[C], options?: { readonly cause?: unknown }) {
    super(ERROR_WORDINGS[code].message(facts), options)
    this.code = code
    this.facts = facts
  }

  /** The remedy for the error: one or more lines, in which the facts of the error replace their placeholders. */
  get remedy(): string {
    const { remedy }: { readonly remedy: string | readonly ErrorRemedyCase<ErrorFacts[C]>[] } = ERROR_WORDINGS[this.code]
    const text = typeof remedy === 'string' ? remedy : (remedy.find(({ applies }) => applies(this.facts))?.remedy ?? '')
    return fillIn(isForFunction(this.facts) ? text.replaceAll('-- interphase:', '// interphase:') : text, this.facts)
  }

  get exitCode(): number {
    return ERROR_WORDINGS[this.code].exitCode
  }
}

/** Returns true if `error` is an InterphaseError with the given code. The compiler then knows the type of its facts. */
export function isError<C extends ErrorCode>(error: unknown, code: C): error is InterphaseError<C> {
  return error instanceof InterphaseError && error.code === code
}

/** Returns the message of a thrown Error, or a thrown value of another type as text. */
export function errorMessageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Returns true if the facts name a JavaScript or TypeScript file. In such a file, a comment begins with `//` instead of `--`. */
function isForFunction(facts: object): boolean {
  const file: unknown = Reflect.get(facts, 'file')
  return typeof file === 'string' && /\.[cm]?[jt]s$/.test(file)
}

// The facts that a remedy contains as arguments of commands. The engine quotes their values for the shell.
const COMMAND_ARGUMENTS: ReadonlySet<string> = new Set(['migration', 'release', 'name', 'before'])

/**
 * Returns the text in which the fact `name` replaces each placeholder `<name>`, if the fact is a text or a number. For a
 * placeholder with capital letters, such as `<NAME>`, the function inserts the fact in capital letters.
 */
function fillIn(text: string, facts: object): string {
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(facts))
  return text.replaceAll(/<(\w+)>/g, (placeholder, name: string) => {
    const value = values.get(name)
    if (name !== name.toLowerCase() && values.has(name.toLowerCase())) return String(values.get(name.toLowerCase())).toUpperCase()
    if (typeof value !== 'string') return typeof value === 'number' ? String(value) : placeholder
    return COMMAND_ARGUMENTS.has(name) ? quoteForShell(value) : value
  })
}

/** Returns a remedy on one line, for a report with one line for each finding. */
export function putRemedyOnOneLine(remedy: string): string {
  return remedy.replaceAll(/^- /gm, '').replaceAll('\n', ' ')
}

/** Returns all remedies of an error, each with the description of its case. The page of the error lists them. */
export function listRemedies(code: ErrorCode): readonly { readonly when?: string; readonly remedy: string }[] {
  const { remedy } = ERROR_WORDINGS[code]
  return typeof remedy === 'string' ? [{ remedy }] : remedy
}
