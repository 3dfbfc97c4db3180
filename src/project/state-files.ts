import * as z from 'zod'
import { BLOCKED, WORK_DURATIONS } from '../effect/price.ts'
import { STATES_FORMAT } from '../formats.ts'
import { DIALECTS, type SchemaObject } from '../schema/object.ts'

// Only the outer structure of these generated files is validated, and that each schema object has a kind.
const object = z.custom<SchemaObject>((found) => typeof found === 'object' && found !== null && 'kind' in found && 'name' in found)
export const storedDifference = z.union([
  z.strictObject({ added: object }),
  z.strictObject({ removed: object }),
  z.strictObject({ renamed: object, to: object }),
  z.strictObject({ altered: object, to: object }),
])
const steps = z.array(z.array(storedDifference))
const price = z.strictObject({ blocks: z.enum(BLOCKED), works: z.enum(WORK_DURATIONS), tables: z.array(z.string()) })
export const storedWrites = z.array(
  z.strictObject({ step: z.number(), table: z.string(), columns: z.array(z.string()).optional(), rewrites: z.string().optional() }),
)
const migrationEntry = z.strictObject({
  checksum: z.string(),
  path: z.enum(['together', 'stepwise']),
  footprint: z.array(z.string()),
  wrote: z.boolean(),
  sets: z.array(z.string()).exactOptional(),
  affected: z.number(),
  writes: storedWrites.optional(),
  prices: z.array(price),
  authored: steps,
  phased: steps.optional(),
  undo: z
    .strictObject({
      path: z.enum(['together', 'stepwise']),
      footprint: z.array(z.string()),
      wrote: z.boolean(),
      writes: storedWrites.optional(),
      steps,
    })
    .optional(),
})
/** The shape of `<change>.json`, the file with the recorded states of one change. */
export const changeFile = z.strictObject({
  format: z.literal(STATES_FORMAT),
  change: z.string(),
  migrations: z.strictObject({
    expand: migrationEntry.optional(),
    migrate: migrationEntry.optional(),
    contract: migrationEntry.optional(),
  }),
})
/** `_release.json`. */
export const releaseFile = z.strictObject({
  format: z.literal(STATES_FORMAT),
  release: z.string(),
  dialect: z.enum(DIALECTS),
  server: z.strictObject({ version: z.string(), major: z.number(), lowerCaseTableNames: z.number().exactOptional() }),
  inputs: z.string(),
  start: z.string(),
  end: z.string(),
  orders: z.union([z.literal(1), z.literal(2)]),
  reported: z.array(z.string()),
  files: z.record(z.string(), z.string()),
  base: z.array(object).optional(),
  state: z.array(object).optional(),
})
