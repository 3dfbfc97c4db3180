import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseConnectionSettings } from '../dialect/dialect.ts'
import type { SchemaDumpProgramCall, SchemaDumpRequest, SchemaDumpTool } from '../dialect/schema-dump.ts'
import { InterphaseError } from '../error.ts'

const run = promisify(execFile)

/**
 * Writes the schema of a database into a file with the dump program of the server. `program` is the path of the dump program. By
 * default, the function searches the directories in PATH for the program. Throws `dump.no-program` if the program does not exist,
 * and `dump.failed` if the program fails.
 */
export async function dumpSchemaToFile(
  tool: SchemaDumpTool,
  target: DatabaseConnectionSettings,
  request: SchemaDumpRequest,
  program?: string,
): Promise<void> {
  const found = program ?? (await findProgram(tool))
  if (found === undefined) throw new InterphaseError('dump.no-program', { programs: tool.programs, file: request.file })
  const call = tool.call(target, request)
  await withOptionFile(call, async (args) => {
    try {
      await run(found, args, { env: { ...process.env, ...call.env } })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw new InterphaseError('dump.no-program', { programs: [found], file: request.file }, { cause: error })
      throw new InterphaseError('dump.failed', { program: found, problem: lastWords(error) })
    }
  })
}

async function findProgram({ programs, notThis }: SchemaDumpTool): Promise<string | undefined> {
  for (const program of programs) {
    const version = await run(program, ['--version']).then(
      ({ stdout }) => stdout,
      () => undefined,
    )
    if (version !== undefined && notThis?.test(version) !== true) return program
  }
  return undefined
}

/**
 * Writes the option file of a dump program, calls `work`, and deletes the file. Only the current user can read the file, because
 * it can contain a password.
 */
async function withOptionFile(
  { args, optionFile }: SchemaDumpProgramCall,
  work: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  if (!optionFile) return work(args)
  const directory = mkdtempSync(join(tmpdir(), 'interphase-dump-'))
  try {
    const path = join(directory, 'connection.cnf')
    writeFileSync(path, '', { mode: 0o600 })
    chmodSync(path, 0o600)
    writeFileSync(path, optionFile.text)
    await work([`${optionFile.flag}=${path}`, ...args])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Returns the text that a dump program printed on stderr, without the arguments of the program and without passwords. */
function lastWords(error: unknown): string {
  const { stderr, code, signal } = error as { readonly stderr?: string; readonly code?: number; readonly signal?: string }
  const text = stderr?.trim() ?? ''
  return text === '' ? `it ended with ${signal ?? `exit code ${code}`}` : text
}
