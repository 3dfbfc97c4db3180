import mysql from 'mysql2'
import pg from 'pg'

type Method = (this: unknown, ...parameters: readonly unknown[]) => unknown
type Sender = Record<'query' | 'execute', Method>

/**
 * Returns the statements that this process sends to its servers while `work` runs, in order. The statements are sent unchanged.
 */
export async function statementsSent(work: () => Promise<unknown>): Promise<readonly string[]> {
  const sent: string[] = []
  const restore = [
    listen(pg.Client.prototype as unknown as Sender, 'query', sent),
    listen(Object.getPrototypeOf(mysql.Connection.prototype) as Sender, 'query', sent),
    listen(Object.getPrototypeOf(mysql.Connection.prototype) as Sender, 'execute', sent),
  ]
  try {
    await work()
  } finally {
    for (const one of restore) one()
  }
  return sent
}

/**
 * Adds the text of each statement to `sent` before the driver sends the statement. Returns the function that removes the
 * listener.
 */
function listen(driver: Sender, method: keyof Sender, sent: string[]): () => void {
  const original = driver[method]
  driver[method] = function (this: unknown, ...parameters) {
    sent.push(textOf(parameters[0]))
    return original.call(this, ...parameters)
  }
  return () => {
    driver[method] = original
  }
}

/**
 * Returns the text of a query. The driver of PostgreSQL accepts a text or an object with `text`. The driver of MySQL and MariaDB
 * accepts a text or an object with `sql`.
 */
function textOf(query: unknown): string {
  if (typeof query === 'string') return query
  const { text, sql } = query as { readonly text?: string; readonly sql?: string }
  return text ?? sql ?? ''
}
