import type { DatabaseConnectionSettings, TlsSettings } from '../../dialect/dialect.ts'
import { openTargetDatabase } from '../../dialects/open.ts'
import type { ProjectConfig } from '../../project/config.ts'
import { readReleaseChain } from '../../project/releases.ts'
import type { ReleaseChain } from '../../release/migration.ts'
import type { DialectName } from '../../schema/object.ts'
import { EMPTY_SCHEMA_STATE } from '../../schema/state.ts'
import type { ShadowServerContext } from '../../shadow/shadow-server.ts'
import {
  chooseDraftedReleaseName,
  type DraftReleaseOptions,
  type DraftResult,
  readSchemaAtEndOfChain,
  writeDraftRelease,
} from './draft-release.ts'
import { createAndReadWantedSchema, readWantedSchema, type SourceToLoad } from './wanted-schema.ts'

/** The source of the wanted schema: a database, a SQL file, or a JavaScript module with Sequelize models. */
export type DraftSource =
  | { readonly kind: 'database'; readonly url: string; readonly tls?: TlsSettings }
  | (SourceToLoad & { readonly dialect?: DialectName })

/** Drafts a release that ends in the schema of another database. The command only reads the other database. */
export async function draftFromDatabase(
  config: ProjectConfig,
  address: DatabaseConnectionSettings,
  options: DraftReleaseOptions,
): Promise<DraftResult> {
  const { session, dialect } = await openTargetDatabase({ ...address, needsSchema: true }, config.dialects)
  try {
    const chain = readReleaseChain(config, dialect.name)
    chooseDraftedReleaseName(config, chain, options)
    const head = (await readSchemaAtEndOfChain(config, chain)) ?? { state: EMPTY_SCHEMA_STATE }
    const wanted = await readWantedSchema(dialect, session, head.state, config.schemas)
    return await writeDraftRelease(config, chain, head, { ...wanted, isWhole: false }, options)
  } finally {
    await session.close()
  }
}

/**
 * Drafts a release that ends in the schema of a SQL file or of Sequelize models. The command executes the file or the models on a
 * shadow.
 */
export async function draftFromFile(
  config: ProjectConfig,
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  source: SourceToLoad,
  options: DraftReleaseOptions,
): Promise<DraftResult> {
  chooseDraftedReleaseName(config, chain, options)
  const head = await readSchemaAtEndOfChain(config, chain)
  const { empty, ...wanted } = await createAndReadWantedSchema(shadows, source, chain.setup)
  return writeDraftRelease(config, chain, head ?? { state: empty }, { ...wanted, isWhole: true }, options)
}
