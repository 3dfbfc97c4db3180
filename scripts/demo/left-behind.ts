import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const RELEASES = join(import.meta.dirname, '..', '..', 'releases')

const WIDGET = (name: string) => `INSERT INTO widget (id, name, status_flag) SELECT max(id) + 1, '${name}', 1 FROM widget`
const PART = (material: string) => `INSERT INTO part (id, widget_id, material) SELECT max(id), max(id), '${material}' FROM widget`

/** The statements that add old rows before this release, so that its data steps meet more than the application writes. */
export function leftBehind(release: string): readonly string[] {
  return LEFT[release]?.() ?? []
}

const LEFT: Readonly<Record<string, () => readonly string[]>> = {
  '2015.2-liberty': () => sampleRows('2015.2-liberty'),
  '2016.1-mitaka': () => [WIDGET('flange'), WIDGET('gasket'), WIDGET('flange')],
  '2016.2-newton': () => [WIDGET('bolt'), PART(' NYLON '), WIDGET('nut'), PART('unobtainium')],
}

function sampleRows(release: string): readonly string[] {
  const directory = join(RELEASES, release, 'rows')
  return readdirSync(directory)
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8'))
}
