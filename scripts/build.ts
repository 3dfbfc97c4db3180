import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

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

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/index.ts', 'src/cli/main.ts'],
  outdir: dist,
  outbase: 'src',
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  sourcesContent: false,
  // CommonJS packages in the bundle load the modules of Node with `require`.
  banner: { js: "import { createRequire as interphaseRequire } from 'node:module'; const require = interphaseRequire(import.meta.url);" },
  external: [...externals(), 'pg-native'],
  metafile: true,
  logLevel: 'warning',
})
// The client of applications is a bundle of its own, so that an application loads nothing else of the engine.
await build({
  absWorkingDir: root,
  entryPoints: ['src/fleet/index.ts'],
  outfile: join(dist, 'fleet', 'index.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
})
console.error(`interphase/fleet: ${statSync(join(dist, 'fleet', 'index.js')).size} bytes`)
chmodSync(join(dist, 'cli', 'main.js'), 0o755)
const packages = new Set(Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))
const licences = [...packages].sort().map((name) => `${name}\n\n${licenceOf(join(root, 'node_modules', name))}`)
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences.join('\n\n'))

function licenceOf(directory: string): string {
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name))
  return file === undefined ? '' : readFileSync(join(directory, file), 'utf8')
}

function externals(): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'optionalDependencies', object>
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  return names.filter((name) => !BUNDLED.includes(name)).flatMap((name) => [name, `${name}/*`])
}
