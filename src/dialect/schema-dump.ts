import type { DatabaseAddress } from './dialect.ts'

/** The command-line program of a server that writes the schema of a database as SQL. */
export interface SchemaDumpTool {
  /** The names under which the program is installed. The engine uses the first name that it finds. */
  readonly programs: readonly string[]
  /** Matches the output of `--version` of another product's program with the same name. */
  readonly notThis?: RegExp
  /** Returns the arguments and the environment for a call that writes the schema without rows, owners and privileges. */
  call(target: DatabaseAddress, request: SchemaDumpRequest): SchemaDumpCall
}

export interface SchemaDumpRequest {
  /** The file to write, with an absolute path. */
  readonly file: string
  /** The tables that the dump omits. */
  readonly without: readonly string[]
}

/**
 * The arguments and the environment of one call of the program. No argument contains a password, because `ps` shows arguments.
 */
export interface SchemaDumpCall {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /**
   * The text of an option file with the parameters of the connection, for a program that reads one. The caller writes the file and
   * calls the program with `<flag>=<path>` before `args`.
   */
  readonly optionFile?: { readonly flag: string; readonly text: string }
}
