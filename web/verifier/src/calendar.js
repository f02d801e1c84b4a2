const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of an ISO date; null where the calendar has no such day or it lies before 1970. */
export function dayNumber(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const moment = new Date(text + 'T00:00:00Z');
  const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
  return exists && moment.getTime() >= 0 ? moment.getTime() / DAY_MS : null;
}

/** Month of a day number, as (year − 1970) · 12 + month − 1. */
export function monthNumber(day) {
  const date = new Date(day * DAY_MS);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Hours of a day in Europe/Rome: the last Sunday of March has 23, that of October 25 (Directive 2000/84/EC). */
export function dayHours(day) {
  const date = new Date(day * DAY_MS);
  const isLastSunday = date.getUTCDay() === 0 && date.getUTCDate() > 24;
  return (isLastSunday && { 2: 23, 9: 25 }[date.getUTCMonth()]) || 24;
}

/**
 * Clock hours of a day in Europe/Rome by number of hours: 23 skips 2 o'clock, 25 has it twice
 * (Directive 2000/84/EC: the change is at 01:00 UTC everywhere).
 */
export function clockHours(count) {
  return Array.from({ length: count }, (_, hour) => {
    if (count === 23 && hour > 1) return hour + 1;
    return count === 25 && hour > 2 ? hour - 1 : hour;
  });
}

const ROME = { timeZone: 'Europe/Rome' };

/** "1 luglio 2024" of an ISO date. */
export const formatDay = (isoDate, language) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(isoDate));

/** Date and time in Italy of a chain's timestamp, seconds since 1970. */
export const formatMoment = (seconds, language) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', ...ROME }).format(new Date(seconds * 1000));
