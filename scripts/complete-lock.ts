import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * npm leaves an optional package out of the lock file when its registry does not have it, as mirrors often do for other
 * platforms, and `npm ci` then refuses the file everywhere. Run this after `npm install`: it writes the entries that are
 * missing. Without a checksum, for nobody here has seen the package.
 */
interface Lock {
  readonly packages: Record<string, Entry>
}

interface Entry {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const CPU = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']

const file = join(import.meta.dirname, '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock
const before = Object.keys(lock.packages).length

for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    lock.packages[`node_modules/${name}`] ??= entryOf(name, version, parent)
  }
}

const packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`)
console.log(`${Object.keys(packages).length - before} entries written`)

function entryOf(name: string, version: string, parent: Entry): Entry {
  if (!/^\d/.test(version)) throw new Error(`${name}: ${version} is a range, and only an exact version can be written`)
  const words = name.slice(name.lastIndexOf('/') + 1).split('-')
  const os = words.find((word) => OS.includes(word))
  const cpu = words.find((word) => CPU.includes(word))
  if (os === undefined || cpu === undefined) throw new Error(`${name}: for which platform?`)
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : words.some((word) => word.startsWith('gnu')) ? 'glibc' : undefined
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
    optional: true,
    os: [os],
  }
}
