import type { Query, Row } from './query.ts'

export interface Widget {
  readonly id: number
  readonly name: string
  /** 0 is "no status yet". */
  readonly status: number
  /** UTC, `2017-03-01 09:00:00`, or empty. */
  readonly modified: string
}

export interface Widgets {
  nextId(): Promise<number>
  isFree(name: string): Promise<boolean>
  add(widget: Widget): Promise<void>
  setStatus(id: number, status: number, modified: string): Promise<void>
  read(id: number): Promise<Widget | undefined>
  list(): Promise<readonly Widget[]>
}

export interface Parts {
  /** Two words for materials, as a user of this version would say them. */
  readonly materials: readonly [string, string]
  add(id: number, widget: number, material: string): Promise<void>
  change(id: number, material: string): Promise<void>
  material(id: number): Promise<string | undefined>
}

export interface Notes {
  /** Absent in a version that only reads. */
  add?(id: number, widget: number, body: string): Promise<void>
  body(id: number): Promise<string | undefined>
  count(): Promise<number>
}

/** What each release's version knows. A piece of code stays until a release brings another in its place. */
const VERSIONS: Readonly<Record<string, Version>> = {
  '2015.1-kilo': { widgets: widgetsWithStatusTable },
  '2015.2-liberty': { widgets: widgetsInOneTable },
  '2016.1-mitaka': { widgets: widgetsInOneTable, parts: partsOfText, notes: notesInTable },
  '2016.2-newton': { widgets: widgetsInOneTable, parts: partsOfCode('id'), notes: notesInTable },
  '2017.1-ocata': { widgets: widgetsInOneTable, parts: partsOfCode('number'), notes: notesInTable },
  '2017.2-pike': { widgets: widgetsInOneTable, parts: partsOfCode('number'), notes: notesInArchive },
}

interface Version {
  readonly widgets: (query: Query) => Widgets
  readonly parts?: (query: Query) => Parts
  readonly notes?: (query: Query) => Notes
}

export function widgetsOf(release: string, query: Query): Widgets {
  return versionOf(release).widgets(query)
}

export function partsOf(release: string, query: Query): Parts | undefined {
  return versionOf(release).parts?.(query)
}

export function notesOf(release: string, query: Query): Notes | undefined {
  return versionOf(release).notes?.(query)
}

function versionOf(release: string): Version {
  const version = VERSIONS[release]
  if (!version) throw new RangeError(`the application has no version for ${release}; it knows ${Object.keys(VERSIONS).join(', ')}`)
  return version
}

function widgetsWithStatusTable(query: Query): Widgets {
  const select = `SELECT w.id, w.name, COALESCE(s.status_flag, 0) AS status, COALESCE(s.modified_date, '') AS modified
    FROM widget w LEFT JOIN widget_status s ON s.widget_id = w.id`
  return {
    ...names(query),
    ...reading(query, select, 'w.id'),
    add: async ({ id, name, status, modified }) => {
      await query('INSERT INTO widget (id, name) VALUES (?, ?)', [id, name])
      await query('INSERT INTO widget_status (widget_id, status_flag, modified_date) VALUES (?, ?, ?)', [id, status, modified])
    },
    setStatus: async (id, status, modified) => {
      await query('UPDATE widget_status SET status_flag = ?, modified_date = ? WHERE widget_id = ?', [status, modified, id])
    },
  }
}

function widgetsInOneTable(query: Query): Widgets {
  // As text, so that no driver turns the moment into one of another time zone. An unfilled status reads as none.
  const select = `SELECT id, name, COALESCE(status_flag, 0) AS status, COALESCE(CONCAT(modified_timestamp, ''), '') AS modified FROM widget`
  return {
    ...names(query),
    ...reading(query, select, 'id'),
    add: async ({ id, name, status, modified }) => {
      await query('INSERT INTO widget (id, name, status_flag, modified_timestamp) VALUES (?, ?, ?, ?)', [id, name, status, modified])
    },
    setStatus: async (id, status, modified) => {
      await query('UPDATE widget SET status_flag = ?, modified_timestamp = ? WHERE id = ?', [status, modified, id])
    },
  }
}

function names(query: Query): Pick<Widgets, 'nextId' | 'isFree'> {
  return {
    nextId: async () => Number((await query('SELECT COALESCE(MAX(id), 0) + 1 AS next FROM widget', []))[0]?.['next']),
    isFree: async (name) => (await query('SELECT id FROM widget WHERE name = ?', [name])).length === 0,
  }
}

function reading(query: Query, select: string, id: string): Pick<Widgets, 'read' | 'list'> {
  return {
    read: async (wanted) => (await query(`${select} WHERE ${id} = ?`, [wanted])).map(widgetIn)[0],
    list: async () => (await query(`${select} ORDER BY ${id}`, [])).map(widgetIn),
  }
}

function widgetIn(row: Row): Widget {
  return { id: Number(row['id']), name: String(row['name']), status: Number(row['status']), modified: String(row['modified']) }
}

function partsOfText(query: Query): Parts {
  return {
    materials: ['Steel', 'Brass, polished'],
    add: async (id, widget, material) => {
      await query('INSERT INTO part (id, widget_id, material) VALUES (?, ?, ?)', [id, widget, material])
    },
    change: async (id, material) => {
      await query('UPDATE part SET material = ? WHERE id = ?', [material, id])
    },
    material: async (id) => text((await query('SELECT material AS found FROM part WHERE id = ?', [id]))[0]),
  }
}

/** Newton finds a part by its id, Ocata by its number. */
function partsOfCode(key: 'id' | 'number'): (query: Query) => Parts {
  return (query) => ({
    materials: ['steel', 'brass'],
    add: async (id, widget, material) => {
      await query(`INSERT INTO part (${key}, widget_id, material_code) VALUES (?, ?, ?)`, [id, widget, material])
    },
    change: async (id, material) => {
      await query(`UPDATE part SET material_code = ? WHERE ${key} = ?`, [material, id])
    },
    material: async (id) => text((await query(`SELECT material_code AS found FROM part WHERE ${key} = ?`, [id]))[0]),
  })
}

function notesInTable(query: Query): Notes {
  return {
    add: async (id, widget, body) => {
      await query('INSERT INTO note (id, widget_id, body) VALUES (?, ?, ?)', [id, widget, body])
    },
    body: async (id) => text((await query('SELECT body AS found FROM note WHERE id = ?', [id]))[0]),
    count: async () => Number((await query('SELECT count(*) AS found FROM note', []))[0]?.['found']),
  }
}

function notesInArchive(query: Query): Notes {
  return {
    body: async (id) => text((await query('SELECT body AS found FROM note_archive WHERE note_id = ?', [id]))[0]),
    count: async () => Number((await query('SELECT count(*) AS found FROM note_archive', []))[0]?.['found']),
  }
}

function text(row: Row | undefined): string | undefined {
  return row ? String(row['found']) : undefined
}
