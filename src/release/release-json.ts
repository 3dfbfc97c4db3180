import * as z from 'zod'
import { InterphaseError } from '../error.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import { parseJson, parseShape } from '../shape.ts'

const Squashed = z.strictObject({
  at: z.string().min(1),
  by: z.string().min(1),
  files: z.string().min(1),
  releases: z.array(z.string().min(1)).min(1),
  ends: z.partialRecord(z.enum(DIALECTS), z.strictObject({ state: z.string(), major: z.int() })),
  paths: z.array(z.partialRecord(z.enum(DIALECTS), z.record(z.string(), z.string()))).min(1),
})

const ReleaseJson = z.strictObject({
  title: z.string().min(1).exactOptional(),
  after: z.union([z.string().min(1), z.null()]).exactOptional(),
  why: z.string().min(1).exactOptional(),
  authors: z.array(z.string().min(1)).min(1).exactOptional(),
  history: z.string().min(1).exactOptional(),
  squashed: Squashed.exactOptional(),
})

/** The content of `release.json`. */
export interface ReleaseJsonContent {
  readonly title?: string
  /** The release before this one. Null means that there is none. If absent, the release follows the previous one in natural order. */
  readonly after?: string | null
  readonly why?: string
  /** The people who wrote the release, by their names in the file allowed-signers, or by their database roles. */
  readonly authors?: readonly string[]
  /** The reason why the release is history. Its migrations are neither judged nor undone. */
  readonly history?: string
  /** The releases that this release replaces, as `interphase squash` records them. */
  readonly squashed?: SquashedReleasesJson
}

/** The releases that a release replaces, as `interphase squash` writes them. */
export interface SquashedReleasesJson {
  /** The time, in ISO 8601 form, and the user. */
  readonly at: string
  readonly by: string
  /** The directory with the replaced files, from the project's root. */
  readonly files: string
  readonly releases: readonly string[]
  /** The fingerprint of the state at the end of the replaced releases, and the major version of the server that recorded it. */
  readonly ends: { readonly [D in DialectName]?: { readonly state: string; readonly major: number } }
  /** The sets of migrations that lead to that state, with their checksums. A later squash adds one to those of the earlier ones. */
  readonly paths: readonly { readonly [D in DialectName]?: Readonly<Record<string, string>> }[]
}

/** Parses `release.json`. Throws `release.invalid-json`. */
export function parseReleaseJson(file: string, text: string): ReleaseJsonContent {
  const refuse = (problem: string) => new InterphaseError('release.invalid-json', { file, problem })
  return parseShape(ReleaseJson, parseJson(text, refuse), refuse)
}

/** Makes the JSON Schema of `release.json`. */
export function makeReleaseJsonSchema(): unknown {
  return z.toJSONSchema(ReleaseJson)
}
