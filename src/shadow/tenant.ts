import type { ScratchServer } from '../dialect/dialect.ts'

/** The part of a scratch server that belongs to one checkout: its databases carry the tenant's name, and it sees no others. */
export function tenantOf(server: ScratchServer, tenant: string): ScratchServer {
  const named = (name: string) => `${tenant}_${name}`
  return {
    version: server.version,
    isOurs: server.isOurs,
    create: (name) => server.create(named(name)),
    copy: (from, to) => server.copy(named(from), named(to)),
    has: (name) => server.has(named(name)),
    target: (name) => server.target(named(name)),
    drop: (name) => server.drop(named(name)),
    leftovers: async () =>
      (await server.leftovers()).flatMap((name) => (name.startsWith(`${tenant}_`) ? [name.slice(tenant.length + 1)] : [])),
    close: () => server.close(),
  }
}
