import { createRequire } from 'node:module'
import { extname } from 'node:path'
import type * as Babel from '@babel/parser'
import { errorMessageOf } from '../error.ts'

/** One import in the text of a module: the imported name, or the reason why the name is unknown. */
export type ImportInModuleText = { readonly line: number } & ({ readonly specifier: string } | { readonly problem: string })

/**
 * Returns the imports of a module in the order of the text. The function parses the text and does not execute it. The result
 * contains no type imports, because the compiled code does not contain them. Throws the error of the parser.
 */
export function parseImportsInModuleText(text: string, file: string): readonly ImportInModuleText[] {
  // A file without the words `import`, `require`, `createRequire` and `from` contains no import. Most files contain none of them,
  // so they need no parsing.
  if (!/\b(?:import|require|createRequire|from)\b/.test(text)) return []
  const { program } = parser().parse(text, optionsFor(file))
  return sitesIn(program as unknown as Node, undefined).sort((a, b) => a.line - b.line)
}

interface Node {
  readonly type: string
  readonly loc?: { readonly start: { readonly line: number } }
  readonly [field: string]: unknown
}

type Parser = typeof Babel
let loaded: Parser | undefined

/**
 * Returns the parser of modules, and loads the parser at the first call, because most projects have no function migration with
 * imports.
 */
function parser(): Parser {
  loaded ??= createRequire(import.meta.url)('@babel/parser') as Parser
  return loaded
}

/**
 * Returns options with which the parser accepts as many files as possible. If a file has other errors, Node reports them when it
 * loads the file.
 */
function optionsFor(file: string): Parameters<Parser['parse']>[1] {
  const extension = extname(file)
  const isTypeScript = /^\.[mc]?ts$/.test(extension)
  return {
    sourceType: extension.startsWith('.m') ? 'module' : extension.startsWith('.c') ? 'script' : 'unambiguous',
    // A .cts file can contain `import`, because TypeScript compiles `import` to `require()`.
    allowImportExportEverywhere: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowNewTargetOutsideFunction: true,
    allowUndeclaredExports: true,
    createImportExpressions: true,
    errorRecovery: true,
    plugins: [...(isTypeScript ? (['typescript'] as const) : []), 'decorators', 'explicitResourceManagement', 'importAttributes'],
  }
}

function sitesIn(node: Node, parent: Node | undefined): ImportInModuleText[] {
  const own = (SITES[node.type] ?? NOTHING)(node, parent).map((connected) => ({ ...connected, line: node.loc?.start.line ?? 1 }))
  return [...own, ...childrenOf(node).flatMap((child) => sitesIn(child, node))]
}

function childrenOf(node: Node): readonly Node[] {
  return Object.entries(node).flatMap(([field, value]) => {
    if (field === 'loc' || field.endsWith('Comments')) return []
    return (Array.isArray(value) ? value : [value]).filter(isNode)
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

type Said = { readonly specifier: string } | { readonly problem: string }

const NOTHING = (): readonly Said[] => []

const SITES: Readonly<Record<string, (node: Node, parent: Node | undefined) => readonly Said[]>> = {
  ImportDeclaration: ({ importKind, source }) => (importKind === 'type' ? [] : said(source)),
  ExportNamedDeclaration: ({ exportKind, source }) => (exportKind === 'type' || !isNode(source) ? [] : said(source)),
  ExportAllDeclaration: ({ exportKind, source }) => (exportKind === 'type' ? [] : said(source)),
  ImportExpression: ({ source }) => said(source),
  TSImportEqualsDeclaration: ({ importKind, moduleReference }) =>
    importKind !== 'type' && isNode(moduleReference) && moduleReference.type === 'TSExternalModuleReference'
      ? said(moduleReference['expression'])
      : [],
  CallExpression: (node, parent) => ofCall(node, parent),
  Identifier: (node, parent) => (isNamed(node, 'require') && parent && (IS_VALUE[parent.type]?.(node, parent) ?? false) ? [HANDED_ON] : []),
}

const HANDED_ON: Said = { problem: 'the file passes require on, so its imports cannot be known' }
const MADE_REQUIRE: Said = { problem: 'the file creates a require() function under another name; name it require' }

function ofCall({ callee, arguments: given }: Node, parent: Node | undefined): readonly Said[] {
  if (!isNode(callee)) return []
  if (resolves(callee)) return said((given as readonly unknown[])[0])
  if (!isNamed(callee, 'createRequire') && !(callee.type === 'MemberExpression' && isNamed(callee['property'], 'createRequire'))) return []
  return parent?.type === 'VariableDeclarator' && isNamed(parent['id'], 'require') ? [] : [MADE_REQUIRE]
}

/** Returns true if the called function is `require`, `require.resolve`, `module.require` or `import.meta.resolve`. */
function resolves(callee: Node): boolean {
  if (isNamed(callee, 'require')) return true
  if (callee.type !== 'MemberExpression') return false
  const { object, property } = callee
  if (isNamed(property, 'resolve')) return isNamed(object, 'require') || (isNode(object) && object.type === 'MetaProperty')
  return isNamed(property, 'require') && isNamed(object, 'module')
}

/**
 * The functions that return true if the code uses a name as a value, by the kind of the syntax node that contains the name. The
 * engine reports a use of `require` as a value, because other code can import files through this value under another name.
 */
const IS_VALUE: Readonly<Record<string, (node: Node, parent: Node) => boolean>> = {
  CallExpression: (node, { callee }) => callee !== node,
  MemberExpression: (node, { object, property }) => object === node && !LOOKED_AT.some((name) => isNamed(property, name)),
  VariableDeclarator: (node, { init }) => init === node,
  AssignmentExpression: (node, { right }) => right === node,
  ObjectProperty: (node, { value }) => value === node,
  ClassProperty: (node, { value }) => value === node,
  ArrayExpression: () => true,
  ReturnStatement: () => true,
  ConditionalExpression: (node, { test }) => test !== node,
  SpreadElement: () => true,
  NewExpression: () => true,
}

const LOOKED_AT = ['resolve', 'main', 'cache', 'extensions']

function isNamed(value: unknown, name: string): boolean {
  return isNode(value) && value.type === 'Identifier' && value['name'] === name
}

/**
 * Returns the text of a string, or of a template literal without placeholders. Returns a problem for any other expression,
 * because the engine cannot know its value.
 */
function said(argument: unknown): readonly Said[] {
  if (isNode(argument) && argument.type === 'StringLiteral') return [{ specifier: String(argument['value']) }]
  if (isNode(argument) && argument.type === 'TemplateLiteral' && (argument['expressions'] as readonly unknown[]).length === 0) {
    const [only] = argument['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
    return [{ specifier: only?.value.cooked ?? '' }]
  }
  return [{ problem: 'the file computes the name of an import, so the checksum cannot cover it' }]
}

/** Returns the message of the parser without the position in the file. */
export function parserMessageWithoutPosition(error: unknown): string {
  return errorMessageOf(error).replace(/\s*\(\d+:\d+\)$/, '')
}
