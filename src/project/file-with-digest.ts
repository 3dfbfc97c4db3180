import { sha256Digest } from '../digest.ts'

/** Returns the digest of a value as JSON. The digest depends on the order of the keys, but not on white space. */
export function digestOfJson(value: unknown): string {
  return `d1:${sha256Digest(JSON.stringify(value)).slice(0, 32)}`
}

/**
 * Returns the text of a generated file, indented for review, and its digest. The last field of the file contains the digest of
 * the other fields.
 */
export function makeFileWithDigest(content: Readonly<Record<string, unknown>>): { readonly text: string; readonly digest: string } {
  const own = digestOfJson(content)
  return { text: `${JSON.stringify({ ...content, digest: own }, null, 2)}\n`, digest: own }
}

/**
 * Parses a file that contains its own digest. `digest` is the digest of the content, and `intact` states whether the file contains
 * this digest. Throws a SyntaxError if the text is not JSON.
 */
export function parseFileWithDigest(text: string): { readonly content: unknown; readonly digest: string; readonly intact: boolean } {
  const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
  if (typeof parsed !== 'object' || parsed === null) return { content: parsed, digest: '', intact: false }
  const { digest: written, ...content } = parsed as Readonly<Record<string, unknown>>
  const own = digestOfJson(content)
  return { content, digest: own, intact: written === own }
}
