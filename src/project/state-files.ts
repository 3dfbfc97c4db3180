import * as z from 'zod'
import { BLOCKED_SESSIONS_LEVELS, STATEMENT_WORK_DURATIONS } from '../effect/price.ts'
import { RECORDED_STATES_FORMAT_VERSION } from '../formats.ts'
import { DIALECTS, type SchemaObject } from '../schema/object.ts'

// The files with recorded states are generated, so the validation covers only their outer structure, and checks that each schema
// object has a kind and a name.
const object = z.custom<SchemaObject>((found) => typeof found === 'object' && found !== null && 'kind' in found && 'name' in found)
export const StoredDifferenceShape = z.union([
  z.strictObject({ added: object }),
  z.strictObject({ removed: object }),
  z.strictObject({ renamed: object, to: object }),
  z.strictObject({ altered: object, to: object }),
])
const steps = z.array(z.array(StoredDifferenceShape))
const price = z.strictObject({
  blocks: z.enum(BLOCKED_SESSIONS_LEVELS),
  works: z.enum(STATEMENT_WORK_DURATIONS),
  tables: z.array(z.string()),
})
export const StoredRowWritesShape = z.array(
  z.strictObject({ step: z.number(), table: z.string(), columns: z.array(z.string()).optional(), rewrites: z.string().optional() }),
)
const storedMigration = z.strictObject({
  checksum: z.string(),
  path: z.enum(['together', 'stepwise']),
  footprint: z.array(z.string()),
  wrote: z.boolean(),
  sets: z.array(z.string()).exactOptional(),
  revokes: z.array(z.strictObject({ object: z.string(), says: z.string() })).exactOptional(),
  redefined: z.array(z.string()).exactOptional(),
  affected: z.number(),
  writes: StoredRowWritesShape.optional(),
  prices: z.array(price),
  derived: z.strictObject({ statements: z.array(z.string()), pending: z.string() }).exactOptional(),
  authored: steps,
  phased: steps.optional(),
  undo: z
    .strictObject({
      path: z.enum(['together', 'stepwise']),
      footprint: z.array(z.string()),
      wrote: z.boolean(),
      writes: StoredRowWritesShape.optional(),
      steps,
    })
    .optional(),
})
// A file does not name the statement to which a stored price (the blocked sessions and the duration) belongs. A migration with
// several steps (statements that are committed one by one) therefore has a price for each step, in the order of the steps, or no
// prices.
const migrationEntry = storedMigration.refine(
  ({ prices, authored, phased = authored }) => phased.length <= 1 || prices.length === 0 || prices.length === phased.length,
  'the number of prices differs from the number of steps',
)
/** The shape of `<change>.json`, the file with the recorded states of one change. */
export const ChangeStatesFileShape = z.strictObject({
  format: z.literal(RECORDED_STATES_FORMAT_VERSION),
  change: z.string(),
  migrations: z.strictObject({
    expand: migrationEntry.optional(),
    migrate: migrationEntry.optional(),
    contract: migrationEntry.optional(),
  }),
})
/** The shape of `_release.json`, the file with the recorded facts of a whole release. */
export const ReleaseStatesFileShape = z.strictObject({
  format: z.literal(RECORDED_STATES_FORMAT_VERSION),
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
  rows: z
    .strictObject({
      of: z.string(),
      tables: z.array(
        z.strictObject({
          table: z.string(),
          count: z.int().nonnegative(),
          kept: z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(z.string().nullable())) }).exactOptional(),
        }),
      ),
    })
    .exactOptional(),
})
