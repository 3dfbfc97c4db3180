import type { DialectParts } from '../parts.ts'
import { catalog } from './catalog/catalog.ts'
import { functions } from './functions/functions.ts'
import { border } from './observe/border/border.ts'
import { observer } from './observe/observer.ts'

export const parts: DialectParts = { catalog, observer, functions, border }
