import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DialectName } from '../../src/schema/object.ts'
import { project } from '../support/project.ts'
import { recordOnce } from '../support/recordings.ts'

const PHASES = join(import.meta.dirname, '..', '..', 'phases')

/** A small chain: a release for each kind of migration that can be cut off. */
const RELEASES: { readonly [path: string]: string } = {
  '1-base/010-thing.expand.sql':
    'CREATE TABLE thing (id integer NOT NULL, name varchar(50) NOT NULL, CONSTRAINT thing_pk PRIMARY KEY (id));',
  '2-columns/010-columns.expand.sql': 'ALTER TABLE thing ADD COLUMN colour varchar(20);\nALTER TABLE thing ADD COLUMN size integer;',
  '3-fill/010-fill.migrate.sql': "UPDATE thing SET colour = concat(name, ' red'), size = 1 WHERE colour IS NULL;",
  '3-fill/010-fill.migrate.pending.sql': 'SELECT count(*) AS pending FROM thing WHERE colour IS NULL;',
  '4-index/010-index.migrate.postgres.sql':
    'CREATE INDEX CONCURRENTLY thing_colour ON thing (colour);\nCREATE INDEX CONCURRENTLY thing_size ON thing (size);',
  '4-index/010-index.migrate.mysql.sql':
    'ALTER TABLE thing ADD INDEX thing_colour (colour);\nALTER TABLE thing ADD INDEX thing_size (size);',
  '5-unique/010-unique.migrate.postgres.sql':
    '-- interphase: despite tightens because a unique index is the one whose building can fail\nCREATE UNIQUE INDEX CONCURRENTLY thing_name ON thing (name);',
  '5-unique/010-unique.migrate.mysql.sql':
    '-- interphase: despite tightens because a unique index is the one whose building can fail\nALTER TABLE thing ADD UNIQUE INDEX thing_name (name);',
  '6-function/010-weight.expand.mjs': `// interphase: despite writes-rows because what a function wrote cannot be told from the schema
export const up = async ({ context }) => {
  await context.sequelize.query('ALTER TABLE thing ADD COLUMN weight integer')
  await context.sequelize.query('UPDATE thing SET weight = coalesce(weight, 0) + 1')
}
`,
}

/** The chain as a project, recorded for this dialect, with these retries for every phase. */
export async function thingsProject(
  dialect: DialectName,
  shadowUrl: string,
): Promise<{ readonly patient: string; readonly hasty: string }> {
  const files = Object.fromEntries(Object.entries(RELEASES).map(([path, text]) => [`releases/${path}`, text]))
  const config = (phases: string) =>
    JSON.stringify({ project: 'things', dialects: [dialect], phases, shadow: { [dialect]: { url: shadowUrl } } })
  const patient = project({ 'interphase.config.json': config('phases'), ...files })
  writePhases(patient, 100)
  await recordOnce(patient, dialect)
  const hasty = project({ 'interphase.config.json': config('phases') })
  cpSync(join(patient, 'releases'), join(hasty, 'releases'), { recursive: true })
  writePhases(hasty, 2)
  return { patient, hasty }
}

function writePhases(root: string, attempts: number): void {
  cpSync(PHASES, join(root, 'phases'), { recursive: true })
  for (const file of readdirSync(join(root, 'phases')).filter((name) => /^\w+\.json$/.test(name))) {
    const path = join(root, 'phases', file)
    const policy = JSON.parse(readFileSync(path, 'utf8')) as { retry: object; session: object }
    const session = { ...policy.session, lockTimeoutMs: 1000 }
    writeFileSync(path, JSON.stringify({ ...policy, session, retry: { attempts, firstDelayMs: 20, maxDelayMs: 50 } }))
  }
}
