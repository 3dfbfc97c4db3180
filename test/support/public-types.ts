import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from '@babel/parser'

/** The declaration of a name in a declaration file, and the file. */
interface Place {
  readonly file: string
  readonly name: string
}

interface Module {
  readonly declarations: Map<string, AnyNode>
  /** The module and the name from which each imported or re-exported name comes. A namespace has the name `*`. */
  readonly sources: Map<string, Place>
  readonly exports: Map<string, string | Place>
}

type AnyNode = { readonly type: string } & Readonly<Record<string, unknown>>

const TYPES = ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ClassDeclaration']

/**
 * Returns the interfaces, classes and type aliases that the exports of a declaration file use, directly or through other types,
 * and that the file does not export. A project that exports a value with such a type cannot generate declarations.
 */
export function unexportedTypesOf(entry: string): readonly string[] {
  const modules = new Map<string, Module>()
  const load = (file: string): Module => {
    const known = modules.get(file) ?? read(file)
    modules.set(file, known)
    return known
  }
  const resolved = ({ file, name }: Place): Place | undefined => {
    if (!file.startsWith('/') || name === '*') return undefined
    const { declarations, sources, exports } = load(file)
    const exported = exports.get(name) ?? name
    if (typeof exported !== 'string') return resolved(exported)
    if (declarations.has(exported)) return { file, name: exported }
    const source = sources.get(exported)
    return source && resolved(source)
  }
  const key = ({ file, name }: Place) => `${file}: ${name}`
  const start = [...load(entry).exports.keys()].flatMap((name) => resolved({ file: entry, name }) ?? [])
  const known = new Set(start.map(key))
  const unexported: string[] = []
  const seen = new Set<string>()
  for (const queue = [...start]; queue.length > 0; ) {
    const place = queue.pop()
    if (!place || seen.has(key(place))) continue
    seen.add(key(place))
    const declaration = load(place.file).declarations.get(place.name)
    if (!declaration) continue
    // A type that its own module does not export is only a part of another type, which can be named.
    const canBeNamed = load(place.file).exports.has(place.name) && TYPES.includes(declaration.type)
    if (canBeNamed && !known.has(key(place))) unexported.push(key(place))
    queue.push(...namesIn(declaration).flatMap((name) => usedIn(load(place.file), place.file, name, resolved)))
  }
  return unexported.sort()
}

function usedIn(module: Module, file: string, name: string, resolved: (place: Place) => Place | undefined): readonly Place[] {
  const [namespace = '', member] = name.split('.')
  if (member === undefined) return [resolved({ file, name }) ?? []].flat()
  const source = module.sources.get(namespace)
  return source?.name === '*' ? [resolved({ file: source.file, name: member }) ?? []].flat() : []
}

function read(file: string): Module {
  const program = parse(readFileSync(file, 'utf8'), { sourceType: 'module', plugins: [['typescript', { dts: true }]] }).program
  const found: Module = { declarations: new Map(), sources: new Map(), exports: new Map() }
  const from = (specifier: string) =>
    specifier.startsWith('.') ? resolve(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')) : specifier
  const declare = (declaration: unknown, isExported: boolean) => {
    for (const name of declaredNames(declaration as AnyNode)) {
      found.declarations.set(name, declaration as AnyNode)
      if (isExported) found.exports.set(name, name)
    }
  }
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const one of statement.specifiers) {
        const name = one.type === 'ImportSpecifier' ? nameOf(one.imported) : one.type === 'ImportDefaultSpecifier' ? 'default' : '*'
        found.sources.set(one.local.name, { file: from(statement.source.value), name })
      }
    } else if (statement.type === 'ExportNamedDeclaration') {
      if (statement.declaration) declare(statement.declaration, true)
      for (const one of statement.specifiers) {
        if (one.type !== 'ExportSpecifier') continue
        const name = nameOf(one.local)
        found.exports.set(nameOf(one.exported), statement.source ? { file: from(statement.source.value), name } : name)
      }
    } else declare(statement, false)
  }
  return found
}

function declaredNames(declaration: AnyNode): readonly string[] {
  const several = declaration['declarations'] as readonly { readonly id: AnyNode }[] | undefined
  const ids = several ? several.map(({ id }) => id) : [declaration['id'] as AnyNode | undefined]
  return ids.flatMap((id) => (id ? [nameOf(id)] : []))
}

/** Returns the names of types that a declaration uses, outside its private members. A name can have the form `namespace.name`. */
function namesIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return []
  if (Array.isArray(node)) return node.flatMap(namesIn)
  const { type, typeName, exprName, expression, accessibility } = node as Readonly<Record<string, unknown>>
  if (accessibility === 'private' || type === 'ClassPrivateProperty') return []
  const named =
    type === 'TSTypeReference' ? typeName : type === 'TSTypeQuery' ? exprName : String(type).startsWith('TS') ? expression : undefined
  const below = Object.entries(node).flatMap(([field, value]) => (field === 'loc' || field.endsWith('Comments') ? [] : namesIn(value)))
  return named === undefined ? below : [nameOf(named), ...below]
}

function nameOf(node: unknown): string {
  const { name, value, left, right } = node as Readonly<Record<string, unknown>>
  if (left !== undefined) return `${nameOf(left)}.${nameOf(right)}`
  return typeof name === 'string' ? name : String(value)
}
