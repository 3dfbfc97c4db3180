import type Pg from 'pg'
import { pg } from './driver.ts'

// One message of the protocol holds at most a gigabyte, and the driver copies each.
const CHUNK_BYTES = 1 << 20

/** COPY … FROM stdin, with the rows that it reads. The driver's own query answers such a statement with a failure. */
class CopyQuery extends pg.Query {
  readonly #rows: Buffer

  constructor(statement: string, rows: string) {
    super(statement)
    this.#rows = Buffer.from(rows)
  }

  /** The server asks for the rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    for (let at = 0; at < this.#rows.length; at += CHUNK_BYTES) connection.sendCopyFromChunk(this.#rows.subarray(at, at + CHUNK_BYTES))
    connection.endCopyFrom()
  }
}

interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** Gives the number of rows. Nothing else may be on its way to the server. */
export function copyRows(client: Pg.Client, statement: string, rows: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const query = Object.assign(new CopyQuery(statement, rows), {
      callback: (error: Error | null, result?: Pg.QueryResult) => (error ? reject(error) : resolve(result?.rowCount ?? 0)),
    })
    client.query(query)
  })
}
