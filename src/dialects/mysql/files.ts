import type { FileReader } from '../../dialect/dialect.ts'
import { leanings } from './leaning.ts'
import { script } from './split.ts'

/** Reads files as the client does, without its driver, so that what only reads does not wait for that. */
export const files: FileReader = {
  script: async (sql, transaction) => script(sql, transaction),
  leanings: async (sql) => leanings(sql),
}
