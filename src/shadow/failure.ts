import { InterphaseError } from '../error.ts'
import type { Release } from '../release/migration.ts'
import type { FailedMigrationWithError } from '../state/trace.ts'
import type { ShadowServerContext } from './shadow-server.ts'

/**
 * Makes the error for a migration that fails on a shadow. The code is `record.lacks` if the shadow lacks an object that no
 * migration can create, such as a role, and otherwise `record.failed`.
 */
export function makeShadowFailureError(
  shadows: ShadowServerContext,
  release: Release,
  order: 'authored' | 'phased',
  { migration, problem, error }: FailedMigrationWithError,
): InterphaseError {
  const facts = { release: release.name, dialect: shadows.dialect.name, migration: migration.id, file: migration.file, problem }
  const hint = migration.body.kind === 'sql' ? shadows.dialect.dumpHint(error, migration.body.sql.text) : undefined
  if (hint !== undefined) return new InterphaseError('record.failed', { ...facts, order, hint }, { cause: error })
  const lack = shadows.dialect.missingPrerequisite(error)
  if (!lack) return new InterphaseError('record.failed', { ...facts, order }, { cause: error })
  return new InterphaseError('record.lacks', { ...facts, needs: lack.missing, ways: lack.remedies(shadows.setup) }, { cause: error })
}
