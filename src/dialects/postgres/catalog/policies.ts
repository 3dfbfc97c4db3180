import type { PolicyObject } from '../../../schema/object.ts'
import { canonicalDefinition } from './canonical.ts'
import { dependsOn, optionalField } from './catalog-object.ts'
import type { TableFacts } from './facts.ts'
import type { PolicyRow } from './rest-query.ts'

const COMMANDS: Readonly<Record<string, string>> = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE', '*': 'ALL' }

export function policyObject(row: PolicyRow, facts: TableFacts): PolicyObject {
  const definition = [
    `AS ${row.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'} FOR ${COMMANDS[row.command] ?? row.command} TO ${[...row.roles].sort().join(', ')}`,
    ...(row.using === null ? [] : [`USING (${canonicalDefinition(row.using)})`]),
    ...(row.check === null ? [] : [`WITH CHECK (${canonicalDefinition(row.check)})`]),
  ].join(' ')
  return {
    kind: 'policy',
    table: facts.table,
    name: row.name,
    definition,
    ...optionalField('comment', row.comment),
    ...dependsOn(facts.uses('policy', row.oid)),
  }
}
