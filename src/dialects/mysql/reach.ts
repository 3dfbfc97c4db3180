import { type GroupKey, groupOf, type SchemaObject } from '../../schema/object.ts'
import { groupOfId, objectsOf, type State } from '../../schema/state.ts'
import { tokensOf } from './lexer.ts'
import type { Names } from './names.ts'

/**
 * All groups that statements on these can reach without naming them: tables under a view, tables in the body of a trigger,
 * tables whose foreign keys cascade. 'all' where a trigger calls a routine.
 */
export function reachOf(named: ReadonlySet<GroupKey>, state: State, names: Names): ReadonlySet<GroupKey> | 'all' {
  const steps = stepsOf(state, names)
  const found = new Set(named)
  // A set yields what is added to it while it is walked.
  for (const group of found) {
    for (const next of steps.get(group) ?? []) {
      if (next === 'all') return 'all'
      found.add(next)
    }
  }
  return found
}

type Step = GroupKey | 'all'

function stepsOf(state: State, names: Names): ReadonlyMap<GroupKey, readonly Step[]> {
  const steps = new Map<GroupKey, Step[]>()
  for (const object of objectsOf(state)) {
    for (const [from, to] of leads(object, names)) steps.set(from, [...(steps.get(from) ?? []), to])
  }
  return steps
}

function leads(object: SchemaObject, names: Names): readonly (readonly [GroupKey, Step])[] {
  if (object.kind === 'view')
    return (object.dependsOn ?? []).map((id) => [groupOf(object), id.startsWith('function:') ? 'all' : groupOfId(id)])
  if (object.kind === 'trigger') return bodySteps(object.action, names).map((step) => [groupOf(object), step])
  const cascades = object.kind === 'foreign-key' && (object.onDelete !== undefined || object.onUpdate !== undefined)
  return cascades ? [[`table:${object.references.table}`, groupOf(object)]] : []
}

function bodySteps(body: string, names: Names): readonly Step[] {
  return tokensOf(body).flatMap((token, index, tokens): readonly Step[] => {
    const name = token.kind === 'name' ? token.value : body.slice(token.start, token.end)
    if (names.routines.has(name) && (tokens[index + 1]?.value === '(' || tokens[index - 1]?.value === 'CALL')) return ['all']
    return [...(names.groups.get(name) ?? [])]
  })
}
