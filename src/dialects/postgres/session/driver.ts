// biome-ignore assist/source/organizeImports: navigator.ts must be loaded before pg.
import { removeNavigator } from './navigator.ts'
import pg from 'pg'

/** The database driver. Only this file imports the driver. */
export const pgDriver: typeof pg = pg

removeNavigator()
