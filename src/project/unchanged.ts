import { dirname, extname } from 'node:path'
import { InterphaseError } from '../error.ts'
import { checksum } from '../release/checksum.ts'
import type { Migration } from '../release/migration.ts'
import { importsOf } from './imports.ts'
import { readText } from './text.ts'

/** What each module and its imports were when this process first loaded it, by path. */
const kept = new Map<string, string>()

/**
 * Throws when what has been loaded from `path` may not be what the migration's checksum stands for: when its files changed
 * since the chain was read, or since this process loaded them before. Node keeps whatever is not TypeScript.
 */
export function refuseChanged(migration: Migration, path: string): void {
  const { file, release, pending, undo } = migration
  const refuse = (problem: string) => new InterphaseError('migration.module', { file, problem })
  const { imported: imports } = importsOf({ file: path, name: file, directory: dirname(path), release })
  const module = { migration: readText(path, refuse), imports }
  const whole = { ...module, ...(pending && { pending: pending.text }), ...(undo && { undo: undo.text }) }
  if (checksum(whole) !== migration.checksum) throw refuse('it was changed after the releases were read; run the command again')
  if ([path, ...imports.map((imported) => imported.file)].every(isTypeScript)) return
  // Its pending query and its undo may be other files on another dialect.
  const now = checksum(module)
  const before = kept.get(path) ?? now
  kept.set(path, before)
  if (before !== now) throw refuse('this process has loaded it as it was before it was changed; start a new one')
}

function isTypeScript(file: string): boolean {
  return /^\.[mc]?ts$/.test(extname(file))
}
