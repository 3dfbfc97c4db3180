import { InterphaseError, putRemedyOnOneLine } from '../error.ts'
import type { DeclarationWithReason } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { CheckFinding, CheckReport, DeclaredPolicyException, OneTransactionDataStep } from './reports/check-report.ts'

/** A problem that `interphase check` found on one dialect. */
export interface CheckProblem {
  readonly error: InterphaseError
  readonly severity: 'error' | 'warning'
  readonly dialect: DialectName
  /** The message of the finding. The default is the first line of the error's message. */
  readonly says?: string
  readonly remedy?: string
  /** The file of the finding. The default is the file in the facts of the error. */
  readonly file?: string
  readonly line?: number
  readonly despite?: DeclarationWithReason | undefined
}

/**
 * Makes the report of the problems, sorted by file and line. Equal problems on several dialects become one finding with several
 * dialects.
 */
export function makeCheckReport(
  about: Pick<CheckReport, 'format' | 'project' | 'directory' | 'dialects'>,
  root: string,
  found: readonly CheckProblem[],
  {
    exceptions,
    dataSteps,
  }: { readonly exceptions: readonly DeclaredPolicyException[]; readonly dataSteps: readonly OneTransactionDataStep[] },
  strict: boolean,
): CheckReport {
  const findings = merged(found, root)
  const failing = found.filter(({ despite, severity }) => despite === undefined && (strict || severity === 'error'))
  const exitCode = Math.max(0, ...failing.map(({ error }) => error.exitCode))
  return { ...about, ok: exitCode === 0, findings, exceptions: mergedExceptions(exceptions), dataSteps: mergedSteps(dataSteps), exitCode }
}

function merged(found: readonly CheckProblem[], root: string): CheckFinding[] {
  const byKey = new Map<string, CheckFinding>()
  for (const one of found) {
    const finding = findingOf(one, root)
    const { dialects: _, facts: __, ...rest } = finding
    const key = JSON.stringify(rest)
    const known = byKey.get(key)
    if (!known) byKey.set(key, finding)
    else if (!known.dialects.includes(one.dialect)) known.dialects.push(one.dialect)
  }
  return [...byKey.values()].sort(inOrder)
}

function mergedExceptions(all: readonly DeclaredPolicyException[]): DeclaredPolicyException[] {
  const byKey = new Map<string, DeclaredPolicyException>()
  for (const { dialects, ...rest } of all) {
    const key = JSON.stringify(rest)
    byKey.set(key, { ...rest, dialects: [...new Set([...(byKey.get(key)?.dialects ?? []), ...dialects])] })
  }
  return [...byKey.values()].sort((a, b) => compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0))
}

function mergedSteps(all: readonly OneTransactionDataStep[]): OneTransactionDataStep[] {
  const byKey = new Map<string, OneTransactionDataStep>()
  for (const { dialects, ...rest } of all) {
    const key = JSON.stringify(rest)
    byKey.set(key, { ...rest, dialects: [...new Set([...(byKey.get(key)?.dialects ?? []), ...dialects])] })
  }
  return [...byKey.values()].sort((a, b) => compare(a.file, b.file))
}

function findingOf({ error, severity, dialect, says, remedy, file: told, line, despite }: CheckProblem, root: string): CheckFinding {
  const facts: Readonly<Record<string, unknown>> = { ...error.facts }
  const text = (name: string) => (typeof facts[name] === 'string' ? facts[name] : undefined)
  const [named, migration, object] = [text('file'), text('migration'), text('object')]
  const file = (told ?? named)?.replaceAll('\\', '/').replace(`${root.replaceAll('\\', '/')}/`, '')
  const at = line ?? (typeof facts['line'] === 'number' ? facts['line'] : undefined)
  return {
    code: error.code,
    severity,
    dialects: [dialect],
    ...(file !== undefined && { file }),
    ...(at !== undefined && { line: at }),
    ...(migration !== undefined && { migration }),
    ...(object !== undefined && { object }),
    says: says ?? withoutPlace(error.message, named),
    remedy: putRemedyOnOneLine(remedy ?? error.remedy),
    facts,
    ...(despite && { exception: makeExceptionOfCheckFinding(despite) }),
  }
}

export function makeExceptionOfCheckFinding({ effect, because, line }: DeclarationWithReason): NonNullable<CheckFinding['exception']> {
  return { rule: effect, because, ...(line !== undefined && { line }) }
}

/**
 * Returns the message of an error on one line, without the file and line at its beginning. The report prints the file and line
 * separately.
 */
function withoutPlace(message: string, file: string | undefined): string {
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim())
  const said = file !== undefined && first.startsWith(file) ? first.slice(file.length).replace(/^[:\d]*:\s*/, '') : first
  return [said.replace(/:$/, rest.length > 0 ? ':' : ''), rest.filter((line) => line !== '').join('; ')].join(' ').trim()
}

function inOrder(a: CheckFinding, b: CheckFinding): number {
  return compare(a.file ?? '', b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || compare(a.code, b.code)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * Executes one step of the check, and returns its result. If the step throws an error of the engine, the function adds the error
 * to `found` and returns undefined.
 */
export async function runCheckStepAndCollectProblem<T>(
  dialect: DialectName,
  found: CheckProblem[],
  step: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await step()
  } catch (error) {
    if (!(error instanceof InterphaseError)) throw error
    found.push({ error, severity: 'error', dialect })
    return undefined
  }
}
