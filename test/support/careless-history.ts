import type { Files } from './chain.ts'

/**
 * Old migrations as careless people write them: forgotten transactions, ignored errors, several statements in one text, models of the
 * project, code that does not wait. Each of them works under sequelize-cli. They run on every server.
 */
export const CARELESS_HISTORY: Files = {
  '20200101000001-users.js': `'use strict'
module.exports = { up: (q, S) => q.createTable('users', { id: { type: S.INTEGER, primaryKey: true, autoIncrement: true }, email: { type: S.STRING(100), allowNull: false }, kind: { type: S.ENUM('a', 'b'), allowNull: false, defaultValue: 'a' }, url: S.STRING, createdAt: S.DATE }), down: (q) => q.dropTable('users') }`,
  '20200101000002-transaction-forgotten.cjs': `module.exports = { async up(q, S) { await q.sequelize.transaction(async (t) => {
  await q.createTable('teams', { id: { type: S.INTEGER, primaryKey: true }, name: S.STRING(30) }, { transaction: t })
  await q.createTable('forgotten', { id: { type: S.INTEGER, primaryKey: true } })
  await q.bulkInsert('forgotten', [{ id: 1 }])
  }) }, async down() {} }`,
  '20200101000003-typed.ts': `import type { QueryInterface } from 'sequelize'
export async function up(q: QueryInterface, S: any): Promise<void> { await q.addColumn('users', 'age', { type: S.INTEGER, allowNull: true }) }
export async function down(q: QueryInterface): Promise<void> { await q.removeColumn('users', 'age') }`,
  '20200101000004-ignored-failure.js': `module.exports = { async up(q, S) {
  try { await q.addColumn('users', 'age', { type: S.INTEGER }) } catch (e) { /* exists already */ }
  await q.removeColumn('users', 'nothing').catch(() => {})
  await q.addColumn('users', 'nick', { type: S.STRING(20) })
} }`,
  '20200101000005-bulk.js': `module.exports = { async up(q, S) { await q.bulkInsert('users', [
  { id: 1, email: "it's; -- a? $1 :x \\\\ back", kind: 'a', url: 'https://example.com/?a=1;b=2//c', createdAt: new Date('2020-01-02T03:04:05Z') },
  { id: 2, email: 'line\\nbreak \\u{1F600} %s', kind: 'b', url: null, createdAt: null } ]) } }`,
  '20200101000006-comment-at-end.js': `module.exports = { async up(q) { await q.sequelize.query("UPDATE users SET age = 1 WHERE id = 1 -- only the first; of them"); await q.sequelize.query("UPDATE users SET age = 2 WHERE id = 2") } }`,
  '20200101000007-setval.js': `module.exports = { async up(q) { if (q.sequelize.getDialect() === 'postgres') await q.sequelize.query("SELECT setval('users_id_seq', (SELECT MAX(id) FROM users))") } }`,
  '20200101000008-multi.js': `module.exports = { async up(q) { await q.sequelize.query("CREATE TABLE multi_a (id int PRIMARY KEY); CREATE TABLE multi_b (id int PRIMARY KEY, t varchar(20)); INSERT INTO multi_b VALUES (1, 'a;b')") } }`,
  '20200101000009-own-transaction.js': `module.exports = { async up(q) { await q.sequelize.query("BEGIN; INSERT INTO multi_a VALUES (7); UPDATE users SET nick = 'n' WHERE id = 1; COMMIT;") } }`,
  '20200101000010-describe.js': `module.exports = { async up(q, S) { const d = await q.describeTable('users'); if (!d.phone) await q.addColumn('users', 'phone', { type: S.STRING(20) }); if (d.email) await q.addIndex('users', ['email'], { unique: true, name: 'users_email' })
  const tables = await q.showAllTables(); if (!JSON.stringify(tables).includes('teams')) throw new Error('no teams') } }`,
  '20200101000011-replacements.js': `module.exports = { async up(q, S) { await q.sequelize.query('UPDATE users SET nick = :nick WHERE email LIKE :like', { replacements: { nick: "O'Neil ? $1", like: '%break%' } })
  await q.sequelize.query('UPDATE users SET phone = ? WHERE id IN (?)', { replacements: ['1;2', [1, 2]] }) } }`,
  '20200101000012-reads-file.js': `const fs = require('fs'); const path = require('path')
module.exports = { async up(q) { await q.sequelize.query(fs.readFileSync(path.join(__dirname, '..', 'sql', 'extra.sql'), 'utf8')) } }`,
  '20200101000013-environment.js': `module.exports = { async up(q) { await q.bulkInsert('multi_a', [{ id: Number(process.env.SOME_NUMBER || 42) }]) } }`,
  '20200101000014-nested-rollback.js': `module.exports = { async up(q) {
  await q.sequelize.transaction(async (t) => { await q.sequelize.query("INSERT INTO multi_a VALUES (100)", { transaction: t })
    try { await q.sequelize.transaction({ transaction: t }, async (s) => { await q.sequelize.query("INSERT INTO multi_a VALUES (101)", { transaction: s }); throw new Error('inner') }) } catch (e) {}
    await q.sequelize.query("INSERT INTO multi_a VALUES (102)", { transaction: t }) })
  try { await q.sequelize.transaction(async (t) => { await q.sequelize.query("INSERT INTO multi_a VALUES (103)", { transaction: t })
    await q.sequelize.transaction({ transaction: t }, async (s) => { await q.sequelize.query("INSERT INTO multi_a VALUES (104)", { transaction: s }) })
    throw new Error('outer') }) } catch (e) {}
} }`,
  '20200101000015-models.js': `const db = require('../models')
module.exports = { async up(q) { await db.Team.create({ id: 1, name: 'made by a model' }); await db.Team.update({ name: 'renamed' }, { where: { id: 1 } }) } }`,
  '20200101000016-rename.js': `module.exports = { async up(q, S) { await q.renameTable('teams', 'groups_of_people'); await q.renameColumn('users', 'nick', 'nickName') } }`,
  '20200101000017-enum.js': `module.exports = { async up(q, S) { if (q.sequelize.getDialect() === 'postgres') { await q.sequelize.query("ALTER TYPE enum_users_kind ADD VALUE 'c'"); await q.sequelize.query("UPDATE users SET kind = 'c' WHERE id = 2") }
  else { await q.changeColumn('users', 'kind', { type: S.ENUM('a', 'b', 'c'), allowNull: false, defaultValue: 'a' }); await q.sequelize.query("UPDATE users SET kind = 'c' WHERE id = 2") } } }`,
  '20200101000018-routine.js': `module.exports = { async up(q) { if (q.sequelize.getDialect() === 'postgres') {
  await q.sequelize.query("CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN NEW.phone = 'x;y'; RETURN NEW; END; $$ LANGUAGE plpgsql; CREATE TRIGGER touched BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION touch();")
} else { await q.sequelize.query("CREATE TRIGGER touched BEFORE INSERT ON users FOR EACH ROW BEGIN SET NEW.phone = 'x;y'; /* http://a */ SET NEW.age = 3; END") } } }`,
  '20200101000019-sync.js': `module.exports = { async up(q, S) { q.sequelize.define('synced', { name: { type: S.STRING(9), unique: true } }, { timestamps: false, tableName: 'synced' }); await q.sequelize.sync() } }`,
  '20200101000020-many.js': `module.exports = { async up(q) { const rows = []; for (let i = 200; i < 1200; i++) rows.push({ id: i }); await q.bulkInsert('multi_a', rows) } }`,
  '20200101000021-select-into.js': `module.exports = { async up(q) { if (q.sequelize.getDialect() === 'postgres') { await q.sequelize.query('SELECT id, email INTO copied FROM users'); await q.sequelize.query('WITH gone AS (DELETE FROM multi_a WHERE id = 201 RETURNING id) SELECT count(*) FROM gone') } else { await q.sequelize.query('CREATE TABLE copied AS SELECT id, email FROM users'); await q.sequelize.query('SELECT max(id) INTO @m FROM users'); await q.sequelize.query('UPDATE users SET age = @m WHERE id = 1') } } }`,
  '20200101000022-leading-comment.js': `module.exports = { async up(q) { await q.sequelize.query("-- first\\n/* then */ INSERT INTO multi_a VALUES (5)"); await q.sequelize.query("/* look */ SELECT 1") } }`,
  '20200101000023-default.mjs': `export default { up: async (q, S) => { await q.addColumn('users', 'esm', { type: S.BOOLEAN, allowNull: false, defaultValue: false }) } }`,
  '20200101000024-concurrently.js': `module.exports = { async up(q) { await q.addIndex('users', { fields: ['phone'], name: 'users_phone', concurrently: q.sequelize.getDialect() === 'postgres' }) } }`,
  '20200101000025-call-function.js': `module.exports = { async up(q) { if (q.sequelize.getDialect() === 'postgres') { await q.sequelize.query("CREATE FUNCTION fill(n int) RETURNS int LANGUAGE sql AS 'INSERT INTO multi_a VALUES (n) RETURNING id'"); await q.sequelize.query('SELECT fill(id + 5000) FROM users ORDER BY id') } else { await q.sequelize.query('CREATE PROCEDURE fill(n int) BEGIN INSERT INTO multi_a VALUES (n); END'); await q.sequelize.query('CALL fill(5001)'); await q.sequelize.query('CALL fill(5002)') } } }`,
  '20200101000026-parallel.js': `module.exports = { up(q, S) { return Promise.all([q.addColumn('users', 'p1', { type: S.INTEGER }), q.addColumn('users', 'p2', { type: S.INTEGER }), q.addColumn('users', 'p3', { type: S.INTEGER })]) } }`,
  '20200101000027-rollback-after-ddl.js': `module.exports = { async up(q, S) { const t = await q.sequelize.transaction(); try { await q.createTable('half', { id: { type: S.INTEGER, primaryKey: true } }, { transaction: t }); await q.sequelize.query('INSERT INTO half VALUES (1)', { transaction: t }); throw new Error('no') } catch (e) { await t.rollback() } } }`,
  '20200101000028-unawaited.js': `module.exports = { up: async (q, S) => { q.addColumn('users', 'late', { type: S.INTEGER }) } }`,
  '20200101000029-charset.js': `module.exports = { up: (q, S) => q.createTable('worded', { id: { type: S.INTEGER, primaryKey: true }, w: S.STRING(20) }, { charset: 'utf8mb4', collate: 'utf8mb4_unicode_ci', comment: 'it\\'s a "table"; yes' }) }`,
  '20200101000030-delete.js': `module.exports = { async up(q, S) { await q.bulkDelete('multi_a', { id: { [S.Op.gt]: 1000 } }); await q.bulkUpdate('users', { phone: 'z' }, { id: 1 }) } }`,
}

/** The files that these migrations load. `config` leads to the database of the project. */
export const CARELESS_PROJECT: Files = {
  'sql/extra.sql': `-- extra objects
CREATE TABLE extra (id int PRIMARY KEY, note varchar(50));
INSERT INTO extra VALUES (1, 'a -- no comment; here');
`,
  'models/index.js': `const { Sequelize, DataTypes } = require('sequelize')
const config = require('../config/config.json').development
const sequelize = new Sequelize(config.database, config.username, config.password, config)
module.exports = { sequelize, Sequelize, Team: sequelize.define('Team', { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.STRING(30) }, { tableName: 'teams', timestamps: false }) }`,
}

/** The tables whose rows these migrations write. */
export const CARELESS_TABLES = ['users', 'groups_of_people', 'forgotten', 'multi_a', 'multi_b', 'extra', 'copied'] as const
