import * as z from 'zod'
import { InterphaseError } from '../error.ts'
import { parseJson, parseShape } from '../shape.ts'

const ReleaseJson = z.strictObject({
  title: z.string().min(1).exactOptional(),
  after: z.union([z.string().min(1), z.null()]).exactOptional(),
  why: z.string().min(1).exactOptional(),
  history: z.string().min(1).exactOptional(),
})

/** The content of `release.json`. */
export interface ReleaseJsonContent {
  readonly title?: string
  /** The release before this one. Null means that there is none. If absent, the release follows the previous one in natural order. */
  readonly after?: string | null
  readonly why?: string
  /** The reason why the release is history. Its migrations are neither judged nor undone. */
  readonly history?: string
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
