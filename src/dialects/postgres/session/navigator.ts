/**
 * True if the file navigator.ts defined the global `navigator`. The global exists until a call of `removeNavigator`. While pg
 * loads, pg reads `navigator` to detect Cloudflare. Without the global, as on Node 20, pg creates a `Response`, which loads an
 * HTTP client and takes 45 ms in every command.
 */
const isDefinedHere = !('navigator' in globalThis)
if (isDefinedHere) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: `Node.js/${process.versions.node}` }, configurable: true })
}

/** Removes the global `navigator`, if the file navigator.ts defined it. */
export function removeNavigator(): void {
  if (isDefinedHere) Reflect.deleteProperty(globalThis, 'navigator')
}
