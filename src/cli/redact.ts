/** The text with the password of every URL in it replaced. Everything that is printed about a failure passes through here. */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/"'`]*):[^\s"'`]*@/gi, '$1:***@')
    .replace(/([?&](?:password|pwd|passwd|sslpassword)=)[^&\s"'`]*/gi, '$1***')
}
