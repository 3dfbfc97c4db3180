/** Returns a text with the special characters of regular expressions escaped, for patterns with and without the flag `u`. */
export function escapeForRegularExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
