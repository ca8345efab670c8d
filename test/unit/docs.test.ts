import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../functions/http/endpoints/all.ts';
import { settingsTable } from '../../shared/settings/schema.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/decisions'),
  ...markdownIn('docs/checks'),
];

describe('the documentation', () => {
  it.each(pages)('%s links only to what there is', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link ?? '');
    const missing = links.filter((link) => !exists(normalize(join(dirname(page), link))));

    expect(missing).toEqual([]);
  });

  it('lists every setting of the app with its default, and no other', () => {
    const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` *\| (.+?) *\| (.+?) *\|$/gm)].map(
      ([, name, needed, what]) => ({
        name,
        needed,
        what,
      }),
    );

    expect(rows).toEqual(
      settingsTable.map(({ name, required, default: fallback, description }) => ({
        name,
        needed: required ? 'yes' : fallback ? `\`${fallback}\`` : 'no',
        what: description,
      })),
    );
  });

  it('names every route that is built, and no other', () => {
    const table = read('README.md').split('## The API')[1]?.split('\n## ')[0] ?? '';
    const named = [...table.matchAll(/`(GET|POST|PUT|DELETE) (\/api\/[^`\s]+)`/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );

    expect([...new Set(named)].toSorted()).toEqual(
      endpoints.map(({ method, route }) => `${method} /api/${route}`).toSorted(),
    );
  });

  it('says where to look for why a candidate was rejected, in files that have what it names', () => {
    const architecture = read('docs/architecture.md');
    for (const [file, name] of [
      ['shared/domain/gate-action.ts', 'forCandidate'],
      ['shared/domain/checks/script.ts', 'judgeScript'],
      ['shared/domain/outcome.ts', 'sayReason'],
    ] as const) {
      expect(architecture).toContain(file);
      expect(architecture).toContain(name);
      expect(read('README.md')).toContain(file);
      expect(read(file)).toMatch(new RegExp(`\\b(function|const) ${name}\\b`));
    }
  });

  it('gives a reason for every package, and for no package that is not there', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const page = read('docs/decisions/0001-dependencies.md');
    const rows = [...page.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell]) =>
      [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );

    expect(new Set(rows)).toEqual(new Set(Object.keys({ ...dependencies, ...devDependencies })));
  });
});

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

function exists(path: string): boolean {
  const folder = dirname(path);
  const name = path.slice(folder === '.' ? 0 : folder.length + 1).replace(/\/$/, '');
  return name === '' || readdirSync(join(root, folder)).includes(name);
}
