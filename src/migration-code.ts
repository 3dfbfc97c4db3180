/** Is told when code of a migration begins and ends. Several pieces of such code can run at the same time. */
export interface MigrationCodeObserver {
  readonly began: () => void
  readonly ended: () => void
}

let observer: MigrationCodeObserver | undefined

/** Sets the observer of the process. Without an observer, the code of migrations runs unobserved. */
export function observeMigrationCode(by: MigrationCodeObserver): void {
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
