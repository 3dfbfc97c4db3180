/** The types of Sequelize for the public interface. The library itself is loaded only when a function migration runs. */
export type { QueryInterface, Sequelize } from 'sequelize'
