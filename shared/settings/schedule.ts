/**
 * Whether a text is a schedule of a timer trigger: six fields, seconds first
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions).
 */
export function isSchedule(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  return fields.length === FIELDS.length && FIELDS.every((field, index) => isField(fields[index] ?? '', field));
}

interface Field {
  from: number;
  to: number;
  names?: string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: MONTHS },
  { from: 0, to: 6, names: WEEKDAYS },
];

/** `*`, `5`, `1-5`, each with `/step`, and lists of these. */
function isField(text: string, field: Field): boolean {
  return text.split(',').every((item) => {
    const parts = /^(?:\*|(?<first>[0-9a-z]+)(?:-(?<last>[0-9a-z]+))?)(?:\/(?<step>[0-9]+))?$/i.exec(item)?.groups;
    if (!parts) return false;
    const { first, last, step } = parts;
    return [first, last].every((value) => value === undefined || isValue(value, field)) && step !== '0';
  });
}

const isValue = (text: string, { from, to, names = [] }: Field): boolean =>
  names.includes(text.toLowerCase()) || (/^[0-9]{1,2}$/.test(text) && Number(text) >= from && Number(text) <= to);
