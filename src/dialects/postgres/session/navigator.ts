/**
 * True if the file navigator.ts defined the global `navigator`. While the driver pg loads, it reads `navigator` to detect
 * Cloudflare. Without the global, as on Node 20, pg detects Cloudflare with a `Response`, which loads an HTTP client and takes 45
 * ms in every command. `removeGlobalNavigator` removes the global after pg is loaded.
 */
const isDefinedHere = !('navigator' in globalThis)
if (isDefinedHere) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: `Node.js/${process.versions.node}` }, configurable: true })
}

/** Removes the global `navigator`, if the file navigator.ts defined it. */
export function removeGlobalNavigator(): void {
  if (isDefinedHere) Reflect.deleteProperty(globalThis, 'navigator')
}
