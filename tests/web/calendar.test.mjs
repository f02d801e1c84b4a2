import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockHours, dayHours, dayNumber } from '../../web/verifier/src/calendar.js';

test('dayNumber: days since 1970-01-01', () => {
  assert.equal(dayNumber('1970-01-01'), 0);
  assert.equal(dayNumber('2024-02-29'), 19_782);
});

for (const text of ['2023-02-29', '2024-13-01', '1969-12-31', '2024-7-1', '2024-07-01T00:00', 'yesterday', '']) {
  test(`dayNumber: refuses ${JSON.stringify(text)}`, () => assert.equal(dayNumber(text), null));
}

for (const [text, hours] of [['2024-03-31', 23], ['2024-10-27', 25], ['2024-03-24', 24], ['2024-10-31', 24], ['2024-07-28', 24], ['2027-03-28', 23]]) {
  test(`dayHours: ${text} has ${hours}`, () => assert.equal(dayHours(dayNumber(text)), hours));
}

test('clockHours: the day of 23 hours has no 2, the day of 25 has it twice', () => {
  assert.deepEqual(clockHours(23).slice(0, 4), [0, 1, 3, 4]);
  assert.deepEqual(clockHours(25).slice(0, 5), [0, 1, 2, 2, 3]);
  for (const count of [23, 24, 25]) assert.equal(clockHours(count).at(-1), 23);
});
