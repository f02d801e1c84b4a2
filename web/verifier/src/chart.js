import { clockHours } from './calendar.js';
import { el, svg } from './dom.js';
import { formatKwh } from './money.js';
import { total } from './present.js';

/** Sizes in the picture's own units: width, height of all bars together, height of the line of hours. */
const [WIDTH, BARS, LINE] = [480, 130, 24];

const bar = (x, y, width, height, kind) => svg('rect', { x: x + 1.5, y, width: width - 3, height, class: kind });

/** Bars on one scale: injected grows up from the line of hours, withdrawn grows down. */
function bars({ injectedWh, withdrawnWh }) {
  const middle = Math.max(...injectedWh);
  const scale = BARS / (middle + Math.max(...withdrawnWh) || 1);
  const step = WIDTH / injectedWh.length;
  const line = middle * scale;
  return clockHours(injectedWh.length).flatMap((hour, place) => {
    const [x, up, down] = [place * step, injectedWh[place] * scale, withdrawnWh[place] * scale];
    const mark = svg('text', { x: x + step / 2, y: line + 18, 'text-anchor': 'middle' }, hour % 3 ? '' : String(hour));
    return [bar(x, line - up, step, up, 'injected'), mark, bar(x, line + LINE, step, down, 'withdrawn')];
  });
}

/** Picture of a reading receipt's hours with its summary in words; the same figures stand in the table. */
export function hoursChart(receipt, language, t) {
  const top = Math.max(...receipt.injectedWh, ...receipt.withdrawnWh);
  const figures = [['injected', total(receipt.injectedWh)], ['withdrawn', total(receipt.withdrawnWh)], ['top', top]];
  const words = figures.map(([key, wh]) => `${t(key)} ${formatKwh(wh, language)}`);
  const keys = words.map((text, place) => el('span', { class: `key ${figures[place][0]}` }, text));
  const frame = { viewBox: `0 0 ${WIDTH} ${BARS + LINE}`, role: 'img', 'aria-label': words.join(', ') };
  return el('figure', {}, el('figcaption', {}, ...keys), svg('svg', frame, ...bars(receipt)));
}

/** The same hours as a table in Wh, with those of the whole configuration where the report gives them. */
export function hoursTable(receipt, reportHours, t) {
  const heads = ['hour', 'injected', 'withdrawn', ...(reportHours.length ? ['allInjected', 'allWithdrawn'] : [])];
  const cell = (value) => el('td', {}, String(value ?? '–'));
  const rows = clockHours(receipt.injectedWh.length).map((hour, place) => {
    const all = reportHours.length ? [cell(reportHours[place]?.injectedWh), cell(reportHours[place]?.withdrawnWh)] : [];
    return el(
      'tr', {},
      el('th', { scope: 'row' }, String(hour)),
      cell(receipt.injectedWh[place]), cell(receipt.withdrawnWh[place]), ...all,
    );
  });
  const head = heads.map((name, at) => el('th', { scope: 'col' }, t(name) + (at ? ' (Wh)' : '')));
  return el('div', { class: 'scroll', tabindex: '0' }, el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows)));
}
