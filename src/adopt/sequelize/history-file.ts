/**
 * Returns the text of a migration file with the given statements. `from` is the name of the old file from which the statements
 * were imported.
 */
export function formatImportedMigrationFile(from: string, statements: readonly string[], usesDelimiter: boolean): string {
  const needsOff = statements.some((text) => /\bCONCURRENTLY\b/i.test(text))
  const head = `${needsOff ? '-- interphase: transaction off\n' : ''}-- Imported from ${from}.\n`
  if (statements.length === 0) return `${head}-- The migration changed nothing on an empty database.\n`
  return head + statements.map((text) => (usesDelimiter && HAS_BODY.test(text) ? withDelimiter(text) : `${text}${endOf(text)}\n`)).join('')
}

/**
 * Returns the name of the old file from which a migration file was imported. Returns undefined if the migration file was not
 * imported.
 */
export function findOldFileNameOfImportedMigration(text: string): string | undefined {
  return /^-- Imported from (.+)\.$/m.exec(text.slice(0, 1000))?.[1]
}

// Matches the statements of MySQL and MariaDB that have a body with semicolons: CREATE of a routine, trigger or event, and a block
// that begins with BEGIN NOT ATOMIC.
const HAS_BODY =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*CREATE\s+(?:OR\s+REPLACE\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:AGGREGATE\s+)?(?:PROCEDURE|FUNCTION|TRIGGER|EVENT)\b[\s\S]*;|^\s*BEGIN\s+NOT\s+ATOMIC\b/i

function withDelimiter(text: string): string {
  let delimiter = '//'
  while (text.includes(delimiter)) delimiter = `${delimiter[0]}${delimiter}`
  return `DELIMITER ${delimiter}\n${text}${endOf(text).slice(0, -1)}${delimiter}\nDELIMITER ;\n`
}

/**
 * Returns the semicolon that ends a statement. If the last line of the statement can end with a comment, the semicolon is on a
 * new line.
 */
function endOf(text: string): string {
  return /--|#/.test(text.slice(text.lastIndexOf('\n') + 1)) ? '\n;' : ';'
}
