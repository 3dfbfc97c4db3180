import type { CatalogReadScope } from '../../../dialect/dialect.ts'

/** The names of the schema objects to read, grouped by the kind of the objects. */
export interface RequestedObjectNamesByKind {
  readonly tables: 'all' | readonly string[]
  readonly views: 'all' | readonly string[]
  readonly routines: 'all' | readonly string[]
  readonly sequences: 'all' | readonly string[]
  readonly events: 'all' | readonly string[]
}

export function groupRequestedObjectNames(scope: CatalogReadScope): RequestedObjectNamesByKind {
  if (scope === 'whole') return { tables: 'all', views: 'all', routines: 'all', sequences: 'all', events: 'all' }
  const under = (prefix: string) => scope.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  return {
    tables: under('table:'),
    views: under('view:'),
    routines: [...under('function:').map((name) => name.replace(/\(\)$/, '')), ...packages(scope)],
    sequences: under('sequence:'),
    events: under('opaque:event '),
  }
}

function packages(scope: readonly string[]): readonly string[] {
  return scope.flatMap((key) => /^opaque:package(?: body)? (.*)$/.exec(key)?.[1] ?? [])
}
