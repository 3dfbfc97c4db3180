import { expect } from 'chai'
import { MYSQL_FAMILY_SERVERS } from '../../../src/dialects/mysql/session/flavour.ts'
import { parseMysqlVersion, refuseUnsupportedMysqlServer } from '../../../src/dialects/mysql/session/version.ts'
import { InterphaseError } from '../../../src/error.ts'

const { mysql, mariadb } = MYSQL_FAMILY_SERVERS

describe('the version of a MySQL or MariaDB', () => {
  it('is read with what the distribution and an old proxy put around it', () => {
    expect(parseMysqlVersion('11.8.6-MariaDB-0+deb13u1 from Debian')).to.include({ major: 11, minor: 8 })
    expect(parseMysqlVersion('5.5.5-10.11.4-MariaDB')).to.include({ major: 10, minor: 11 })
    expect(parseMysqlVersion('8.4.0')).to.include({ major: 8, minor: 4 })
  })

  for (const text of ['8.0.29', '8.0.40-0ubuntu0.24.04.1', '8.4.0', '9.7.4-2', '10.0']) {
    it(`${text} is a MySQL that is new enough`, () => refuseUnsupportedMysqlServer(mysql, parseMysqlVersion(text)))
  }

  for (const text of ['10.6.0-MariaDB', '5.5.5-10.11.4-MariaDB', '11.8.9-MariaDB-4 from Debian', '12.0.2-MariaDB']) {
    it(`${text} is a MariaDB that is new enough`, () => refuseUnsupportedMysqlServer(mariadb, parseMysqlVersion(text)))
  }

  for (const text of ['8.0.28', '5.7.44-log', '', '10.11.4-MariaDB']) {
    it(`${text || 'nothing'} is refused for a MySQL`, () => {
      expect(() => refuseUnsupportedMysqlServer(mysql, parseMysqlVersion(text))).to.throw(
        InterphaseError,
        'but interphase needs MySQL 8.0.29 or newer',
      )
    })
  }

  for (const text of ['10.5.29-MariaDB-0+deb11u2', '5.5.5-10.5.4-MariaDB', '9.7.4']) {
    it(`${text} is refused for a MariaDB`, () => {
      expect(() => refuseUnsupportedMysqlServer(mariadb, parseMysqlVersion(text))).to.throw(
        InterphaseError,
        'but interphase needs MariaDB 10.6.0 or newer',
      )
    })
  }
})
