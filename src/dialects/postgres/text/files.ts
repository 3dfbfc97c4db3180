import type { FileReader } from '../../../dialect/dialect.ts'
import { fragileUses } from './fragile-use.ts'
import { judge, script } from './parser.ts'
import { sessionUses } from './session-use.ts'

/** Reads SQL files with the server's grammar. The driver is not loaded, so commands that only read files start faster. */
export const files: FileReader = { script, judge, fragileUses, sessionUses }
