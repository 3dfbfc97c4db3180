import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DataTypes, type Options, Sequelize } from 'sequelize'
import { loadProjectModule } from '../../src/project/loader.ts'
import type { Files } from './chain.ts'
import { put } from './project.ts'

/**
 * Old migrations for sequelize-cli and umzug, by file name. The migrations have every form that people write, including incorrect
 * functions `down`, and run on every server.
 */
export const HISTORY: Files = {
  '20180102030405-create-users.js': `'use strict';
/** @type {import('sequelize-cli').Migration} */
module.exports = {
  up: (queryInterface, Sequelize) => {
    return queryInterface.createTable('Users', {
      id: { allowNull: false, autoIncrement: true, primaryKey: true, type: Sequelize.INTEGER },
      firstName: { type: Sequelize.STRING },
      email: { type: Sequelize.STRING, allowNull: false, unique: true },
      isActive: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
      createdAt: { allowNull: false, type: Sequelize.DATE, defaultValue: Sequelize.fn('now') },
      updatedAt: { allowNull: false, type: Sequelize.DATE, defaultValue: Sequelize.literal('CURRENT_TIMESTAMP') }
    });
  },
  down: (queryInterface, Sequelize) => queryInterface.dropTable('Users')
};
`,
  '20180203040506-create-posts.js': `'use strict';
module.exports = {
  async up (queryInterface, DataTypes) {
    await queryInterface.createTable('posts', {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      user_id: {
        type: DataTypes.INTEGER, allowNull: false,
        references: { model: { tableName: 'Users' }, key: 'id' }, onUpdate: 'CASCADE', onDelete: 'CASCADE'
      },
      title: { type: DataTypes.STRING(120), allowNull: false },
      status: { type: DataTypes.ENUM('draft', 'published', 'archived'), allowNull: false, defaultValue: 'draft' },
      body: DataTypes.TEXT,
      price: DataTypes.DECIMAL(10, 2),
      meta: DataTypes.JSON
    })
    await queryInterface.addIndex('posts', ['user_id', 'status'])
    await queryInterface.addIndex('posts', { fields: ['title'], name: 'posts_title' })
  },
  async down (queryInterface) { await queryInterface.dropTable('posts') }
}
`,
  '20180304050607-add-columns-in-a-transaction.js': `module.exports = {
  up: (queryInterface, Sequelize) => {
    return queryInterface.sequelize.transaction(t => {
      return Promise.all([
        queryInterface.addColumn('Users', 'petName', { type: Sequelize.DataTypes.STRING }, { transaction: t }),
        queryInterface.addColumn('Users', 'favoriteColor', { type: Sequelize.DataTypes.STRING }, { transaction: t })
      ]);
    });
  },
  down: (queryInterface) => queryInterface.sequelize.transaction(t => Promise.all([
    queryInterface.removeColumn('Users', 'petName', { transaction: t }),
    queryInterface.removeColumn('Users', 'favouriteColour', { transaction: t })
  ]))
};
`,
  '20180405060708-unmanaged-transaction.js': `module.exports = {
  async up(queryInterface, Sequelize) {
    const transaction = await queryInterface.sequelize.transaction();
    try {
      await queryInterface.addColumn('posts', 'slug', { type: Sequelize.STRING(80) }, { transaction });
      await queryInterface.addIndex('posts', ['slug'], { unique: true, name: 'posts_slug_unique', transaction });
      await transaction.commit();
    } catch (err) {
      await transaction.rollback();
      throw err;
    }
  },
  async down(queryInterface) { await queryInterface.removeIndex('posts', 'posts_slug_unique') }
};
`,
  '20180506070809-seed-users.js': `module.exports = {
  up: (queryInterface) => queryInterface.bulkInsert('Users', [
    { firstName: 'Ann', email: 'ann@example.com', createdAt: new Date(Date.UTC(2018, 4, 6)), updatedAt: new Date(Date.UTC(2018, 4, 6)) },
    { firstName: "O'Brien", email: 'bob@example.com', createdAt: new Date(Date.UTC(2018, 4, 6)), updatedAt: new Date(Date.UTC(2018, 4, 6)) }
  ], {}),
  down: (queryInterface) => queryInterface.bulkDelete('Users', null, {})
};
`,
  '20180607080910-describe-before-adding.js': `module.exports = {
  up: async (queryInterface, Sequelize) => {
    const definition = await queryInterface.describeTable('Users');
    if (!definition.lastName) await queryInterface.addColumn('Users', 'lastName', { type: Sequelize.STRING });
    const tables = await queryInterface.showAllTables();
    if (!tables.some(table => (table.tableName || table) === 'tags')) {
      await queryInterface.createTable('tags', { id: { type: Sequelize.UUID, primaryKey: true }, name: { type: Sequelize.STRING(40), allowNull: false } });
    }
  },
  down: async (queryInterface) => { await queryInterface.removeColumn('Users', 'lastName') }
};
`,
  '20180708091011-constraints.js': `module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addConstraint('tags', { fields: ['name'], type: 'unique', name: 'tags_name_key_custom' })
    await queryInterface.createTable('post_tags', {
      post_id: { type: Sequelize.BIGINT, allowNull: false },
      tag_id: { type: Sequelize.UUID, allowNull: false }
    })
    await queryInterface.addConstraint('post_tags', { fields: ['post_id', 'tag_id'], type: 'primary key', name: 'post_tags_pk' })
    await queryInterface.addConstraint('post_tags', {
      fields: ['post_id'], type: 'foreign key', name: 'post_tags_post_fk',
      references: { table: 'posts', field: 'id' }, onDelete: 'cascade', onUpdate: 'cascade'
    })
    await queryInterface.removeConstraint('tags', 'tags_name_key_custom')
  },
  async down(queryInterface) { await queryInterface.dropTable('post_tags') }
}
`,
  '20180809101112-rename.js': `module.exports = {
  up: async (q) => {
    await q.renameColumn('Users', 'petName', 'pet_name')
    await q.renameTable('tags', 'labels')
  },
  down: async (q) => { await q.renameColumn('Users', 'pet_name', 'petName') }
}
`,
  '20180910111213-change-column.js': `module.exports = {
  up: (queryInterface, Sequelize) => queryInterface.changeColumn('posts', 'title', { type: Sequelize.STRING(200), allowNull: false }),
  down: (queryInterface, Sequelize) => queryInterface.changeColumn('posts', 'title', { type: Sequelize.STRING(120), allowNull: false })
};
`,
  '20181011121314-raw-queries.js': `module.exports = {
  helper(queryInterface, table) { return queryInterface.sequelize.query('UPDATE ' + table + ' SET body = title WHERE body IS NULL') },
  async up(queryInterface) {
    await this.helper(queryInterface, 'posts')
    const [rows] = await queryInterface.sequelize.query('SELECT id, email FROM ' + queryInterface.queryGenerator.quoteTable('Users') + ' ORDER BY id')
    for (const row of rows) {
      await queryInterface.bulkUpdate('Users', { email: row.email.toUpperCase() }, { id: row.id })
    }
    await queryInterface.bulkInsert('posts', [{ user_id: rows[0].id, title: 'first', meta: JSON.stringify({ a: 1 }) }])
    const found = await queryInterface.sequelize.query('SELECT count(*) AS n FROM posts WHERE user_id = :user', {
      replacements: { user: rows[0].id }, type: queryInterface.sequelize.QueryTypes.SELECT
    })
    if (Number(found[0].n) !== 1) throw new Error('one post was expected, and ' + found[0].n + ' are there')
  },
  async down() {}
}
`,
  '20181112131415-exports-style.js': `'use strict'
const TABLE = 'settings'
exports.up = async function (queryInterface, Sequelize) {
  await queryInterface.createTable(TABLE, {
    key: { type: Sequelize.STRING(50), primaryKey: true },
    value: { type: Sequelize.STRING, comment: 'text of any kind' },
    at: { type: Sequelize.DATEONLY },
    ratio: { type: Sequelize.DOUBLE },
    blob: { type: Sequelize.BLOB }
  }, { comment: 'one row for each setting' })
  const Setting = queryInterface.sequelize.define('Setting', { key: { type: Sequelize.STRING(50), primaryKey: true }, value: Sequelize.STRING }, { tableName: TABLE, timestamps: false })
  await Setting.upsert({ key: 'theme', value: 'light' })
  await Setting.upsert({ key: 'theme', value: 'dark' })
  const found = await Setting.findAll({ where: { key: { [Sequelize.Op.like]: 'th%' } } })
  if (found.length !== 1 || found[0].value !== 'dark') throw new Error('the setting was not written')
}
exports.down = (queryInterface) => queryInterface.dropTable(TABLE)
`,
  '20181213141516-compiled-typescript.js': `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.default = {
    up: async ({ context: queryInterface }, Sequelize) => {
        await queryInterface.addColumn('settings', 'note', { type: 'varchar(30)', allowNull: true });
        await queryInterface.removeColumn('Users', 'favoriteColor');
    },
    down: async ({ context: queryInterface }) => {
        await queryInterface.removeColumn('settings', 'note');
    },
};
`,
  '20190114151617-umzug.ts': `type Context = { context: any; name: string; path?: string }
export const up = async ({ context, name }: Context) => {
  if (!name.includes('umzug')) throw new Error('the name is ' + name)
  await context.createTable('audit', { id: { type: 'integer', primaryKey: true }, what: { type: 'varchar(20)' } })
}
export const down = async ({ context }: Context) => { await context.dropTable('audit') }
`,
  '20190215161718-umzug-sequelize.mjs': `export async function up({ context: sequelize }) {
  await sequelize.getQueryInterface().addColumn('audit', 'who', { type: 'varchar(30)' })
  await sequelize.query("INSERT INTO audit (id, what, who) VALUES (1, 'began', 'ann')")
}
export async function down({ context: sequelize }) {
  await sequelize.getQueryInterface().removeColumn('audit', 'who')
}
`,
  '20190316171819-class.js': `class AddTitle {
  get column() { return 'title' }
  async up(queryInterface, { DataTypes }) { await queryInterface.addColumn('audit', this.column, { type: DataTypes.STRING(10) }) }
  async down(queryInterface) { await queryInterface.removeColumn('audit', this.column) }
}
module.exports = new AddTitle()
`,
}

