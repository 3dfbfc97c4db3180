import { deepEqual, equal, ok } from 'node:assert/strict'
import type { Query } from './query.ts'
import { type Notes, notesOf, type Parts, partsOf, type Widget, type Widgets, widgetsOf } from './versions.ts'

/** A small widget application, as the team shipped it with one release. */
export interface Application {
  readonly release: string
  /**
   * Adds and changes a few things and reads each back, in the words of its own version. Tells what it did, a line each;
   * throws when a statement fails or when it does not read what it wrote. One that works at a time.
   */
  work(): Promise<readonly string[]>
}

/** The version of the application that belongs to this release of the example chain. */
export function applicationOf(release: string, query: Query): Application {
  const widgets = widgetsOf(release, query)
  const parts = partsOf(release, query)
  const notes = notesOf(release, query)
  return {
    release,
    work: async () => {
      const id = await widgets.nextId()
      return [
        await addWidget(widgets, id, `${release} ${id}`),
        await setStatus(widgets, id),
        ...(parts ? [await addPart(parts, id), await changeMaterial(parts, id)] : []),
        ...(notes ? [await workWithNotes(notes, id)] : []),
        await list(widgets, id),
      ]
    },
  }
}

async function addWidget(widgets: Widgets, id: number, name: string): Promise<string> {
  ok(await widgets.isFree(name), `the name ${name} is taken`)
  const widget: Widget = { id, name, status: 1, modified: '2017-03-01 09:00:00' }
  await widgets.add(widget)
  deepEqual(await widgets.read(id), widget)
  return `added widget ${id}`
}

async function setStatus(widgets: Widgets, id: number): Promise<string> {
  const before = await widgets.read(id)
  await widgets.setStatus(id, 2, '2017-03-01 10:30:00')
  deepEqual(await widgets.read(id), { ...before, status: 2, modified: '2017-03-01 10:30:00' })
  return `set the status of widget ${id}`
}

// The first part and the first note of a widget carry its number: no version has to ask another one's columns for a free one.
async function addPart(parts: Parts, id: number): Promise<string> {
  const [material] = parts.materials
  await parts.add(id, id, material)
  equal(await parts.material(id), material)
  return `added part ${id} of ${material}`
}

async function changeMaterial(parts: Parts, id: number): Promise<string> {
  const [, material] = parts.materials
  await parts.change(id, material)
  equal(await parts.material(id), material)
  return `made part ${id} of ${material}`
}

async function workWithNotes(notes: Notes, id: number): Promise<string> {
  if (notes.add) {
    await notes.add(id, id, `seen by widget ${id}`)
    equal(await notes.body(id), `seen by widget ${id}`)
    return `added note ${id}`
  }
  return `read ${await notes.count()} archived notes`
}

async function list(widgets: Widgets, id: number): Promise<string> {
  const all = await widgets.list()
  ok(
    all.some((widget) => widget.id === id && widget.status === 2),
    `widget ${id} is not in the list`,
  )
  return `listed ${all.length} widgets`
}
