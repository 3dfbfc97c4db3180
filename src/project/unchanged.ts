import { dirname, extname } from 'node:path'
import { InterphaseError } from '../error.ts'
import { migrationChecksum } from '../release/checksum.ts'
import type { Migration } from '../release/migration.ts'
import { readMigrationImports } from './imports.ts'
import { readTextFile } from './text.ts'

/**
 * The checksums of migration modules, by path. The map contains only modules that are JavaScript or import JavaScript, because
 * Node caches their code. A checksum is added when the engine loads such a module for the first time.
 */
const kept = new Map<string, string>()

/**
 * Throws `migration.module` if the code of `path` can differ from the code that the chain describes. This happens if a file was
 * changed after the chain was read, or after the Node process loaded the file for the first time. In the second case Node still
 * executes the old code, because Node caches loaded JavaScript.
 */
export function refuseChangedModule(migration: Migration, path: string): void {
  const { file, release, pending, undo } = migration
  const refuse = (problem: string) => new InterphaseError('migration.module', { file, problem })
  const { imported: imports } = readMigrationImports({ file: path, name: file, directory: dirname(path), release })
  const module = { migration: readTextFile(path, refuse), imports }
  const whole = { ...module, ...(pending && { pending: pending.text }), ...(undo && { undo: undo.text }) }
  if (migrationChecksum(whole) !== migration.checksum)
    throw refuse('the file was changed after the releases were read; run the command again')
  if ([path, ...imports.map((imported) => imported.file)].every(isTypeScript)) return
  // The checksum that shows whether a module has changed does not include the pending query and the undo, because another dialect
  // can have other files for them.
  const now = migrationChecksum(module)
  const before = kept.get(path) ?? now
  kept.set(path, before)
  if (before !== now) throw refuse('the file was changed after this process loaded it; start a new process')
}

function isTypeScript(file: string): boolean {
  return /^\.[mc]?ts$/.test(extname(file))
}
