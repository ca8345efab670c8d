/** A registry that answers what a test tells it to, and remembers what it was asked. */
import { digest as digestSchema, parseTagReference } from '../../../shared/domain/reference.ts';
import { startWire, type Answer, type Step, type Wire, type WireRequest } from '../../contract/azure/wire.ts';

export const MANIFEST = '/v2/library/node/manifests/22';
export const DIGEST = digestSchema.parse(`sha256:${'0a'.repeat(32)}`);
export const there: Answer = { status: 200, headers: { 'Docker-Content-Digest': DIGEST } };
export const credentials = { username: 'reader', password: 'pass:word' };
export const basic = `Basic ${Buffer.from('reader:pass:word').toString('base64')}`;

const wires: Wire[] = [];

/** After each test. */
export async function closeWires(): Promise<void> {
  await Promise.all(wires.splice(0).map((wire) => wire.close()));
}

export async function start(): Promise<Wire & { image: ReturnType<typeof parseTagReference> }> {
  const wire = await startWire();
  wires.push(wire);
  return { ...wire, image: parseTagReference(`${wire.host}/library/node:22`) };
}

export const bearer = (wire: Wire, realm = `${wire.url}/token`): Answer => ({
  status: 401,
  headers: {
    'WWW-Authenticate': `Bearer realm="${realm}",service="${wire.host}",scope="repository:library/node:pull"`,
  },
});

/** The answer for whoever brings `authorization`, and the challenge for everyone else. */
export const guarded =
  (challenge: Answer, authorization: string, answer: Answer): Step =>
  (request: WireRequest) =>
    request.headers.authorization === authorization ? answer : challenge;

export const seen = (wire: Wire) => wire.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
