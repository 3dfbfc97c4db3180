import { killAtEveryPoint } from './crash.ts'

killAtEveryPoint('mysql')
