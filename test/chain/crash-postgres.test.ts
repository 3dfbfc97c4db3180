import { killAtEveryPoint } from './crash.ts'

killAtEveryPoint('postgres')
