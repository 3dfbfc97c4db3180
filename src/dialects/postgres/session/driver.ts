// biome-ignore assist/source/organizeImports: navigator.ts must be loaded before pg.
import { removeGlobalNavigator } from './navigator.ts'
import pg from 'pg'

/** The database driver pg. Only this file imports pg, so that another driver would change only one file. */
export const pgDriver: typeof pg = pg

removeGlobalNavigator()
