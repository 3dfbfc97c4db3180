import type { FileReader } from '../../../dialect/dialect.ts'
import { fragileUses } from './fragile-use.ts'
import { sessionUses } from './session-use.ts'
import { refuse, script } from './split.ts'

/** Reads SQL files by the rules of MySQL's client. The driver is not loaded, so commands that only read files start faster. */
export const files: FileReader = {
  script: async (sql, transaction, purpose) => script(sql, transaction, purpose),
  judge: async ({ file, text }, line = 1) => refuse(text, { file, line }),
  fragileUses: async (sql) => fragileUses(sql),
  sessionUses: async (texts, bodies) => sessionUses(texts, bodies),
}
