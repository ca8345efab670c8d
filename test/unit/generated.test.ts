/** What `npm run docs` writes is committed as it would be written today: the pages and the map that are made from the templates as well. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generated } from '../../docs/generate/generate.ts';
import { repositoryRoot } from '../../local/layout.ts';

const written = Object.entries(await generated()).map(([name, text]) => ({ file: join('docs', name), text }));

test.each(written)('$file is what "npm run docs" would write', ({ file, text }) => {
  expect(readFileSync(join(repositoryRoot, file), 'utf8')).toBe(text);
});
