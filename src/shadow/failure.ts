import { InterphaseError } from '../error.ts'
import type { Release } from '../release/migration.ts'
import type { Failure } from '../state/trace.ts'
import type { Workshop } from './workshop.ts'

/** Why a release does not run on a shadow: its migration is wrong, or the shadow lacks something that a migration cannot make. */
export function failureOf(workshop: Workshop, release: Release, order: string, { migration, problem, error }: Failure): InterphaseError {
  const facts = { release: release.name, dialect: workshop.dialect.name, migration: migration.id, file: migration.file, problem }
  const lack = workshop.dialect.lackOf(error)
  if (!lack) return new InterphaseError('record.failed', { ...facts, order }, { cause: error })
  return new InterphaseError('record.lacks', { ...facts, needs: lack.needs, ways: lack.ways(workshop.setup) }, { cause: error })
}
