/** Returns true if the JavaScript runtime supports the given name of a time zone, such as `Europe/Berlin`. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== ''
  } catch {
    return false
  }
}

/** The local date and time of day in a time zone, such as `2026-11-29` and `22:30`. */
export interface LocalWallTime {
  readonly date: string
  readonly time: string
}

/** Returns the local date and time of day in a time zone, with daylight saving time. */
export function toLocalWallTime(at: Date, zone: string): LocalWallTime {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  return { date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` }
}

/** The short names of the days of the week, from Sunday. */
export const DAYS_OF_WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type WeekdayName = (typeof DAYS_OF_WEEK)[number]

/**
 * A period of local time that repeats on some days of the week. A period from 22:00 to 06:00 belongs to the day on which it begins.
 */
export interface WeeklyTimeWindow {
  readonly zone: string
  readonly from: string
  readonly to: string
  /** The days of the week on which the weekly period begins. The default is every day. */
  readonly days?: readonly WeekdayName[] | undefined
}

/** Returns true if a time is inside a weekly period of local time. A period with equal start and end lasts 24 hours. */
export function isInWeeklyTimeWindow(at: Date, { zone, from, to, days = DAYS_OF_WEEK }: WeeklyTimeWindow): boolean {
  const { date, time } = toLocalWallTime(at, zone)
  const today = new Date(`${date}T00:00:00Z`).getUTCDay()
  const isOn = (day: number) => days.some((one) => one === DAYS_OF_WEEK[day])
  if (from < to) return isOn(today) && time >= from && time < to
  return (isOn(today) && time >= from) || (isOn((today + 6) % 7) && time < to)
}

/**
 * Returns true if a time is inside a period of local time. `from` belongs to the period and `to` does not. Both have the form
 * `2026-12-20T00:00`.
 */
export function isInLocalTimePeriod(
  at: Date,
  { zone, from, to }: { readonly zone: string; readonly from: string; readonly to: string },
): boolean {
  const { date, time } = toLocalWallTime(at, zone)
  const now = `${date}T${time}`
  return now >= from && now < to
}
