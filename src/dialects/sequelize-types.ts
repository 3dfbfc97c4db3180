/**
 * The types of Sequelize for the public interface. The engine loads the library Sequelize only when a function migration runs.
 */
export type { QueryInterface, Sequelize } from 'sequelize'
