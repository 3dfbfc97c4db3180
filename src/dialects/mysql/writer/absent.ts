import type { KindWriter, ReasonForMissingSql } from '../../kind-writer.ts'

// The kinds of objects that MySQL and MariaDB do not have. A state of these servers contains none of them.
const ABSENT: ReasonForMissingSql = { reason: 'This server has no objects of this kind' }
const absent = { create: () => ABSENT, drop: () => ABSENT }
const COMMON = { comment: 'implied', dependsOn: 'implied' } as const
const OWNED = { owner: 'implied', ...COMMON } as const

export const partitionWriter: KindWriter<'partition'> = {
  ...absent,
  attributes: { of: 'implied', bound: 'implied', partitioning: 'implied', traits: 'implied', ...OWNED },
}
export const policyWriter: KindWriter<'policy'> = { ...absent, attributes: { definition: 'implied', ...COMMON } }
export const enumWriter: KindWriter<'enum'> = { ...absent, attributes: { labels: 'implied', ...OWNED } }
export const domainWriter: KindWriter<'domain'> = {
  ...absent,
  attributes: { type: 'implied', nullable: 'implied', default: 'implied', checks: 'implied', ...OWNED },
}
export const extensionWriter: KindWriter<'extension'> = { ...absent, attributes: { version: 'implied', ...COMMON } }
export const schemaWriter: KindWriter<'schema'> = { ...absent, attributes: OWNED }
