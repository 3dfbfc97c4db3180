import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { InterphaseError } from '../../error.ts'
import type { ProjectConfig } from '../../project/config.ts'
import type { SquashedReleasesJson } from '../../release/release-json.ts'
import type { SquashedReleasesWithSql } from './prove.ts'

/** Returns the directory into which `squash` moves the replaced releases, relative to the root of the project. */
export function directoryOfSquashedReleases(through: string): string {
  return `squashed/${through}`
}

/** Throws `file.exists` if the directory for the replaced releases already exists. */
export function refuseExistingSquashDirectory({ root }: ProjectConfig, through: string): void {
  const directory = directoryOfSquashedReleases(through)
  if (existsSync(join(root, directory))) throw new InterphaseError('file.exists', { files: [directory] })
}

/**
 * Moves the replaced releases into a separate project below `squashed/`, and writes the release that replaces them. Returns the
 * paths of the new files and directories.
 */
export function writeSquashedRelease(
  config: ProjectConfig,
  through: string,
  chains: readonly SquashedReleasesWithSql[],
  about: { readonly at: string; readonly by: string },
): readonly string[] {
  const { root, releases } = config
  const directory = directoryOfSquashedReleases(through)
  const kept = keptReleases(config)
  const names = chains[0]?.releases.map(({ name }) => name) ?? []
  mkdirSync(join(root, directory, kept), { recursive: true })
  for (const name of names) renameSync(join(root, releases, name), join(root, directory, kept, name))
  writeFileSync(join(root, directory, 'interphase.config.json'), formatJson(configOf(config, directory)))
  for (const name of readdirSync(root).filter((file) => /^shadow\.setup(?:\.\w+)?\.sql$/.test(file)))
    copyFileSync(join(root, name), join(root, directory, name))
  const release = `${releases}/${through}`
  mkdirSync(join(root, release))
  const slug = freeSlug(through, chains)
  const files = chains.map(({ dialect, text }) => [`010-${slug}.expand.${dialect}.sql`, text] as const)
  const json = {
    after: null,
    history: `replaces the releases ${names[0]} to ${through}`,
    squashed: squashedJson(names, directory, chains, about),
  }
  for (const [name, text] of [['release.json', formatJson(json)] as const, ...files]) writeFileSync(join(root, release, name), text)
  return [directory, `${release}/release.json`, ...files.map(([name]) => `${release}/${name}`)]
}

function squashedJson(
  releases: readonly string[],
  files: string,
  chains: readonly SquashedReleasesWithSql[],
  about: { readonly at: string; readonly by: string },
): SquashedReleasesJson {
  const count = Math.max(...chains.map(({ paths }) => paths.length))
  const path = (index: number) =>
    Object.fromEntries(chains.flatMap(({ dialect, paths }) => (paths[index] ? [[dialect, Object.fromEntries(paths[index])]] : [])))
  return {
    ...about,
    files,
    releases,
    ends: Object.fromEntries(chains.map(({ dialect, end }) => [dialect, end])),
    paths: Array.from({ length: count }, (_, index) => path(index)),
  }
}

/**
 * Returns the directory of the replaced releases, relative to the root of their separate project. If the directory is inside the
 * project, it has the same relative path in the separate project. With another path, the recorded states of the replaced releases
 * would no longer be current, because a recorded state depends on the relative paths of the files with sample rows.
 */
function keptReleases({ releases }: ProjectConfig): string {
  return releases.startsWith('..') ? 'releases' : releases
}

/**
 * Returns the configuration of the separate project with the replaced releases. The configuration contains no addresses of
 * databases, because addresses can contain passwords.
 */
function configOf(config: ProjectConfig, directory: string) {
  const { root, project, dialects, bases, phases, ignore, schemas, partitions } = config
  const to = (path: string) => relative(join(root, directory), path).split(sep).join('/')
  return {
    project,
    dialects,
    releases: keptReleases(config),
    bases: to(join(root, bases)),
    ...(phases !== undefined && { phases: to(phases) }),
    ...(ignore.length > 0 && { ignore }),
    ...(schemas && { schemas }),
    partitions,
  }
}

/** Returns a slug for the new migration that no replaced migration uses. */
function freeSlug(through: string, chains: readonly SquashedReleasesWithSql[]): string {
  const ids = new Set(chains.flatMap(({ paths }) => paths.flatMap((path) => [...path.keys()])))
  for (let count = 1; ; count += 1) {
    const slug = count === 1 ? 'squashed' : `squashed-${count}`
    if (!ids.has(`${through}/010-${slug}.expand`)) return slug
  }
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
