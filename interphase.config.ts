import { defineConfig } from 'interphase'

export default defineConfig({
  project: 'widgets',
  dialects: ['postgres', 'mysql', 'mariadb'],
})
