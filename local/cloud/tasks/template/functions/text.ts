/** The functions of sprig that work on text (https://masterminds.github.io/sprig/strings.html), with its order of arguments. */
import { createHash } from 'node:crypto';
import { json, text as shownAs, type Value } from '../value.ts';
import { ArgumentProblem, integerOf, stringOf, takes, wrong, type TemplateFunction } from './arguments.ts';

export const textFunctions: Record<string, TemplateFunction> = {
  upper: onText((text) => text.toUpperCase()),
  lower: onText((text) => text.toLowerCase()),
  /** Go's `strings.Title`: what follows anything but a letter, a digit or `_`. */
  title: onText((text) => text.replaceAll(/(?<![\p{L}\p{N}_])\p{L}/gu, (letter) => letter.toUpperCase())),
  untitle: onText((text) => text.replaceAll(/(?<![\p{L}\p{N}_])\p{L}/gu, (letter) => letter.toLowerCase())),
  trim: onText((text) => text.trim()),
  nospace: onText((text) => text.replaceAll(/\s/g, '')),
  trimAll: takes(2, (set, text) => strip(stringOf(text), stringOf(set))),
  trimPrefix: takes(2, (prefix, text) => withoutPrefix(stringOf(text), stringOf(prefix))),
  trimSuffix: takes(2, (suffix, text) => withoutSuffix(stringOf(text), stringOf(suffix))),
  replace: takes(3, (old, other, text) => stringOf(text).replaceAll(stringOf(old), () => stringOf(other))),
  contains: takes(2, (part, text) => stringOf(text).includes(stringOf(part))),
  hasPrefix: takes(2, (prefix, text) => stringOf(text).startsWith(stringOf(prefix))),
  hasSuffix: takes(2, (suffix, text) => stringOf(text).endsWith(stringOf(suffix))),
  repeat: takes(2, (count, text) => stringOf(text).repeat(Math.max(integerOf(count), 0))),
  substr: takes(3, (start, end, text) => {
    const [from, to] = [integerOf(start), integerOf(end)];
    return stringOf(text).slice(Math.max(from, 0), to < 0 ? undefined : to);
  }),
  /** A negative length keeps the end. */
  trunc: takes(2, (length, text) => {
    const count = integerOf(length);
    return count < 0 ? stringOf(text).slice(count) : stringOf(text).slice(0, count);
  }),
  indent: takes(2, (spaces, text) => indented(integerOf(spaces), stringOf(text))),
  nindent: takes(2, (spaces, text) => `\n${indented(integerOf(spaces), stringOf(text))}`),

  quote: (...given) =>
    given
      .filter(isThere)
      .map((value) => JSON.stringify(shownAs(value)))
      .join(' '),
  squote: (...given) =>
    given
      .filter(isThere)
      .map((value) => `'${shownAs(value)}'`)
      .join(' '),
  toString: takes(1, shownAs),
  toJson: takes(1, json),
  b64enc: takes(1, (value) => {
    // ACR Tasks' own: before the secrets are read, one that is not there yet is nothing.
    if (!isThere(value)) return '';
    return Buffer.from(stringOf(value), 'utf8').toString('base64');
  }),
  b64dec: onText((text) => {
    if (text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text))
      return Buffer.from(text, 'base64').toString('utf8');
    throw new ArgumentProblem('illegal base64 data');
  }),
  sha256sum: onText((text) => createHash('sha256').update(text).digest('hex')),
};

function onText(act: (text: string) => Value): TemplateFunction {
  return takes(1, (value) => act(stringOf(value)));
}

const isThere = (value: Value): boolean => value !== undefined && value !== null;

function strip(text: string, set: string): string {
  const inside = [...text].map((character) => !set.includes(character));
  const first = inside.indexOf(true);
  return first < 0 ? '' : [...text].slice(first, inside.lastIndexOf(true) + 1).join('');
}

const withoutPrefix = (text: string, prefix: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text);
const withoutSuffix = (text: string, suffix: string) =>
  suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;

function indented(spaces: number, text: string): string {
  if (spaces < 0) throw wrong('a number of spaces', spaces);
  const pad = ' '.repeat(spaces);
  return pad + text.replaceAll('\n', `\n${pad}`);
}
