/**
 * Receives the beginning and the end of each execution of code that the authors of migrations wrote. `began` is called when a piece
 * of such code begins, and `ended` when it ends. Several pieces can run at the same time.
 */
export interface MigrationCodeListener {
  readonly began: () => void
  readonly ended: () => void
}

let listener: MigrationCodeListener | undefined

/**
 * Sets the listener for the code of migrations in this process. The setting is optional, and the code of migrations also runs
 * without it.
 */
export function setMigrationCodeListener(by: MigrationCodeListener): void {
  listener = by
}

/** Runs code that the author of a migration wrote: the import of a file, or a function. */
export async function runMigrationCode<T>(body: () => Promise<T>): Promise<T> {
  listener?.began()
  try {
    return await body()
  } finally {
    listener?.ended()
  }
}