/** Returns the old migrations as the files of one release that is history. */
export function historyRelease(release: string): Files {
  const files = Object.entries(HISTORY).map(([name, text]) => [`${release}/${name.replace(/\.(\w+)$/, '.expand.$1')}`, text])
  return { ...Object.fromEntries(files), [`${release}/release.json`]: JSON.stringify({ history: 'written for sequelize-cli' }) }
}

type Module = { readonly default?: Module; readonly up: (first: unknown, second: unknown) => Promise<unknown> }

/** Runs the old migrations in the same way as sequelize-cli and umzug, on a separate connection and without the engine. */
export async function migrateWithSequelize(url: string, root: string): Promise<void> {
  put(root, Object.fromEntries(Object.entries(HISTORY).map(([name, text]) => [`migrations/${name}`, text])))
  const options: Options = { logging: false, ...(url.startsWith('postgres') ? {} : { dialect: 'mysql', timezone: '+00:00' }) }
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), options)
  const queryInterface = sequelize.getQueryInterface()
  await queryInterface.createTable('SequelizeMeta', { name: { type: DataTypes.STRING, primaryKey: true } })
  for (const name of Object.keys(HISTORY).sort()) {
    const path = join(root, 'migrations', name)
    const exported = (name.endsWith('.js') ? createRequire(path)(path) : await loadProjectModule(path)) as Module
    const module = exported.default?.up ? exported.default : exported
    const isUmzug = /context/.test(String(module.up))
    const context = /sequelize/.test(String(module.up).split('\n')[0] ?? '') ? sequelize : queryInterface
    await module.up(isUmzug ? { context, name, path } : queryInterface, Sequelize)
    await queryInterface.bulkInsert('SequelizeMeta', [{ name }])
  }
  await sequelize.close()
}
