import type Pg from 'pg'
import { pgDriver } from './driver.ts'

// The number of bytes in one message with rows. A message can contain up to a gigabyte, but the driver copies each message, so
// the rows are sent in smaller parts.
const CHUNK_BYTES = 1 << 20

/** Sends COPY … FROM stdin with its rows. The query class of the driver cannot execute COPY … FROM stdin. */
class CopyQuery extends pgDriver.Query {
  readonly #rows: Buffer

  constructor(statement: string, rows: string) {
    super(statement)
    this.#rows = Buffer.from(rows)
  }

  /** Sends the rows of COPY … FROM stdin when the server requests the rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    for (let at = 0; at < this.#rows.length; at += CHUNK_BYTES) connection.sendCopyFromChunk(this.#rows.subarray(at, at + CHUNK_BYTES))
    connection.endCopyFrom()
  }
}

interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/**
 * Executes COPY … FROM stdin, and returns the number of rows. The caller runs no other statement on the connection at the same
 * time.
 */
export function executeCopyFromStdin(client: Pg.Client, statement: string, rows: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const query = Object.assign(new CopyQuery(statement, rows), {
      callback: (error: Error | null, result?: Pg.QueryResult) => (error ? reject(error) : resolve(result?.rowCount ?? 0)),
    })
    client.query(query)
  })
}
