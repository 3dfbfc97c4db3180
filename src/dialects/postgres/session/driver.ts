// biome-ignore assist/source/organizeImports: navigator.ts must be loaded before pg.
import { removeNavigator } from './navigator.ts'
import pg from 'pg'

/** The database driver `pgDriver`. Only this file imports it. */
export const pgDriver: typeof pg = pg

removeNavigator()
