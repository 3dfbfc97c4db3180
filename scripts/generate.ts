import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PAGES } from './pages/pages.ts'

const root = join(import.meta.dirname, '..')

for (const { file, text } of PAGES) {
  const path = join(root, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, await text())
  console.log(file)
}
