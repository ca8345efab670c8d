import { describe, expect, it, test } from 'vitest';
import {
  acceptsState,
  digestsOf,
  fillSecrets,
  MissingSecret,
  secretsIn,
  withDigest,
} from '../../../shared/domain/container-group.ts';
import type { App } from '../../../shared/domain/policy.ts';
import { A, B } from './gate-builders.ts';
import { GROUP, valid } from './policy-fixture.ts';

const sidecar = `    - name: cache
      properties:
        image: redis:8
    - name: twin
      properties:
        image: team.azurecr.io/hello:1
        environmentVariables: [{ name: TOKEN, secureValue: '\${secret:token}' }]
`;

function web(group = GROUP): App {
  const app = valid({ files: { 'apps/web.yaml': group } }).apps['web'];
  if (!app) throw new Error('the policy has no app "web"');
  return app;
}

describe('secrets in a group file', () => {
  it('are found anywhere in it, each once, sorted', () => {
    const file = { a: ['x ${secret:b} ${secret:a}', { deep: { er: '${secret:b}' } }], n: 7, none: null, no: true };

    expect(secretsIn(file)).toEqual(['a', 'b']);
  });

  it('are not found in keys', () => expect(secretsIn({ '${secret:a}': 'x' })).toEqual([]));

  it('are filled in everywhere, and nothing else is changed', () => {
    const file = { a: ['${secret:a}/${secret:a}', 7, null, false], b: '$${secret:a} $1 $&' };

    expect(fillSecrets(file, { a: 'v$&' })).toEqual({ a: ['v$&/v$&', 7, null, false], b: '$v$& $1 $&' });
    expect(file.a[0]).toBe('${secret:a}/${secret:a}');
  });

  it('are not looked for in the value of another', () => {
    expect(fillSecrets('${secret:a}', { a: '${secret:b}', b: 'x' })).toBe('${secret:b}');
  });

  it('may be empty', () => expect(fillSecrets('[${secret:a}]', { a: '' })).toBe('[]'));

  it('that have no value are all named, and no value is said', () => {
    const fill = () => fillSecrets(['${secret:a}', '${secret:b}', '${secret:c}'], { b: 'hunter2' });

    expect(fill).toThrow(MissingSecret);
    expect(fill).toThrow('the key vault has no enabled secret "a", "c"');
    expect(fill).not.toThrow('hunter2');
  });

  it('that are called as something every object has are missing all the same', () => {
    expect(() => fillSecrets('${secret:constructor}', {})).toThrow(MissingSecret);
  });
});

describe('the digest in a group file', () => {
  it('goes into every container of the app’s image, and into no other', () => {
    const app = web(GROUP + sidecar);

    const { containers } = withDigest(app, A).properties;

    expect(containers.map(({ properties }) => properties.image)).toEqual([
      `team.azurecr.io/hello@${A}`,
      'redis:8',
      `team.azurecr.io/hello@${A}`,
    ]);
  });

  it('takes the place of an earlier digest', () => {
    const app = web();

    expect(withDigest({ ...app, group: withDigest(app, A) }, B)).toEqual(withDigest(app, B));
  });

  it('changes nothing else, and not the file itself', () => {
    const app = web(GROUP + sidecar);
    const before = structuredClone(app);

    const made = withDigest(app, A);

    expect(app).toEqual(before);
    expect(made.location).toBe('westeurope');
    expect(made.properties.containers[2]?.properties['environmentVariables']).toEqual([
      { name: 'TOKEN', secureValue: '${secret:token}' },
    ]);
  });
});

describe('what runs', () => {
  it('is the digest of every container of the app’s image; a tag is none', () => {
    const images = [`team.azurecr.io/hello@${A}`, 'redis:8', 'team.azurecr.io/hello:1', `other.azurecr.io/hello@${B}`];

    expect(digestsOf(web(), images)).toEqual([A, undefined]);
  });
});

describe('a state that was healthy once', () => {
  const redis = { name: 'web', properties: { image: 'redis:8' } };
  const before = (app: App) => ({ digest: A, group: { ...withDigest(app, A) } });

  it('is acceptable while the app is what it was', () => {
    expect(acceptsState(web(), before(web()))).toBe(true);
    expect(acceptsState(web(GROUP + sidecar), before(web(GROUP + sidecar)))).toBe(true);
  });

  test.each<[why: string, state: { digest: typeof A; group: Record<string, unknown> }]>([
    ['of another group', { ...before(web()), group: { ...withDigest(web(), A), name: 'web2' } }],
    ['of another digest than it says', { ...before(web()), digest: B }],
    ['without this app’s image', { digest: A, group: { ...web().group, properties: { containers: [redis] } } }],
    ['that is no container group', { digest: A, group: { name: 'web' } }],
  ])('%s is not acceptable', (_, state) => expect(acceptsState(web(), state)).toBe(false));
});
