/**
 * An object with the methods of `T` that loads its module with the first call. Commands that do not need a part of a dialect do
 * not load it. `methods` lists all methods. After the first call, a method runs without delay.
 */
export function deferred<T extends object>(load: () => Promise<T>, methods: { readonly [M in keyof T]-?: true }): T {
  let loaded: T | undefined
  const call = (name: string, args: readonly unknown[], on: T): unknown => (Reflect.get(on, name) as Method).call(on, ...args)
  const late = async (name: string, args: readonly unknown[]) => {
    loaded ??= await load()
    return call(name, args, loaded)
  }
  const names = Object.keys(methods)
  // Every method of a part of a dialect returns a promise.
  return Object.fromEntries(
    names.map((name) => [name, (...args: readonly unknown[]) => (loaded ? call(name, args, loaded) : late(name, args))]),
  ) as T
}

type Method = (...args: readonly unknown[]) => unknown
