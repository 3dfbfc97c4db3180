/**
 * Defines the global `navigator` until `removeNavigator` is called. pg uses `navigator` to detect Cloudflare while it loads. Without
 * it, as on Node 20, pg creates a `Response`, which loads an HTTP client and takes 45 ms in every command.
 */
const isDefinedHere = !('navigator' in globalThis)
if (isDefinedHere) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: `Node.js/${process.versions.node}` }, configurable: true })
}

/** Removes the global `navigator`, if this file defined it. */
export function removeNavigator(): void {
  if (isDefinedHere) Reflect.deleteProperty(globalThis, 'navigator')
}
