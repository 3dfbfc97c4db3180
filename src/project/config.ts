import { existsSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import type { TlsSettings } from '../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import { parseJsonText, parseValueWithZodSchema } from '../shape.ts'
import { HOOK_OCCASIONS, type HookConfig, type ShadowServerConfig, type UserConfig } from './define-config.ts'
import { loadProjectModule } from './loader.ts'
import { readTextFile } from './text.ts'

/** The configuration of a project. Settings that the configuration file does not contain have their defaults. */
export interface ProjectConfig {
  /** The directory of the configuration file. Paths in messages are relative to this directory. */
  readonly root: string
  readonly file: string
  readonly project: string
  readonly dialects: readonly DialectName[]
  readonly database: { readonly url?: string; readonly tls?: TlsSettings; readonly replicas?: readonly string[] }
  /** The directory of the releases, relative to the root, with forward slashes. */
  readonly releases: string
  /** The directory of the bases, relative to the root, with forward slashes. The directory can be missing. */
  readonly bases: string
  /**
   * The directory of the project's own policies, as an absolute path. The field is absent if the project uses the policies of the
   * package.
   */
  readonly phases?: string
  readonly ignore: readonly string[]
  readonly shadow: { readonly [D in DialectName]?: ShadowServerConfig }
  readonly embedded: boolean
  readonly schemas?: readonly string[]
  readonly partitions: 'ignore' | 'compare'
  readonly hooks: readonly HookConfig[]
}

/** The names of configuration files. A directory contains at most one of these files. */
export const CONFIG_FILE_NAMES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `interphase.config.${extension}`)

const text = z.string().min(1)
const TlsShape = z.strictObject({
  mode: z.enum(['off', 'require', 'verify']),
  ca: text.exactOptional(),
  cert: text.exactOptional(),
  key: text.exactOptional(),
})
const Shadow = z.strictObject({ url: text, tls: TlsShape.exactOptional() })
const hookWords = { on: z.array(z.enum(HOOK_OCCASIONS)).min(1), timeoutMs: z.int().positive().exactOptional() }
const Hook = z.union([
  z.strictObject({ ...hookWords, command: z.tuple([text], z.string(), 'expected a list of a program and its arguments') }),
  z.strictObject({
    ...hookWords,
    url: z.url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' }),
    headers: z.record(z.string(), z.string()).exactOptional(),
  }),
])
const Shape = z.strictObject({
  $schema: z.string().exactOptional(),
  project: z
    .string()
    .regex(/^[^\s\p{Cc}](?:[^\p{Cc}]{0,98}[^\s\p{Cc}])?$/u, 'a name of 1 to 100 printable characters')
    .exactOptional(),
  dialects: z
    .array(z.enum(DIALECTS))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'a dialect is named twice')
    .exactOptional(),
  database: z
    .strictObject({ url: text.exactOptional(), tls: TlsShape.exactOptional(), replicas: z.array(text).exactOptional() })
    .exactOptional(),
  releases: text.exactOptional(),
  bases: text.exactOptional(),
  phases: text.exactOptional(),
  ignore: z.array(text).exactOptional(),
  shadow: z
    .strictObject({ postgres: Shadow.exactOptional(), mysql: Shadow.exactOptional(), mariadb: Shadow.exactOptional() })
    .exactOptional(),
  embedded: z.boolean().exactOptional(),
  schemas: z.array(text).min(1).exactOptional(),
  partitions: z.enum(['ignore', 'compare']).exactOptional(),
  hooks: z.array(Hook).exactOptional(),
}) satisfies z.ZodType<UserConfig>

type Settings = z.output<typeof Shape>

/**
 * Loads the configuration from the directory, or from the nearest directory above it that contains a configuration file. Throws
 * `config.missing` if no directory contains a configuration file, and `config.invalid` if the file cannot be used.
 */
export async function loadProjectConfig(directory: string): Promise<ProjectConfig> {
  const file = findConfig(resolve(directory))
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('config.invalid', { file, problem }, { cause })
  const config = parseValueWithZodSchema(Shape, await readConfig(file, refuse), refuse)
  return complete(file, config, refuse)
}

/** Returns the JSON Schema of a configuration. */
export function makeConfigJsonSchema(): unknown {
  return z.toJSONSchema(Shape)
}

function findConfig(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    const found = CONFIG_FILE_NAMES.map((name) => join(at, name)).filter((file) => existsSync(file))
    const [file, rival] = found
    // Two configuration files in one directory are an error, because the intended file is unclear.
    if (file && rival)
      throw new InterphaseError('config.invalid', {
        file,
        problem: `${basename(rival)} exists in the same directory; keep one of the files`,
      })
    if (file) return file
    if (at === dirname(at)) throw new InterphaseError('config.missing', { directory })
  }
}

type Refuse = (problem: string, cause?: unknown) => Error

async function readConfig(file: string, refuse: Refuse): Promise<unknown> {
  if (extname(file) === '.json') return parseJsonText(readTextFile(file, refuse), refuse)
  const module = await importConfig(file).catch((error: unknown) => {
    throw refuse(errorMessageOf(error), error)
  })
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default
  throw refuse('the file has no default export; write: export default defineConfig({ … })')
}

// Node itself loads JavaScript, because the TypeScript loader needs ten times as long to start.
async function importConfig(file: string): Promise<unknown> {
  if (/^\.m?ts$/.test(extname(file))) return loadProjectModule(file)
  const url = pathToFileURL(file)
  url.search = String(statSync(file).mtimeMs)
  return import(url.href).catch((error: unknown) => {
    // If the project has no installed copy of the package, the TypeScript loader provides the running copy of interphase.
    if (/Cannot find package 'interphase'/.test(errorMessageOf(error))) return loadProjectModule(file)
    throw error
  })
}

function complete(file: string, config: Settings, refuse: Refuse): ProjectConfig {
  const root = dirname(file)
  const { database = {}, shadow = {} } = config
  return {
    root,
    file,
    project: config.project ?? nameOf(root, refuse),
    dialects: config.dialects ?? ['postgres'],
    database: placed(root, database),
    releases: fromRoot(root, config.releases ?? 'releases'),
    bases: fromRoot(root, config.bases ?? 'bases'),
    ...(config.phases !== undefined && { phases: resolve(root, config.phases) }),
    ignore: config.ignore ?? [],
    shadow: Object.fromEntries(Object.entries(shadow).map(([dialect, server]) => [dialect, placed(root, server)])),
    embedded: config.embedded ?? false,
    partitions: config.partitions ?? 'ignore',
    hooks: config.hooks ?? [],
    ...(config.schemas && { schemas: config.schemas }),
  }
}

function fromRoot(root: string, directory: string): string {
  return relative(root, resolve(root, directory)).split(sep).join('/')
}

function placed<T extends { readonly tls?: TlsSettings }>(root: string, server: T): T {
  if (!server.tls) return server
  const files = (['ca', 'cert', 'key'] as const).flatMap((key) => {
    const path = server.tls?.[key]
    return path === undefined ? [] : [[key, resolve(root, path)] as const]
  })
  return { ...server, tls: { ...server.tls, ...Object.fromEntries(files) } }
}

function nameOf(root: string, refuse: Refuse): string {
  const manifest = join(root, 'package.json')
  const about = existsSync(manifest)
    ? parseJsonText(readTextFile(manifest, refuse), (problem) => refuse(`package.json in the same directory is ${problem}`))
    : {}
  if (typeof about === 'object' && about !== null && 'name' in about && typeof about.name === 'string') return about.name
  if (basename(root) === '') throw refuse('project: a name is required')
  return basename(root)
}
