/**
 * Makes an object that loads its module at the first method call. A command that does not use a part of a dialect then does not load
 * it. `methods` lists all methods of `T`.
 */
export function loadOnFirstCall<T extends object>(load: () => Promise<T>, methods: { readonly [M in keyof T]-?: true }): T {
  let loaded: T | undefined
  const call = (name: string, args: readonly unknown[], on: T): unknown => (Reflect.get(on, name) as Method).call(on, ...args)
  const late = async (name: string, args: readonly unknown[]) => {
    loaded ??= await load()
    return call(name, args, loaded)
  }
  const names = Object.keys(methods)
  // Every method can wait for the module, because every method returns a promise.
  return Object.fromEntries(
    names.map((name) => [name, (...args: readonly unknown[]) => (loaded ? call(name, args, loaded) : late(name, args))]),
  ) as T
}

type Method = (...args: readonly unknown[]) => unknown
