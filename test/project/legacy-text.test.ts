import { expect } from 'chai'
import { blankServerStatements } from '../../src/project/legacy-text.ts'
import type { DialectName } from '../../src/schema/object.ts'

/** Statements about the server, by dialect. The first word of each part is at the beginning of a line. */
const SERVER: { readonly [D in 'postgres' | 'mysql']: readonly string[] } = {
  mysql: [
    'DROP DATABASE IF EXISTS mon;',
    '/*!40000 DROP DATABASE IF EXISTS `mon`*/;',
    'CREATE DATABASE mon DEFAULT CHARACTER SET utf8;',
    'USE mon;',
    'use mon',
    'use `mon`   ',
    '\\u mon',
    "CREATE USER 'mon'@'%' IDENTIFIED BY 'a;b';",
    "GRANT ALL ON mon.* TO 'mon'@'%' IDENTIFIED BY 'pw' WITH GRANT OPTION;",
    'FLUSH PRIVILEGES;',
    'SET ROLE admin;',
    'SET GLOBAL max_connections = 500;',
    'DELIMITER $$\nGRANT ALL ON mon.* TO mon $$\nDELIMITER ;',
    "DELIMITER '//'\nGRANT ALL ON mon.* TO mon //\nDELIMITER ;",
  ],
  postgres: [
    'DROP DATABASE IF EXISTS mon;',
    'CREATE DATABASE mon;',
    "COMMENT ON DATABASE mon IS 'a;b';",
    '\\connect mon',
    '\\c mon',
    'CREATE ROLE mon;',
    "COMMENT ON ROLE mon IS 'it';",
    'SET SESSION AUTHORIZATION mon;',
    "SET SESSION AUTHORIZATION 'mon';",
    'SET ROLE mon;',
    'SET LOCAL ROLE mon;',
    'RESET SESSION AUTHORIZATION;',
    'RESET ROLE;',
    'REASSIGN OWNED BY mon TO postgres;',
    'GRANT ALL ON ALL TABLES IN SCHEMA public TO mon;',
    'ALTER TABLE public.host OWNER TO mon;',
    'ALTER DEFAULT PRIVILEGES FOR ROLE mon GRANT SELECT ON TABLES TO monapi;',
    "CREATE TABLESPACE fast LOCATION '/fast';",
    'CREATE PROCEDURAL LANGUAGE plpgsql;',
    'CREATE OR REPLACE LANGUAGE plpgsql;',
  ],
}

/** Statements of the schema, whose texts contain the words of statements about the server. */
const SCHEMA: { readonly [D in 'postgres' | 'mysql']: readonly string[] } = {
  mysql: [
    'CREATE TABLE host (id int PRIMARY KEY);',
    "INSERT INTO word VALUES ('GRANT x; USE y');",
    'SET foreign_key_checks = 0;',
    'DELIMITER //\nCREATE PROCEDURE p() BEGIN DELETE FROM host;\nGRANT SELECT ON host TO u;\nFLUSH TABLES host; END//\nDELIMITER ;',
    'delimiter $$\nCREATE TRIGGER t BEFORE INSERT ON host FOR EACH ROW BEGIN SET NEW.id = 1;\nSET ROLE admin; END $$\ndelimiter ;',
    'CREATE TABLE t (\nuse_it int\n);',
  ],
  postgres: [
    'CREATE TABLE host (id int PRIMARY KEY);',
    "INSERT INTO word VALUES ('GRANT x; SET ROLE y');",
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM host;\nGRANT SELECT ON host TO u;\nSET ROLE x; END $$;',
    'CREATE TABLE role (reset int);',
    "COMMENT ON TABLE host IS 'COMMENT ON DATABASE';",
    'SET search_path = public;',
    'CREATE LANGUAGE plperl;',
  ],
}

describe('a legacy script', () => {
  for (const dialect of ['postgres', 'mysql', 'mariadb'] as const satisfies readonly DialectName[]) {
    const kind = dialect === 'postgres' ? 'postgres' : 'mysql'
    it(`on ${dialect} loses its statements about the server, and every other statement stays`, () => {
      for (const server of SERVER[kind])
        for (const schema of SCHEMA[kind]) {
          const parts = [schema, server, schema]
          const { text, leftOut } = blankServerStatements(parts.join('\n'), dialect)
          const kept = [schema, commandsOf(server), schema].join('\n')
          expect(squeezed(text), parts.join('\n')).to.equal(squeezed(kept))
          expect(text.split('\n')).to.have.length(parts.join('\n').split('\n').length)
          expect(
            leftOut.map(({ line }) => line),
            server,
          ).to.deep.equal([schema.split('\n').length + 1 + (server.startsWith('DELIMITER') ? 1 : 0)])
        }
    })
  }

  it('loses only one of several statements before a delimiter, and only the change of the owner', () => {
    const text = (script: string, dialect: DialectName) => squeezed(blankServerStatements(script, dialect).text)
    expect(text('DELIMITER //\nDROP DATABASE mon; CREATE TABLE z (id int)//\nDELIMITER ;\nUSE x;', 'mysql')).to.equal(
      'DELIMITER // ; CREATE TABLE z (id int)// DELIMITER ;',
    )
    const both = 'ALTER TABLE host ADD COLUMN a numeric(3, 1), OWNER TO mon;'
    expect(text(`${both}\nALTER TABLE host OWNER TO mon;\nALTER FUNCTION f(int, text) OWNER TO mon;`, 'postgres')).to.equal(both)
  })
})

/** The DELIMITER commands around a statement, which stay in the script. */
function commandsOf(server: string): string {
  return server
    .split('\n')
    .filter((line) => /^delimiter/i.test(line))
    .join('\n')
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
