/**
 * What is pushed at each gate that a page shows, and what becomes of it: a candidate that passes, and for each thing the page says of a check one
 * that does not. `test/replay/pages.test.ts` plays them, and fails for a gate that is not here.
 */
import { image } from '../fakes/images.ts';
import { keyPair, simplePayload, simpleSigned } from '../fakes/signing.ts';
import type { Keyless } from '../fakes/certificate-authority.ts';
import { sigstore } from '../fakes/sigstore.ts';
import { chart, forBoth, saying, single, type Pushed } from './pushed.ts';

export interface Play {
  what: Pushed;
  /** Gates that have promoted something before. */
  after?: [gate: string, what: Pushed][];
  /** How the run of a check of it ends: with this result, or with what a scan finds. */
  run?: string | string[];
  approvedBy?: string[];
  /** `promoted`, or words of the reason why not. */
  ends: string;
}

const good = image(['base', 'good']);
const bad = image(['base', 'bad']);
/** Of a check whose run ends so; what the run itself makes of an image is for tests with containers. */
const ran: Play[] = [
  { what: single(good), run: '0', ends: 'promoted' },
  { what: single(bad), run: '1', ends: 'my last words' },
];
const probed: Play[] = [
  { what: single(good), run: '0 up', ends: 'promoted' },
  { what: single(bad), run: '1 up', ends: 'did not answer as it should' },
  { what: single(bad), run: '0 0', ends: 'a service goes on' },
  { what: single(bad), run: '137 137', ends: 'undecided' },
];
const task: Play[] = [
  { what: single(good), run: '0', ends: 'promoted' },
  { what: single(bad), run: '1', ends: 'failed' },
];
/** Where nothing is asked but what is asked always. */
const plain: Play[] = [
  { what: single(good), ends: 'promoted' },
  { what: single(saying({ OnBuild: ['RUN curl evil'] }, ['x'])), ends: 'ONBUILD' },
];

const node = {
  User: 'node',
  ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
  Labels: { 'org.opencontainers.image.source': 'https://github.com/nodejs/docker-node' },
  Entrypoint: ['docker-entrypoint.sh'],
  Cmd: ['node'],
};
const afterAlpine: Play['after'] = [['alpine', single(image(['alpine']))]];
const shaped = (config: object, ends: string, layers = ['alpine', 'node']): Play => ({
  what: forBoth({ ...node, ...config }, layers),
  after: afterAlpine,
  ends,
});

export const acme = keyPair();
const stranger = keyPair();
const byKey = (what: Pushed, key: typeof acme): Pushed => ({
  ...what,
  signature: simpleSigned(key, simplePayload(what.manifest.digest)),
});
export const authority = await sigstore();
const RELEASE = {
  subject: 'https://github.com/acme/tool/.github/workflows/release.yml@refs/tags/v1.2.0',
  issuer: 'https://token.actions.githubusercontent.com',
  repository: 'https://github.com/acme/tool',
};
const byWorkflow = async (keyless: Keyless): Promise<Pushed> => ({
  ...single(good),
  signature: await authority.simpleSigned(simplePayload(good.manifest.digest), keyless),
});

const tools: Play['after'] = [
  ['trivy', single(image(['trivy']))],
  ['trivy-db', single(image(['trivy-db']))],
];
const scanned = (run: string[], ends: string, more: Play['after'] = []): Play => ({
  what: single(good),
  after: [...tools, ...more],
  run,
  ends,
});

/** By the page and the gate, which two policies of a page may not both have. */
export const plays: Record<string, Play[]> = {
  'README.md node': ran,
  'docs/approvals.md node': [
    { ...ran[0], what: single(good), approvedBy: ['ada', 'bob'], ends: 'promoted' },
    { ...ran[0], what: single(good), approvedBy: ['ada'], ends: 'approval-expired' },
    { what: single(bad), run: '1', ends: 'my last words' },
  ],
  'docs/checks/config.md node': [
    shaped({}, 'promoted'),
    shaped({ User: '1000' }, 'promoted'),
    shaped({ User: 'root' }, 'root'),
    shaped({ ExposedPorts: { '22/tcp': {} } }, '22/tcp'),
    shaped(
      { Labels: { 'org.opencontainers.image.source': 'https://evil.example/' } },
      'org.opencontainers.image.source',
    ),
    shaped({ Entrypoint: ['/bin/sh'] }, 'entrypoint'),
    shaped({ Cmd: ['sh'] }, 'command'),
    shaped({ OnBuild: ['RUN id'] }, 'ONBUILD'),
    shaped({}, 'stands on nothing', ['scratch', 'node']),
    { what: single(saying(node, ['alpine', 'node'])), after: afterAlpine, ends: 'linux/arm64' },
  ],
  'docs/checks/config.md alpine': plain,
  'docs/checks/config.md chart': [
    { what: chart('1.4.0'), ends: 'promoted' },
    { what: chart('2.0.0'), ends: 'org.opencontainers.image.version' },
    { what: single(good), ends: 'application/vnd.cncf.helm.config.v1+json' },
  ],
  'docs/checks/probe.md nginx': probed,
  'docs/checks/probe.md redis': probed,
  'docs/checks/script.md node': [...ran, { what: single(bad), run: '137', ends: 'undecided' }],
  'docs/checks/signature.md app': [
    { what: byKey(single(good), acme), ends: 'promoted' },
    { what: byKey(single(good), stranger), ends: 'by nobody the policy accepts' },
    { what: single(good), ends: 'it is not signed' },
  ],
  'docs/checks/signature.md tool': [
    { what: await byWorkflow(RELEASE), ends: 'promoted' },
    { what: await byWorkflow({ ...RELEASE, issuer: 'https://issuer.example.com' }), ends: 'issuer.example.com' },
    { what: await byWorkflow({ ...RELEASE, repository: 'https://github.com/evil/fork' }), ends: 'evil/fork' },
  ],
  'docs/checks/signature.md node': [
    { what: single(good), ends: 'promoted' },
    { what: byKey(single(good), acme), ends: 'promoted' },
    { what: byKey(single(good), stranger), ends: 'by nobody the policy accepts' },
  ],
  'docs/checks/task.md node': task,
  'docs/checks/vulnerabilities.md node': [
    scanned([], 'promoted'),
    scanned(['CVE-2026-1234 CRITICAL'], 'promoted'), // It is waived.
    scanned(['CVE-2026-9 CRITICAL'], '1 finding fails'),
    scanned(['CVE-2026-9 HIGH'], '1 finding fails'),
    scanned(['CVE-2026-9 MEDIUM'], 'promoted'),
  ],
  'docs/checks/vulnerabilities.md trivy': ran,
  'docs/checks/vulnerabilities.md trivy-db': ran,
  'docs/freeze.md node': ran,
  'docs/upstreams.md node': plain,
  'docs/upstreams.md internal': plain,
};
