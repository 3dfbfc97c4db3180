import { sha256Digest } from '../digest.ts'

/** Computes the digest of a value as JSON. The digest depends on the order of keys, but not on white space. */
export function digestOfJson(value: unknown): string {
  return `d1:${sha256Digest(JSON.stringify(value)).slice(0, 32)}`
}

/** Makes the text of a generated file, indented for review. The last field of the file is a digest of everything before it. */
export function formatFileWithDigest(content: Readonly<Record<string, unknown>>): { readonly text: string; readonly digest: string } {
  const own = digestOfJson(content)
  return { text: `${JSON.stringify({ ...content, digest: own }, null, 2)}\n`, digest: own }
}

/** Parses a file that ends with its own digest, and checks whether the digest still matches. */
export function parseFileWithDigest(text: string): { readonly content: unknown; readonly digest: string; readonly intact: boolean } {
  const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
  if (typeof parsed !== 'object' || parsed === null) return { content: parsed, digest: '', intact: false }
  const { digest: written, ...content } = parsed as Readonly<Record<string, unknown>>
  const own = digestOfJson(content)
  return { content, digest: own, intact: written === own }
}
