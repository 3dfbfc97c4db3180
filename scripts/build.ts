import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type OutputOptions, rolldown } from 'rolldown'

/**
 * Builds dist/: declarations by the compiler, one per source file, and code by the bundler, one file for the library, one for
 * the command line and one for each part that a command may not need. Three hundred small modules, and zod with its fifty
 * languages, take longer to load than `status` takes to answer.
 */

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

// The libraries that `status` loads, and small or reducible ones, are part of the bundle. The others are loaded from node_modules.
const BUNDLED = ['zod', 'get-east-asian-width', 'commander', '@commander-js/extra-typings', 'cli-table3', 'pg']

// A file whose source is gone would be shipped.
rmSync(dist, { recursive: true, force: true })
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
execFileSync(process.execPath, [compiler, '-p', root, '--emitDeclarationOnly', '--sourceMap', 'false'], { stdio: 'inherit' })

// The code that every command needs, or `status`, is one file: each module file costs half a millisecond at the start. The name of a
// group is the name of its file. A module brings its imports with it, except those of an earlier group.
const GROUPS = [
  { name: 'core', modules: ['cli/program', 'cli/commands/reading/status', 'cli/render/status', 'engine'] },
  { name: 'postgres', modules: ['dialects/postgres/postgres'] },
  { name: 'mysql', modules: ['dialects/mysql/mysql'] },
]

const OUTPUT: OutputOptions = {
  format: 'esm',
  sourcemap: true,
  sourcemapExcludeSources: true,
  // Names stay, so that a stack trace shows the names of the source.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
}

const inBundle = await rolldown({
  cwd: root,
  input: { 'index': 'src/index.ts', 'cli/main': 'src/cli/main.ts' },
  platform: 'node',
  // Some modules are imported dynamically by a command and statically by others. They stay with the others.
  checks: { ineffectiveDynamicImport: false },
  external: [...externals(), 'pg-native'].map((name) => new RegExp(`^${name.replaceAll(/[/.]/g, '\\$&')}(/|$)`)),
})
const { output } = await inBundle.write({
  ...OUTPUT,
  dir: dist,
  chunkFileNames: 'parts/[name]-[hash].js',
  codeSplitting: {
    groups: GROUPS.map(({ name, modules }, index) => ({
      name,
      priority: GROUPS.length - index,
      test: (id: string) => modules.includes(relative(join(root, 'src'), id).replace(/\.ts$/, '')),
    })),
  },
})
// The client of applications is a bundle of its own, so that an application loads nothing else of the engine.
const client = await rolldown({ cwd: root, input: 'src/fleet/index.ts', platform: 'node' })
await client.write({ ...OUTPUT, minify: true, file: join(dist, 'fleet', 'index.js') })
console.error(`interphase/fleet: ${statSync(join(dist, 'fleet', 'index.js')).size} bytes`)
chmodSync(join(dist, 'cli', 'main.js'), 0o755)
const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
const packages = new Set(modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []))
const licences = [...packages].sort().map((name) => `${name}\n\n${licenceOf(join(root, 'node_modules', name))}`)
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences.join('\n\n'))

function licenceOf(directory: string): string {
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name))
  return file === undefined ? '' : readFileSync(join(directory, file), 'utf8')
}

function externals(): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'optionalDependencies', object>
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  return names.filter((name) => !BUNDLED.includes(name))
}
