import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatEuro, formatKwh, microEur } from '../../web/verifier/src/money.js';

test('microEur: six decimals are exact, beyond the range of a double', () => {
  assert.equal(microEur('12.340000'), 12_340_000n);
  assert.equal(microEur('0.000001'), 1n);
  assert.equal(microEur('18446744073709.551615'), (1n << 64n) - 1n);
});

for (const text of ['12.34', '12.3400000', '12,340000', '-1.000000', '+1.000000', '1e3', '', '.000000', '1.000000 ', 'NaN']) {
  test(`microEur: refuses ${JSON.stringify(text)}`, () => assert.equal(microEur(text), null));
}

test('formatEuro: groups thousands, shows cents, and six decimals only where they say something', () => {
  assert.equal(formatEuro(1_234_560_000n, 'it'), '1.234,56\u00a0€');
  assert.equal(formatEuro(1_234_560_000n, 'en'), '€1,234.56');
  assert.equal(formatEuro(0n, 'it'), '0,00\u00a0€');
  assert.equal(formatEuro(4_001n, 'it'), '0,004001\u00a0€');
  assert.equal(formatEuro((1n << 64n) - 1n, 'it'), '18.446.744.073.709,551615\u00a0€');
});

test('formatKwh: two decimals, half up', () => {
  assert.equal(formatKwh(129_597, 'it'), '129,60\u00a0kWh');
  assert.equal(formatKwh(4, 'it'), '0,00\u00a0kWh');
  assert.equal(formatKwh(5, 'en'), '0.01\u00a0kWh');
  assert.equal(formatKwh(1_234_567_890, 'it'), '1.234.567,89\u00a0kWh');
});
