import { killAtEveryPoint } from './crash.ts'

killAtEveryPoint('mariadb')
