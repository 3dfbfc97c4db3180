import * as z from 'zod'
import { InterphaseError } from '../error.ts'
import { readJson, shaped } from '../shape.ts'

const ReleaseJson = z.strictObject({
  title: z.string().min(1).exactOptional(),
  after: z.union([z.string().min(1), z.null()]).exactOptional(),
  why: z.string().min(1).exactOptional(),
  history: z.string().min(1).exactOptional(),
})

/** What `release.json` may say. */
export interface AboutRelease {
  readonly title?: string
  /** The release before this one; null says that there is none. Absent: the one before it in natural order. */
  readonly after?: string | null
  readonly why?: string
  /** Its migrations are neither judged nor taken back, for this reason. */
  readonly history?: string
}

export function parseReleaseJson(file: string, text: string): AboutRelease {
  const refuse = (problem: string) => new InterphaseError('release.invalid-json', { file, problem })
  return shaped(ReleaseJson, readJson(text, refuse), refuse)
}

export function releaseJsonSchema(): unknown {
  return z.toJSONSchema(ReleaseJson)
}
