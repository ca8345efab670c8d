import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../../local/cloud/tasks/template/render.ts';
import { templateContext } from './template-context.ts';

const context = templateContext({
  values: {
    ...{ word: 'value', braces: '{{.Run.ID}}', empty: '', 'with-dash': 'dashed', flag: true, off: false, count: 3 },
    ...{ list: ['one', 'two'], nothing: [], map: { b: 'second', a: 'first' }, html: 'a <b> & c', path: 'a/b/c' },
  },
  secrets: { token: 'open-sesame', 'a-b': 'dashed-secret' },
});
const render = (text: string) => renderTemplate(text, context);

describe('a template', () => {
  it.each([
    ['a field', '{{ .Run.Registry }}/app:{{ .Build.ID }}', 'localhost:5001/app:ca7'],
    ['a field of a field', '{{.Values.map.a}}', 'first'],
    ['a field of what a call answers', '{{ (index .Values "map").b }}', 'second'],
    ['nothing for a key that is not there', '[{{.Values.missing}}{{.Run.Missing}}{{.Missing}}]', '[]'],
    ['a secret', '{{ .Secrets.token }}{{ index .Secrets "a-b" }}', 'open-sesamedashed-secret'],
    ['a space cut in front', 'a {{- .Values.word }} b', 'avalue b'],
    ['a space cut behind', 'a {{ .Values.word -}} b', 'a valueb'],
    ['lines cut on both sides', 'a\n\t{{- .Values.word -}}\n  b', 'avalueb'],
    ['a minus that is a number', 'a {{-3}} b', 'a -3 b'],
    ['a comment', 'a {{- /* said to }} nobody */ -}} b', 'ab'],
    ['a value as it is', '{{.Values.braces}}', '{{.Run.ID}}'],
    ['braces in a string', '{{ "}}" }}{{ `a"b` }}{{ "tab\\tquote\\"\\u00e4" }}', '}}a"btab\tquote"ä'],
    ['a list and a map as Go shows them', '{{.Values.list}} {{.Values.map}}', '[one two] map[a:first b:second]'],
    ['a number and a truth', '{{.Values.count}} {{.Values.flag}} {{ 1.5 }} {{ true }}', '3 true 1.5 true'],
    ['a variable', '{{ $x := .Values.word }}{{ $x | upper }}{{ $.Run.ID }}', 'VALUEca7'],
    ['a variable that is changed', '{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
    ['a variable of its block only', '{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}', '1'],
    ['the values as JSON for a shell', '{{ .ValuesJSON }}', `'{"word":"it'"'"'s"}'`],
  ])('renders %s', (_what, text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ['{{ if .Values.word }}yes{{ end }}', 'yes'],
    ['{{ if .Values.empty }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ if .Values.off }}a{{ else if .Values.nothing }}b{{ else if eq .Values.count 3 }}c{{ else }}d{{ end }}', 'c'],
    ['{{ with .Values.map }}{{ .a }}{{ $.Run.ID }}{{ end }}', 'firstca7'],
    ['{{ with .Values.missing }}a{{ else }}b{{ end }}', 'b'],
    ['{{ with $m := .Values.map }}{{ $m.b }}{{ end }}', 'second'],
    ['{{ range .Values.list }}<{{ . }}>{{ end }}', '<one><two>'],
    ['{{ range $i, $each := .Values.list }}{{ $i }}={{ $each }},{{ end }}', '0=one,1=two,'],
    ['{{ range $each := .Values.list }}{{ $each }}{{ end }}', 'onetwo'],
    ['{{ range $key, $value := .Values.map }}{{ $key }}:{{ $value }} {{ end }}', 'a:first b:second '],
    ['{{ range .Values.nothing }}a{{ else }}none{{ end }}{{ range .Values.missing }}a{{ end }}', 'none'],
    ['{{ range .Values.list }}{{ if eq . "two" }}{{ . }}{{ end }}{{ end }}', 'two'],
  ])('decides and repeats: %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ['an if without end', '{{ if .Run.ID }}x', '{{ if .Run.ID }} without {{ end }}'],
    ['an end without if', 'x{{ end }}', 'unexpected {{ end }}'],
    ['two elses', '{{ if true }}a{{ else }}b{{ else }}c{{ end }}', 'without {{ end }} after {{ else }}'],
    [
      'an else of another kind',
      '{{ range .Values.list }}a{{ else if true }}b{{ end }}',
      'unexpected {{ else if true }}',
    ],
    ['braces that are never closed', 'echo {{ .Run.ID', '"{{" without "}}" near "{{ .Run.ID"'],
    ['a character of no meaning', '{{ .Run.ID ? }}', 'unexpected "?"'],
    ['a parenthesis that is never closed', '{{ (.Run.ID }}', 'unexpected end of a parenthesis'],
    ['a pipe to nothing', '{{ .Run.ID | }}', 'unexpected end of a command'],
  ])('cannot be read with %s', (_what, text, message) => {
    expect(() => render(text)).toThrow(`failed to parse template: `);
    expect(() => render(text)).toThrow(message);
  });

  it.each([
    ['{{ .Values.word.more }}', "can't evaluate field more in type string"],
    ['{{ .Values.missing.more }}', 'nil pointer evaluating .more'],
    ['{{ .Run.ID "x" }}', "can't give an argument to what is no function"],
    ['{{ .Values.missing | upper }}', 'error calling upper: wrong type for value; expected string; got nil'],
    ['{{ upper 1 }}', 'expected string; got int'],
    ['{{ upper }}', 'wrong number of args: want 1 got 0'],
    ['{{ index .Values.list 5 }}', 'index out of range: 5'],
    ['{{ eq .Values.count "3" }}', 'incompatible types for comparison: int and string'],
    ['{{ $x }}', 'undefined variable "$x"'],
    ['{{ range .Values.word }}{{ end }}', "range can't iterate over string"],
    ['{{ "!" | b64dec }}', 'illegal base64 data'],
  ])('cannot be computed: %s', (text, message) => {
    expect(() => render(text)).toThrow(`failed to execute template: `);
    expect(() => render(text)).toThrow(message);
  });

  it.each([
    ['{{ regexFind "a" "b" }}', 'the function "regexFind"'],
    ['{{ env "HOME" }}', 'the function "env"'],
    ['{{ if false }}{{ fail "x" }}{{ end }}', 'the function "fail"'],
    ['{{ define "x" }}{{ end }}', '{{ define "x" }}'],
    ['{{ template "x" }}', '{{ template "x" }}'],
    ['{{ range .Values.list }}{{ break }}{{ end }}', '{{ break }}'],
    [`{{ 'a' }}`, "the character 'a'"],
    ['{{ printf "%p" 1 }}', 'the verb %p'],
  ])('refuses %s by its name', (text, name) => {
    expect(() => render(text)).toThrow(`NotSupportedLocally: ${name}`);
  });
});
