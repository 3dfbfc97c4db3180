import { migrate } from 'interphase'

// A function, because three spellings of a moment are easier to read in code than in the SQL of two dialects.
export default migrate({
  rerunnable: true,
  up: async ({ dialect, query, signal }) => {
    const marker =
      dialect === 'postgres'
        ? { on: `SELECT set_config('widget.backfill', 'on', true)`, off: `SELECT set_config('widget.backfill', '', true)` }
        : { on: 'SET @widget_backfill = 1', off: 'SET @widget_backfill = NULL' }
    const rows = await query(
      'SELECT widget_id, modified_date FROM widget_status WHERE modified_date IS NOT NULL AND modified_timestamp IS NULL ORDER BY widget_id',
    )
    const moments = rows.map(({ widget_id, modified_date }) => ({
      id: Number(widget_id),
      text: String(modified_date),
      moment: moment(String(modified_date), Number(widget_id)),
    }))
    // The trigger of the expand stands aside while this step writes.
    await query(marker.on)
    for (const { id, text, moment } of moments) {
      signal.throwIfAborted()
      // Kilo may write the row in the meantime; what it wrote is newer than what was read here.
      await query('UPDATE widget_status SET modified_timestamp = ? WHERE widget_id = ? AND modified_date = ?', [moment, id, text])
    }
    await query(marker.off)
  },
})

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2015-04-30 16:45:10`, `2014-12-01T08:30:00Z` or `17 Mar 2014`, all UTC, as the first of the three. */
function moment(text: string, id: number): string {
  const exact = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)Z?$/.exec(text)
  if (exact) return `${exact[1]} ${exact[2]}`
  const day = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})$/.exec(text)
  const month = MONTHS.indexOf(day?.[2] ?? '') + 1
  // Nobody can guess this one. The step stops here, and a person decides.
  if (!day || month === 0) throw new Error(`widget ${id}: "${text}" is no date that this step can read`)
  return `${day[3]}-${String(month).padStart(2, '0')}-${String(day[1]).padStart(2, '0')} 00:00:00`
}
