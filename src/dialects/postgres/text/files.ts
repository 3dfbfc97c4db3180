import type { FileReader } from '../../../dialect/dialect.ts'
import { fragileUses } from './fragile-use.ts'
import { judge, script } from './parser.ts'
import { sessionUses } from './session-use.ts'

/** Reads files with the server's grammar. It does not load the driver, so commands that only read files start faster. */
export const files: FileReader = { script, judge, fragileUses, sessionUses }
