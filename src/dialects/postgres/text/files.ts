import type { FileReader } from '../../../dialect/dialect.ts'
import { leanings } from './leaning.ts'
import { judge, script } from './parser.ts'
import { sessionUses } from './session-use.ts'

/** Reads files by the server's own grammar; without its driver, so that what only reads does not wait for that. */
export const files: FileReader = { script, judge, leanings, sessionUses }
