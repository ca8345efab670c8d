import { expect, it } from 'vitest';
import { renderTemplate } from '../../../../local/cloud/tasks/template/render.ts';
import { templateContext } from './template-context.ts';

const context = templateContext({
  values: {
    ...{ word: 'value', empty: '', flag: true, off: false, count: 3, list: ['one', 'two'], nothing: [] },
    ...{ map: { b: 2, a: 'first' }, html: '<a> & "b"', lines: 'a\nb' },
  },
});

/** The expected values are what Go 1.19 with sprig 3 makes of the same template. */
it.each([
  ['{{ .Values.word | upper }}', 'VALUE'],
  ['{{ lower "ABC" }}', 'abc'],
  ['{{ title "hello world-wide it_is" }}', 'Hello World-Wide It_is'],
  ['{{ untitle "Hello World" }}', 'hello world'],
  ['[{{ trim "  a b \\n" }}]', '[a b]'],
  ['{{ nospace " a b\\tc " }}', 'abc'],
  ['{{ trimAll "$-" "$-5.00-$" }}', '5.00'],
  ['{{ "v1.2" | trimPrefix "v" }}', '1.2'],
  ['{{ "app.git" | trimSuffix ".git" }}', 'app'],
  ['{{ "a b b" | replace " b" "$&" }}', 'a$&$&'],
  [
    '{{ contains "al" .Values.word }} {{ hasPrefix "va" .Values.word }} {{ hasSuffix "x" .Values.word }}',
    'true true false',
  ],
  ['{{ repeat 3 "ab" }}', 'ababab'],
  ['{{ substr 1 3 "abcde" }} {{ substr 2 -1 "abcde" }}', 'bc cde'],
  ['{{ trunc 2 "abcde" }} {{ trunc -2 "abcde" }}', 'ab de'],
  ['{{ indent 2 .Values.lines }}|{{ nindent 1 "a" }}', '  a\n  b|\n a'],
  ['{{ quote "a" 1 .Values.missing }} {{ quote "say \\"hi\\"" }}', '"a" "1" "say \\"hi\\""'],
  ['{{ squote .Values.word }}', "'value'"],
  ['{{ toString 5 | quote }}', '"5"'],
  ['{{ .Values.map | toJson }} {{ .Values.html | toJson }}', '{"a":"first","b":2} "\\u003ca\\u003e \\u0026 \\"b\\""'],
  ['{{ .Values.missing | toJson }}', 'null'],
  [
    '{{ "open sesame" | b64enc }} {{ "b3Blbg==" | b64dec }} [{{ .Values.missing | b64enc }}]',
    'b3BlbiBzZXNhbWU= open []',
  ],
  ['{{ sha256sum "a" | trunc 12 }}', 'ca978112ca1b'],

  [
    '{{ .Values.missing | default "x" }} {{ .Values.empty | default "y" }} {{ .Values.word | default "z" }}',
    'x y value',
  ],
  ['{{ default 1 .Values.off }} {{ default "only" }}', '1 only'],
  ['{{ empty .Values.nothing }} {{ empty .Values.count }}', 'true false'],
  ['{{ coalesce .Values.empty .Values.missing "third" }}', 'third'],
  ['{{ .Values.flag | ternary "on" "off" }}', 'on'],

  ['{{ eq "a" "a" }} {{ eq 3 1 2 3 }} {{ ne "a" "b" }} {{ eq .Values.missing "a" }}', 'true true true false'],
  ['{{ lt 1 2 }} {{ le 2 2 }} {{ gt "a" "b" }} {{ ge 1 2 }}', 'true true false false'],
  ['{{ not .Values.off }} {{ and .Values.flag "last" }} {{ or .Values.empty "b" }}', 'true last b'],
  ['{{ and .Values.nothing (index .Values.nothing 0) }}', '[]'],
  ['{{ or .Values.word (index .Values.nothing 0) }}', 'value'],
  ['{{ and .Values.flag (or .Values.off (not .Values.off)) }}', 'true'],
  ['{{ "x" | and .Values.flag }}', 'x'],

  ['{{ index .Values.list 1 }} {{ index .Values "map" "a" }} [{{ index .Values "none" }}]', 'two first []'],
  ['{{ len .Values.list }} {{ len "äb" }} {{ len .Values.map }}', '2 3 2'],
  ['{{ first .Values.list }} {{ last .Values.list }} {{ has "two" .Values.list }}', 'one two true'],
  ['{{ join "," .Values.list }} {{ list 1 2 | join "-" }} {{ splitList "/" "a/b" }}', 'one,two 1-2 [a b]'],
  ['{{ add 1 2 3 }} {{ sub 5 2 }} {{ mul 2 3 }} {{ int "7" }} {{ add "4" 1 }}', '6 3 6 7 5'],

  ['{{ print "a" 1 2 "b" }}|{{ println "a" 1 }}', 'a1 2b|a 1\n'],
  ['{{ printf "%s-%d %v %q %t" "a" 5 .Values.list "q" true }}', 'a-5 [one two] "q" true'],
  ['{{ printf "%05d|%-4s|%4s|%.2f|%x|%+d|%%" 42 "a" "b" 1.239 255 7 }}', '00042|a   |   b|1.24|ff|+7|%'],
  ['{{ printf "%d %s" "a" }} {{ printf "x" 1 }}', '%!d(string=a) %!s(MISSING) x%!(EXTRA int=1)'],
  ['{{ .Run.ID | printf "%s:%s" "app" }}', 'app:ca7'],

  ['{{ now | date "2006-01-02T15:04:05.000Z07:00" }}', '2026-09-01T13:04:05.678Z'],
  ['{{ now | date "Mon Jan 2 03:04:05 pm 06" }}', 'Tue Sep 1 01:04:05 pm 26'],
  ['{{ date "20060102" 0 }}', '19700101'],
])('%s', (text, expected) => {
  expect(renderTemplate(text, context)).toBe(expected);
});
