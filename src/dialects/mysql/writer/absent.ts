import type { KindWriter, NoSql } from '../../kind-writer.ts'

// The kinds of objects that MySQL and MariaDB do not have. A state of these servers contains none of them.
const ABSENT: NoSql = { reason: 'This server has no objects of this kind' }
const absent = { create: () => ABSENT, drop: () => ABSENT }
const COMMON = { comment: 'implied', dependsOn: 'implied' } as const
const OWNED = { owner: 'implied', ...COMMON } as const

export const partitionWriter: KindWriter<'partition'> = {
  ...absent,
  facts: { of: 'implied', bound: 'implied', partitioning: 'implied', traits: 'implied', ...OWNED },
}
export const policyWriter: KindWriter<'policy'> = { ...absent, facts: { definition: 'implied', ...COMMON } }
export const enumWriter: KindWriter<'enum'> = { ...absent, facts: { labels: 'implied', ...OWNED } }
export const domainWriter: KindWriter<'domain'> = {
  ...absent,
  facts: { type: 'implied', nullable: 'implied', default: 'implied', checks: 'implied', ...OWNED },
}
export const extensionWriter: KindWriter<'extension'> = { ...absent, facts: { version: 'implied', ...COMMON } }
export const schemaWriter: KindWriter<'schema'> = { ...absent, facts: OWNED }
