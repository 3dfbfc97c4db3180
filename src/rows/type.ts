import type { DialectName, DomainObject } from '../schema/object.ts'
import { findObjectInState, type SchemaState } from '../schema/state.ts'

/** A column type of the server, parsed into its parts. */
export interface ParsedColumnType {
  /** The type in lower case without lengths, such as `character varying`, `timestamp with time zone` or `int`. */
  readonly base: string
  /** The lengths and digits of the type, such as 10 and 2 for `numeric(10,2)`. */
  readonly sizes: readonly number[]
  /** The labels of an enum or a set. The value is empty for other types. */
  readonly labels: readonly string[]
  readonly isArray: boolean
  /** The spatial reference system of a geometry, if the column requires one. */
  readonly srid?: string
  /** The check expressions of the domain, if the type of the column is a domain. */
  readonly checks: readonly string[]
  readonly domain?: string
}

/** Parses a column type as the catalogs print it. `state` contains the enums and domains that the type can name. */
export function parseColumnType(printed: string, state: SchemaState, dialect: DialectName): ParsedColumnType {
  const domain = ownType(printed, 'domain', state)
  if (domain?.kind === 'domain') return ofDomain(domain, state, dialect)
  const known = ownType(printed.replace(/(\[\])+$/, ''), 'enum', state)
  const labels = known?.kind === 'enum' ? known.labels : labelsIn(printed)
  const inside = /\(([^)]*)\)/.exec(printed)?.[1] ?? ''
  const srid = / srid (\d+)/.exec(printed)?.[1]
  return {
    base: known ? 'enum' : baseOf(printed, dialect),
    sizes: labels.length > 0 ? [] : inside.split(',').filter(isDigits).map(Number),
    labels,
    isArray: printed.endsWith('[]'),
    ...(srid === undefined ? {} : { srid }),
    checks: [],
  }
}

function ofDomain({ name, type, checks }: DomainObject, state: SchemaState, dialect: DialectName): ParsedColumnType {
  const inner = parseColumnType(type, state, dialect)
  return { ...inner, domain: name, checks: [...inner.checks, ...checks.map(({ expression }) => expression)] }
}

function ownType(printed: string, kind: 'domain' | 'enum', state: SchemaState) {
  const name = printed.replaceAll('"', '')
  return findObjectInState(state, `${kind}:${name}`, `${kind}:${name}`)
}

/**
 * Returns the name of a column type without lengths, array brackets and additions such as `unsigned`. PostgreSQL's types `point`
 * and `polygon` get other names, because MySQL and MariaDB have different types with these names.
 */
function baseOf(printed: string, dialect: DialectName): string {
  const base = printed
    .replace(/\([^)]*\)/g, '')
    .replace(/(\[\])+$/, '')
    .replace(/ (?:unsigned|zerofill|srid \d+)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
  return dialect === 'postgres' && (base === 'point' || base === 'polygon') ? `flat ${base}` : base
}

/** Returns the labels of an enum type from its printed form, such as `a` and `it's` for `enum('a','it''s')`. */
function labelsIn(printed: string): readonly string[] {
  if (!/^(?:enum|set)\s*\(/i.test(printed)) return []
  return [...printed.matchAll(/'((?:[^']|'')*)'/g)].map(([, label = '']) => label.replaceAll("''", "'"))
}

function isDigits(part: string): boolean {
  return /^\s*\d+\s*$/.test(part)
}
