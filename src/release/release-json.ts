import * as z from 'zod'
import { InterphaseError } from '../error.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import { parseJsonText, parseValueWithZodSchema } from '../shape.ts'

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

/** The content of the file `release.json` of a release. */
export interface ReleaseJsonContent {
  readonly title?: string
  /**
   * The name of the previous release. The value is null for the first release. If the field is absent, the release follows the
   * previous release in natural order.
   */
  readonly after?: string | null
  readonly why?: string
  /**
   * The names of the people who wrote the release: names in the file `allowed-signers`, which contains the public keys of people,
   * or database roles.
   */
  readonly authors?: readonly string[]
  /**
   * The reason why the release is history, which means that its migrations ran before the project had phases. No policy refuses
   * the effects of its migrations, and the migrations cannot be undone.
   */
  readonly history?: string
  /** The releases that the release replaces. `interphase squash` writes this field. */
  readonly squashed?: SquashedReleasesJson
}

/** The releases that another release replaces. `interphase squash` writes these fields. */
export interface SquashedReleasesJson {
  /** The time of the squash in ISO 8601 form. `by` is the user who ran `interphase squash`. */
  readonly at: string
  readonly by: string
  /** The directory into which `interphase squash` moved the replaced releases, relative to the project's root. */
  readonly files: string
  readonly releases: readonly string[]
  /**
   * For each dialect, the fingerprint of the schema at the end of the replaced releases, and the major version of the server that
   * recorded this schema.
   */
  readonly ends: { readonly [D in DialectName]?: { readonly state: string; readonly major: number } }
  /**
   * The sets of migrations that end in the schema whose fingerprint `ends` contains, with the checksums of the migrations. A later
   * squash adds one set to the existing sets.
   */
  readonly paths: readonly { readonly [D in DialectName]?: Readonly<Record<string, string>> }[]
}

/** Parses the text of `release.json`. Throws `release.invalid-json` if the text is not valid JSON or has invalid fields. */
export function parseReleaseJson(file: string, text: string): ReleaseJsonContent {
  const refuse = (problem: string) => new InterphaseError('release.invalid-json', { file, problem })
  return parseValueWithZodSchema(ReleaseJson, parseJsonText(text, refuse), refuse)
}

/** Returns the JSON Schema of `release.json`. */
export function makeReleaseJsonSchema(): unknown {
  return z.toJSONSchema(ReleaseJson)
}
