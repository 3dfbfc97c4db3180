/**
 * Returns an object that imports its module at the first method call. A command that uses only other parts of a dialect then
 * never imports the module. `methods` lists all methods of `T`.
 */
export function loadOnFirstCall<T extends object>(load: () => Promise<T>, methods: { readonly [M in keyof T]-?: true }): T {
  let loaded: T | undefined
  const call = (name: string, args: readonly unknown[], on: T): unknown => (Reflect.get(on, name) as Method).call(on, ...args)
  const late = async (name: string, args: readonly unknown[]) => {
    loaded ??= await load()
    return call(name, args, loaded)
  }
  const names = Object.keys(methods)
  // Each method can import the module first, because every method returns a promise.
  return Object.fromEntries(
    names.map((name) => [name, (...args: readonly unknown[]) => (loaded ? call(name, args, loaded) : late(name, args))]),
  ) as T
}

type Method = (...args: readonly unknown[]) => unknown
