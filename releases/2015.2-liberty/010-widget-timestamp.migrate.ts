import { migrate } from 'interphase'

// A function, because three spellings of a moment are easier to read in code than in the SQL of two dialects.
export default migrate({
  rerunnable: true,
  up: async ({ dialect, query, signal }) => {
    const { markerOn, fill, markerOff } = dialect === 'postgres' ? POSTGRES : MYSQL
    const rows = await query(
      'SELECT widget_id, modified_date FROM widget_status WHERE modified_date IS NOT NULL AND modified_timestamp IS NULL ORDER BY widget_id',
    )
    const moments = rows.map(({ widget_id, modified_date }) => ({
      id: Number(widget_id),
      text: String(modified_date),
      moment: moment(String(modified_date), Number(widget_id)),
    }))
    // The trigger of the expand stands aside while this step writes.
    await query(markerOn)
    for (const { id, text, moment } of moments) {
      signal.throwIfAborted()
      // Kilo may write the row in the meantime; what it wrote is newer than what was read here.
      await query(fill, [moment, id, text])
    }
    await query(markerOff)
  },
})

// Values stand at places of their own and never in the text; each server has its own way to write a place.
const POSTGRES = {
  markerOn: `SELECT set_config('widget.backfill', 'on', true)`,
  fill: 'UPDATE widget_status SET modified_timestamp = $1 WHERE widget_id = $2 AND modified_date = $3',
  markerOff: `SELECT set_config('widget.backfill', '', true)`,
}
const MYSQL = {
  markerOn: 'SET @widget_backfill = 1',
  fill: 'UPDATE widget_status SET modified_timestamp = ? WHERE widget_id = ? AND modified_date = ?',
  markerOff: 'SET @widget_backfill = NULL',
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2015-04-30 16:45:10`, `2014-12-01T08:30:00Z` or `17 Mar 2014`, all UTC, as the first of the three. */
function moment(text: string, id: number): string {
  const exact = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)Z?$/.exec(text)
  if (exact) return `${exact[1]} ${exact[2]}`
  const day = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})$/.exec(text)
  const month = MONTHS.indexOf(day?.[2] ?? '') + 1
  // Nobody can guess this one. The step stops here, and a person decides.
  if (!day || month === 0) throw new Error(`widget ${id}: "${text}" is no date that this step can read`)
  return `${day[3]}-${String(month).padStart(2, '0')}-${(day[1] ?? '').padStart(2, '0')} 00:00:00`
}
