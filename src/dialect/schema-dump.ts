import type { DatabaseConnectionSettings } from './dialect.ts'

/** The command-line program of a server that writes the schema of a database as SQL. */
export interface SchemaDumpTool {
  /** The names under which the dump program can be installed. The engine uses the first name that it finds. */
  readonly programs: readonly string[]
  /** Matches the output of `--version` of another product's program with the same name, which the engine does not use. */
  readonly notThis?: RegExp
  /**
   * Returns the arguments and the environment for a call of the dump program that writes the schema without rows, owners and
   * privileges.
   */
  call(target: DatabaseConnectionSettings, request: SchemaDumpRequest): SchemaDumpProgramCall
}

export interface SchemaDumpRequest {
  /** The absolute path of the file that the dump program writes. */
  readonly file: string
  /** The tables that the dump does not contain, such as the tables of the ledger. */
  readonly without: readonly string[]
}

/**
 * The arguments and the environment of one call of the dump program. No argument contains a password, because the command `ps`
 * shows the arguments of every process.
 */
export interface SchemaDumpProgramCall {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /**
   * The text of an option file with the parameters of the connection, for a dump program that reads one. The caller writes the
   * file and calls the program with `<flag>=<path>` before `args`.
   */
  readonly optionFile?: { readonly flag: string; readonly text: string }
}
