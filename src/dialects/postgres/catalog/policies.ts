import type { RowSecurityPolicyObject } from '../../../schema/object.ts'
import { canonicalizePostgresDefinition } from './canonical.ts'
import { dependsOnField, optionalField } from './catalog-object.ts'
import type { PostgresTableFacts } from './facts.ts'
import type { PostgresPolicyRow } from './rest-query.ts'

const COMMANDS: Readonly<Record<string, string>> = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE', '*': 'ALL' }

export function makePostgresRowSecurityPolicyObject(row: PostgresPolicyRow, facts: PostgresTableFacts): RowSecurityPolicyObject {
  const definition = [
    `AS ${row.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'} FOR ${COMMANDS[row.command] ?? row.command} TO ${[...row.roles].sort().join(', ')}`,
    ...(row.using === null ? [] : [`USING (${canonicalizePostgresDefinition(row.using)})`]),
    ...(row.check === null ? [] : [`WITH CHECK (${canonicalizePostgresDefinition(row.check)})`]),
  ].join(' ')
  return {
    kind: 'policy',
    table: facts.table,
    name: row.name,
    definition,
    ...optionalField('comment', row.comment),
    ...dependsOnField(facts.uses('policy', row.oid)),
  }
}
