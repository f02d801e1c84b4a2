const EURO = /^(0|[1-9]\d{0,13})\.(\d{6})$/;

/** Micro-euro of a receipt's euro string ("12.340000", always six decimals); null for any other form. */
export function microEur(text) {
  const parts = EURO.exec(text);
  return parts && BigInt(parts[1] + parts[2]);
}

const group = (digits, mark) => digits.replace(/\B(?=(\d{3})+$)/g, mark);

/** An amount for people: cents, and six decimals only where the amount is not whole cents. */
export function formatEuro(amountMicroEur, language) {
  const [mark, point] = language === 'it' ? ['.', ','] : [',', '.'];
  const digits = amountMicroEur.toString().padStart(7, '0');
  const decimals = digits.slice(-6).replace(/0000$/, '');
  const number = group(digits.slice(0, -6), mark) + point + decimals;
  return language === 'it' ? `${number}\u00a0€` : `€${number}`;
}

/** Energy for people: kWh with two decimals, rounded half up, so that no one reads three as thousands. */
export function formatKwh(wattHours, language) {
  const [mark, point] = language === 'it' ? ['.', ','] : [',', '.'];
  const digits = Math.floor((wattHours + 5) / 10).toString().padStart(3, '0');
  return `${group(digits.slice(0, -2), mark)}${point}${digits.slice(-2)}\u00a0kWh`;
}
