import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quickDirectory } from './directory.ts'

const made: string[] = []

/** Creates a directory with the given files. Returns the path of the directory. */
export function project(files: { readonly [path: string]: string | Uint8Array }): string {
  const root = realpathSync(mkdtempSync(join(quickDirectory(), 'interphase-project-')))
  made.push(root)
  put(root, files)
  return root
}

export function put(root: string, files: { readonly [path: string]: string | Uint8Array }): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

export function removeProjects(): void {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true })
}
