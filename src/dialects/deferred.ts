/**
 * Returns an object with the methods of `T`. The first call of a method loads the real object. A command that calls none of the
 * methods therefore never imports the module of the real object, which saves time. `methods` lists all methods of `T`.
 */
export function loadObjectOnFirstCall<T extends object>(load: () => Promise<T>, methods: { readonly [M in keyof T]-?: true }): T {
  let loaded: T | undefined
  const call = (name: string, args: readonly unknown[], on: T): unknown => (Reflect.get(on, name) as Method).call(on, ...args)
  const late = async (name: string, args: readonly unknown[]) => {
    loaded ??= await load()
    return call(name, args, loaded)
  }
  const names = Object.keys(methods)
  // Every method of `T` returns a promise, so a method can wait for the import.
  return Object.fromEntries(
    names.map((name) => [name, (...args: readonly unknown[]) => (loaded ? call(name, args, loaded) : late(name, args))]),
  ) as T
}

type Method = (...args: readonly unknown[]) => unknown
