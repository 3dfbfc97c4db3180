import type { FileReader } from '../../../dialect/dialect.ts'
import { leanings } from './leaning.ts'
import { sessionUses } from './session-use.ts'
import { refuse, script } from './split.ts'

/** Reads files by the rules of the client. It does not load the driver, so commands that only read files start faster. */
export const files: FileReader = {
  script: async (sql, transaction, purpose) => script(sql, transaction, purpose),
  judge: async ({ file, text }, line = 1) => refuse(text, { file, line }),
  leanings: async (sql) => leanings(sql),
  sessionUses: async (texts, bodies) => sessionUses(texts, bodies),
}
