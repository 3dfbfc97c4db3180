import type { ObjectKindWriter, ReasonForMissingSql } from '../../kind-writer.ts'

// The kinds of objects that MySQL and MariaDB do not have. A state of these servers contains none of them.
const ABSENT: ReasonForMissingSql = { reason: 'This server has no objects of this kind' }
const absent = { create: () => ABSENT, drop: () => ABSENT }
const COMMON = { comment: 'implied', dependsOn: 'implied' } as const
const OWNED = { owner: 'implied', ...COMMON } as const

export const mysqlPartitionWriter: ObjectKindWriter<'partition'> = {
  ...absent,
  properties: { of: 'implied', bound: 'implied', partitioning: 'implied', traits: 'implied', ...OWNED },
}
export const mysqlExclusionWriter: ObjectKindWriter<'exclusion'> = {
  ...absent,
  properties: {
    method: 'implied',
    keys: 'implied',
    operators: 'implied',
    include: 'implied',
    predicate: 'implied',
    deferrable: 'implied',
    temporal: 'implied',
    ...COMMON,
  },
}
export const mysqlRowSecurityPolicyWriter: ObjectKindWriter<'policy'> = { ...absent, properties: { definition: 'implied', ...COMMON } }
export const mysqlEnumWriter: ObjectKindWriter<'enum'> = { ...absent, properties: { labels: 'implied', ...OWNED } }
export const mysqlDomainWriter: ObjectKindWriter<'domain'> = {
  ...absent,
  properties: { type: 'implied', nullable: 'implied', default: 'implied', checks: 'implied', ...OWNED },
}
export const mysqlExtensionWriter: ObjectKindWriter<'extension'> = { ...absent, properties: { version: 'implied', ...COMMON } }
export const mysqlSchemaNamespaceWriter: ObjectKindWriter<'schema'> = { ...absent, properties: OWNED }
