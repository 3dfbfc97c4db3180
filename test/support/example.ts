import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { Interphase } from '../../src/engine.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { project } from './project.ts'

const RELEASES = join(import.meta.dirname, '..', '..', 'releases')

/** Creates a copy of the example chain as a project, with recorded states for one dialect. Returns the directory. */
export async function exampleProject(dialect: DialectName, shadowUrl: string): Promise<string> {
  const config = { project: 'widgets', dialects: [dialect], shadow: { [dialect]: { url: shadowUrl } } }
  const root = project({ 'interphase.config.json': JSON.stringify(config) })
  cpSync(RELEASES, join(root, 'releases'), { recursive: true, filter: (path) => existsSync(path) })
  const interphase = await Interphase.open({ directory: root })
  if (!(await interphase.check([dialect])).ok) await interphase.record([dialect])
  return root
}

/**
 * The statements with which the application writes rows after the contract of each release, so that the next release has rows to
 * move.
 */
export const ROWS_AFTER: { readonly [release: string]: readonly string[] } = {
  '2015.1-kilo': [
    "INSERT INTO widget (id, name) VALUES (1, 'flange'), (2, 'grommet'), (3, 'sprocket'), (4, 'gasket'), (5, 'flange'), (6, 'bearing')",
    "INSERT INTO widget_status (widget_id, status_flag, modified_date) VALUES (1, 1, '2015-04-30 16:45:10'), (2, 2, '2014-12-01T08:30:00Z'), (3, 1, '17 Mar 2014'), (4, 3, NULL)",
  ],
  '2015.2-liberty': ["INSERT INTO widget (id, name, status_flag, modified_timestamp) VALUES (7, 'gasket', 1, '2016-02-02 07:15:00')"],
  '2016.1-mitaka': [
    "INSERT INTO part (id, widget_id, material) VALUES (1, 1, 'steel'), (2, 1, 'Brass'), (3, 2, ' NYLON '), (4, 2, 'unobtainium'), (5, 7, NULL)",
    "INSERT INTO note (id, widget_id, body) VALUES (1, 1, 'squeaks'), (2, 7, 'wrong thread')",
  ],
  '2016.2-newton': ["INSERT INTO part (id, widget_id, material_code) VALUES (2147480000, 6, 'other')"],
  '2017.1-ocata': [
    "INSERT INTO part (number, widget_id, material_code) VALUES (3000000000, 2, 'other')",
    "INSERT INTO note (id, widget_id, body) VALUES (3, 1, 'oiled, squeaks no more')",
  ],
  '2017.2-pike': [],
}
