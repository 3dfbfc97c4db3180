/** Returns a text in which *** replaces the password of every URL. Every printed failure passes through this function. */
export function redactUrlPasswords(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/"'`]*):[^\s"'`]*@/gi, '$1:***@')
    .replace(/([?&](?:password|pwd|passwd|sslpassword)=)[^&\s"'`]*/gi, '$1***')
}
