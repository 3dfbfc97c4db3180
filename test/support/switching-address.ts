import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** An address that connects each new connection to the currently selected server, as an address does during a failover. */
export interface SwitchingAddress {
  /** The URL of the first server, with the host and port of this address. */
  readonly url: string
  /** Selects the server for new connections. */
  switchTo(url: string): void
  close(): Promise<void>
}

export async function startSwitchingAddress(first: string): Promise<SwitchingAddress> {
  let port = portOf(first)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.pipe(client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(first)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    switchTo: (other) => {
      port = portOf(other)
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}
