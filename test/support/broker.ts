import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Duration } from './durations.ts'
import { isServer, type Obtained, obtainServer, SERVERS, type ServerName } from './server.ts'

/**
 * The environment variable with the address of the broker. Test files run in separate processes and get their servers from the
 * broker.
 */
export const BROKER_VARIABLE = 'INTERPHASE_TEST_BROKER'

/** The answer of the broker to a test file. Exactly one of the three fields is present. */
export interface Answer {
  readonly url?: string
  /** The reason why this machine has no such server. */
  readonly missing?: string
  readonly failed?: string
}

export interface Broker {
  readonly address: string
  ask(name: ServerName): Promise<Answer>
  /** Returns a line about the requested servers that are missing, or undefined if no server is missing. */
  missing(): Promise<string | undefined>
  /** Returns the durations that `reportDurations` has sent to the broker. */
  durations(): readonly Duration[]
  close(): Promise<void>
}

/**
 * Opens the broker. The broker starts each server at the first request, once for the whole run. A run of tests without databases
 * starts no server.
 */
export async function openBroker(): Promise<Broker> {
  const obtained = new Map<ServerName, Promise<Obtained>>()
  const ask = async (name: ServerName): Promise<Answer> => {
    const server = obtained.get(name) ?? obtainServer(name)
    obtained.set(name, server)
    try {
      const result = await server
      return result.found ? { url: result.url } : { missing: result.why }
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) }
    }
  }
  const durations: Duration[] = []
  const listener = createServer((request, response) => {
    const name = request.url?.slice(1) ?? ''
    if (name === DURATIONS) void received(request).then((more) => durations.push(...more) && response.end())
    else void reply(response, name, ask)
  })
  listener.listen(0, '127.0.0.1').unref()
  await once(listener, 'listening')
  return {
    address: addressOf(listener),
    ask,
    missing: async () => linesOf(await Promise.all([...obtained.keys()].map(async (name) => ({ name, ...(await ask(name)) })))),
    durations: () => durations,
    close: async () => {
      listener.close()
      listener.closeAllConnections()
      await Promise.allSettled([...obtained.values()].map(async (server) => stop(await server)))
    },
  }
}

const DURATIONS = 'durations'

/** Sends durations to the broker. Called in the process of a test file. */
export async function reportDurations(durations: readonly Duration[]): Promise<void> {
  const broker = process.env[BROKER_VARIABLE]
  if (broker !== undefined) await fetch(`${broker}/${DURATIONS}`, { method: 'POST', body: JSON.stringify(durations) })
}

async function received(request: IncomingMessage): Promise<readonly Duration[]> {
  return (await json(request)) as readonly Duration[]
}

/** Throws an error if a server in the environment variable REQUIRE_SERVERS is not available. */
export async function requireServers(broker: Broker, list = process.env['REQUIRE_SERVERS'] ?? ''): Promise<void> {
  for (const name of list.split(',').map((word) => word.trim())) {
    if (name === '') continue
    if (!isServer(name)) throw new Error(`REQUIRE_SERVERS names ${name}; there are ${SERVERS.join(', ')}`)
    const { missing, failed } = await broker.ask(name)
    if (missing ?? failed) throw new Error(`REQUIRE_SERVERS names ${name}: ${missing ?? failed}`)
  }
}

async function reply(response: ServerResponse, name: string, ask: Broker['ask']): Promise<void> {
  const answer: Answer = isServer(name) ? await ask(name) : { failed: `there is no server ${name}` }
  response.setHeader('connection', 'close').end(JSON.stringify(answer))
}

function linesOf(asked: readonly (Answer & { readonly name: ServerName })[]): string | undefined {
  const missing = asked.flatMap(({ name, missing: why }) => (why === undefined ? [] : [`${name} (${why})`]))
  return missing.length === 0 ? undefined : `Not tested on ${missing.join('; ')}.`
}

async function stop(server: Obtained): Promise<void> {
  if (server.found) await server.stop()
}

function addressOf(listener: Server): string {
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the broker has no port')
  return `http://127.0.0.1:${address.port}`
}
