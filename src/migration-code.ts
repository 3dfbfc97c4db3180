/**
 * Observes the execution of code that the authors of migrations wrote. `began` is called when a piece of such code begins, and
 * `ended` when it ends. Several pieces can run at the same time.
 */
export interface MigrationCodeObserver {
  readonly began: () => void
  readonly ended: () => void
}

let observer: MigrationCodeObserver | undefined

/**
 * Sets the object that observes the code of migrations in this process. The setting is optional, and the code of migrations also
 * runs without it.
 */
export function setMigrationCodeObserver(by: MigrationCodeObserver): void {
  observer = by
}

/** Runs code that the author of a migration wrote: the import of a file, or a function. */
export async function runMigrationCode<T>(body: () => Promise<T>): Promise<T> {
  observer?.began()
  try {
    return await body()
  } finally {
    observer?.ended()
  }
}
