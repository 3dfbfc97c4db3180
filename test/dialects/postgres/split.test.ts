import { expect } from 'chai'
import { postgresFileAnalyzer } from '../../../src/dialects/postgres/text/files.ts'
import { isError } from '../../../src/error.ts'
import { problemOf } from './fixture.ts'

const script = (text: string, transaction: 'auto' | 'off' = 'auto') => postgresFileAnalyzer.script({ file: 'a.sql', text }, transaction)

describe('postgres: splitting a file', () => {
  it('gives each statement as written, with the line of its first word', async () => {
    const { statements, path } = await script("-- é\nSELECT 'é;' ;\n\n/* a /* b */ ; */ UPDATE t\nSET a = $x$;$x$ -- why\n;")
    expect(statements.map(({ text, line }) => [line, text])).to.deep.equal([
      [2, "SELECT 'é;'"],
      [4, 'UPDATE t\nSET a = $x$;$x$ -- why'],
    ])
    expect(path).to.equal('together')
  })

  for (const text of ['', '\n', '-- nothing to do here', '/* nothing */;', '\uFEFF-- nothing']) {
    it(`takes ${JSON.stringify(text)} for no statements`, async () => {
      expect((await script(text)).statements).to.deep.equal([])
    })
  }

  it('leaves a byte order mark out', async () => {
    expect((await script('\uFEFFSELECT 1;\nSELECT 2')).statements.map(({ text, line }) => [line, text])).to.deep.equal([
      [1, 'SELECT 1'],
      [2, 'SELECT 2'],
    ])
  })

  for (const text of [
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'DROP INDEX CONCURRENTLY i',
    'REINDEX TABLE CONCURRENTLY t',
    'VACUUM t',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
  ]) {
    it(`runs ${text} by itself`, async () => {
      const { statements, path } = await script(text)
      expect([statements[0]?.manner, path]).to.deep.equal(['bare', 'stepwise'])
    })
  }

  for (const text of [
    'CREATE INDEX i ON t (a)',
    'ANALYZE t',
    'REINDEX TABLE t',
    'ALTER TABLE t DETACH PARTITION p',
    "DO $$ BEGIN EXECUTE 'VACUUM'; END $$",
  ]) {
    it(`runs ${text} in the transaction`, async () => {
      const { statements, path } = await script(text)
      expect([statements[0]?.manner, path]).to.deep.equal(['atomic', 'together'])
    })
  }

  for (const text of ['BEGIN', 'START TRANSACTION', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT s']) {
    it(`takes ${text} for transaction control`, async () => {
      expect((await script(text)).statements[0]?.manner).to.equal('control')
    })
  }

  it('runs stepwise if the file requires it', async () => {
    expect((await script('SELECT 1', 'off')).path).to.equal('stepwise')
  })

  it('steps where a label is added and used', async () => {
    const add = "ALTER TYPE mood ADD VALUE 'fine';"
    expect((await script(`${add} UPDATE t SET m = 'fine'`)).path).to.equal('stepwise')
    expect((await script(`${add} DO $$ BEGIN UPDATE t SET m = 'fine'; END $$`)).path).to.equal('stepwise')
    expect((await script(`${add} UPDATE t SET m = 'other'`)).path).to.equal('together')
    expect((await script(`UPDATE t SET m = 'fine'; ${add}`)).path).to.equal('together')
  })

  it('knows what may be sent twice', async () => {
    const { statements } = await script('VACUUM t; GRANT SELECT ON t TO public; TRUNCATE t; UPDATE t SET a = a + 1')
    expect(statements.map(({ repeatable }) => repeatable)).to.deep.equal([true, true, false, false])
  })

  it('shows a mistake with a caret', async () => {
    const error = await problemOf(script("SELECT 'é';\n\nSELECT a FORM b, c;\n"))
    expect(isError(error, 'sql.syntax') && error.facts).to.include({
      file: 'a.sql',
      line: 3,
      column: 15,
      message: 'syntax error at or near "b"',
    })
    expect(isError(error, 'sql.syntax') && error.facts.excerpt).to.equal('    3 | SELECT a FORM b, c;\n      |               ^')
  })

  it('says that rows cannot come from a client', async () => {
    for (const text of ['COPY t FROM stdin;\n1\t2\n', 'COPY t FROM STDIN', 'COPY t\nFROM stdin;\n1\n\\.\n']) {
      const error = await problemOf(script(`SELECT 1;\n${text}`))
      expect(isError(error, 'sql.syntax') && error.facts.message)
        .to.include('COPY … FROM STDIN')
        .and.include('--schema-only')
    }
  })

  it('reads the rows behind COPY … FROM stdin up to their end', async () => {
    const dump = 'SELECT 1;\nCOPY public.t (a, "b") FROM stdin;\n1\t\\N;\n\\\\.\tSELECT\n\\.\n\n\nCOPY u FROM stdin;\n\\.\nSELECT 2;'
    expect((await script(dump)).statements.map(({ text, line, manner }) => [line, manner, text])).to.deep.equal([
      [1, 'atomic', 'SELECT 1'],
      [2, 'atomic', 'COPY public.t (a, "b") FROM stdin;\n1\t\\N;\n\\\\.\tSELECT\n\\.'],
      [8, 'atomic', 'COPY u FROM stdin;\n\\.'],
      [10, 'atomic', 'SELECT 2'],
    ])
  })

  it('leaves out the one BEGIN and COMMIT of a file', async () => {
    const read = async (text: string) => {
      const { statements, path } = await script(text)
      return [path, ...statements.map((statement) => statement.text)]
    }
    expect(await read('SET a.b = 1; BEGIN; SELECT 1; COMMIT; RESET a.b')).to.deep.equal([
      'together',
      'SET a.b = 1',
      'SELECT 1',
      'RESET a.b',
    ])
    expect(await read('START TRANSACTION; SELECT 1; END')).to.deep.equal(['together', 'SELECT 1'])
    for (const text of [
      'SELECT 1; COMMIT',
      'BEGIN; SELECT 1',
      'BEGIN; COMMIT; BEGIN; COMMIT',
      'BEGIN; ROLLBACK',
      'BEGIN READ ONLY; SELECT 1; COMMIT',
      'BEGIN; COMMIT AND CHAIN',
      'BEGIN; CREATE INDEX CONCURRENTLY i ON t (a); COMMIT',
    ])
      expect(await read(text), text).to.have.length(text.split(';').length + 1)
  })

  it('says that psql commands are no SQL', async () => {
    const error = await problemOf(script('SELECT 1;\n\\i other.sql\n'))
    expect(isError(error, 'sql.syntax') && [error.facts.line, error.facts.message]).to.deep.equal([
      2,
      'this is a command of psql, and not SQL; only the server sees a migration, so delete the line, or replace it by SQL statements',
    ])
  })

  it('ignores psql commands that have no effect on a migration', async () => {
    const text =
      "-- \u00e9\n\\set ON_ERROR_STOP 1\n\\set ON_ERROR_STOP on\n\\set check_function_bodies 1\n\\echo 'it''s; now'\n\\timing\nSELECT 'a\n\\echo b', 2::int;\n\\qecho done; really\nSELECT 3\n"
    const { statements } = await script(text)
    expect(statements.map(({ text: one, line }) => [line, one])).to.deep.equal([
      [7, "SELECT 'a\n\\echo b', 2::int"],
      [10, 'SELECT 3'],
    ])
  })

  it('refuses a psql variable that a statement uses', async () => {
    for (const use of ['SELECT :owner', "SELECT :'owner'", 'SELECT :"owner"']) {
      const error = await problemOf(script(`\\set owner shop\n${use};\n`))
      expect(isError(error, 'sql.syntax') && error.facts.line, use).to.equal(1)
    }
  })

  it('says what to do if psql continues after errors', async () => {
    for (const line of ['\\unset ON_ERROR_STOP', '\\set ON_ERROR_STOP 0', '\\set ON_ERROR_STOP off']) {
      const error = await problemOf(script(`SELECT 1;\n${line}\nDROP TABLE a;`))
      expect(isError(error, 'sql.syntax') && [error.facts.line, error.facts.message], line).to.deep.equal([
        2,
        'psql continues after an error here, and a migration stops at its first error; delete the line, and add IF EXISTS or IF NOT EXISTS to the statements that can fail',
      ])
    }
  })

  it('names the option of pg_dump if a dump connects to another database', async () => {
    const dump = '\\restrict a\n\nCREATE DATABASE shop;\n\n\\unrestrict a\n\\connect shop\n\\restrict a\n\nSELECT 1;\n\n\\unrestrict a\n'
    const error = await problemOf(script(dump))
    expect(isError(error, 'sql.syntax') && [error.facts.line, error.facts.message]).to.deep.equal([
      6,
      '\\connect goes to another database, and a migration stays in its own; dump without -C (--create), and one database with pg_dump instead of pg_dumpall',
    ])
  })

  it('takes what pg_dump prints, without the commands for psql around it', async () => {
    const dump =
      '--\n-- PostgreSQL database dump\n--\n\n\\restrict 1V6Ld\n\nSET lock_timeout = 0;\nSELECT 1;\n\n\\unrestrict 1V6Ld\n\n-- complete\n'
    expect((await script(dump)).statements.map(({ text, line }) => [line, text])).to.deep.equal([
      [7, 'SET lock_timeout = 0'],
      [8, 'SELECT 1'],
    ])
    const inside = await problemOf(script('SELECT 1;\n\\restrict a\nSELECT 2;\n\\unrestrict a\nSELECT 3'))
    expect(isError(inside, 'sql.syntax') && inside.facts.line).to.equal(2)
  })
})
