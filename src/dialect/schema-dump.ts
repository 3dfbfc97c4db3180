import type { DatabaseAddress } from './dialect.ts'

/** The program that comes with a server and writes its schema as SQL. */
export interface SchemaDumpTool {
  /** The names under which the program is installed. The first that is found is used. */
  readonly programs: readonly string[]
  /** Matches the output of `--version` of another product's program that has the same name. */
  readonly notThis?: RegExp
  /** Makes the call that writes the schema without rows, owners and privileges. */
  call(target: DatabaseAddress, request: SchemaDumpRequest): SchemaDumpCall
}

export interface SchemaDumpRequest {
  /** The file to write, with an absolute path. */
  readonly file: string
  /** The tables that the dump leaves out. */
  readonly without: readonly string[]
}

/** A call of the program. No argument contains a password, because arguments are visible in `ps`. */
export interface SchemaDumpCall {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** A file with the connection, for programs that read one. `args` begins with `flag` and the path of the file. */
  readonly optionFile?: { readonly flag: string; readonly text: string }
}
