/**
 * Every fenced block of README.md and of the pages in docs/, and what is done with each. A kind is played by one test, wherever its blocks stand:
 * whoever writes a new block gets it played, and one of no known kind fails (`test/unit/pages.test.ts`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Block {
  /** `docs/cli.md` */
  page: string;
  line: number;
  /** What stands behind the fence; may be empty. */
  language: string;
  text: string;
}

/** The test that plays all blocks of this kind. */
export const playedBy = {
  policy: 'test/replay/pages.test.ts',
  /** A file beside the policy of the same page; its first line names it. */
  'policy file': 'test/replay/pages.test.ts',
  'policy part': 'test/unit/pages.test.ts',
  checks: 'test/unit/pages.test.ts',
  command: 'test/unit/cli/page.test.ts',
  answer: 'test/unit/cli/page.test.ts',
  /** A command that looks at Azure, and what it finds. */
  doctor: 'test/contract/doctor/doctor.test.ts',
  findings: 'test/contract/doctor/doctor.test.ts',
  request: 'test/replay/pages-approvals.test.ts',
  view: 'test/replay/pages-approvals.test.ts',
  shell: 'test/contract/pages.test.ts',
  host: 'test/unit/pages.test.ts',
  script: 'test/unit/pages.test.ts',
  faults: 'test/unit/pages.test.ts',
} as const;
export type Kind = keyof typeof playedBy;

/** What cannot be played here, by how its text begins, and why; it is of no kind. */
export const notHere: { begins: string; why: string }[] = [
  {
    begins: 'az provider register',
    why: 'needs an Azure subscription; the templates are evaluated offline by test/unit/infra',
  },
  {
    begins: 'public=$(azd env get-value',
    why: 'fills a registry in Azure; the set-up of this machine does it in local/provision',
  },
  { begins: 'az keyvault key create', why: 'needs a key vault in Azure' },
  {
    begins: 'gated-import policy push policy --to https',
    why: 'needs a storage account; uploaded in test/e2e/uploaded-policy',
  },
  { begins: 'gated-import policy push policy --to "$', why: 'needs azd; uploaded in test/e2e/uploaded-policy' },
  { begins: 'gated-import doctor policy --function-app', why: 'needs a function app in Azure' },
  { begins: 'dependencies | where', why: 'is a query for Application Insights' },
  {
    begins: 'skopeo list-tags',
    why: 'has gaps to fill in; the same tools ask a running system in test/e2e/outside-tools',
  },
  { begins: 'ARG REGISTRY_FROM_URL', why: 'is a Dockerfile as it should not be' },
  {
    begins: 'ARG BASE_IMAGE=',
    why: 'is a Dockerfile; one that takes its base so is built in test/contract/examples.test.ts',
  },
  { begins: 'registry ──ImagePushed──►', why: 'is a picture' },
  { begins: 'local/main.ts ─┬─', why: 'is a picture' },
];

const root = fileURLToPath(new URL('../..', import.meta.url));

export const blocks: Block[] = pages().flatMap((page) => blocksIn(page, readFileSync(`${root}/${page}`, 'utf8')));

export const blocksOf = (kind: Kind): Block[] => blocks.filter((block) => kindOf(block) === kind);

export function kindOf(block: Block): Kind | undefined {
  const { language, text } = block;
  if (notHere.some(({ begins }) => text.startsWith(begins))) return undefined;
  if (language === 'yaml' && /^version: 1$/m.test(text)) return 'policy';
  if (language === 'yaml' && /^# [\w./-]+\.yaml\n/.test(text)) return 'policy file';
  if (language === 'yaml' && /^(gates|images|apps|upstreams):$/m.test(text)) return 'policy part';
  if (language === 'yaml') return 'checks';
  if (language === 'sh' && text.startsWith('gated-import doctor ')) return 'doctor';
  if (language === 'sh' && text.startsWith('gated-import ')) return 'command';
  if (language === 'sh' && text.startsWith('npm run host -- ')) return 'host';
  if (language === 'sh' && /^(npm run .+\n)+$/.test(text)) return 'script';
  if (language === 'sh' && text.includes('curl ')) return 'shell';
  if (language === 'json' && text.includes('"rules"')) return 'faults';
  if (language === 'json' && text.startsWith('"approval": ')) return 'view';
  if (language === '' && /^(GET|POST|PUT|DELETE) \/api\//.test(text)) return 'request';
  const before = blocks[blocks.indexOf(block) - 1];
  if (language !== '' || before?.page !== block.page) return undefined;
  const asked = kindOf(before);
  return asked === 'command' ? 'answer' : asked === 'doctor' ? 'findings' : undefined;
}

export function blocksIn(page: string, text: string): Block[] {
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^ *```$/gm)].map(({ index, 2: language = '', 3: body = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    language,
    text: body,
  }));
}

function pages(): string[] {
  const inDocs = readdirSync(`${root}/docs`, { recursive: true, encoding: 'utf8' });
  return ['README.md', ...inDocs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)].toSorted();
}
