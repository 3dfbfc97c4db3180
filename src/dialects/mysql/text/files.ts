import type { FileReader } from '../../../dialect/dialect.ts'
import { leanings } from './leaning.ts'
import { sessionUses } from './session-use.ts'
import { refuse, script } from './split.ts'

/** Reads files as the client does, without its driver, so that what only reads does not wait for that. */
export const files: FileReader = {
  script: async (sql, transaction, purpose) => script(sql, transaction, purpose),
  judge: async ({ file, text }, line = 1) => refuse(text, { file, line }),
  leanings: async (sql) => leanings(sql),
  sessionUses: async (texts, bodies) => sessionUses(texts, bodies),
}
