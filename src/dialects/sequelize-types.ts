/** The types of Sequelize for the public face; the library itself is loaded when a function migration runs. */
export type { QueryInterface, Sequelize } from 'sequelize'
