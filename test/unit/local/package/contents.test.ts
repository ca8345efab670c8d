import { expect, it } from 'vitest';
import { packagesIn, refuseWhatDoesNotShip, type Lock } from '../../../../local/package/contents.ts';

const lock: Lock = {
  packages: {
    'node_modules/@azure/identity': { version: '4.13.1' },
    'node_modules/@azure/identity/node_modules/@azure/abort-controller': { version: '1.1.0' },
    'node_modules/hono': { version: '4.13.19', dev: true },
    'node_modules/zod': { version: '4.6.7' },
  },
};

const from = ['functions/', 'orchestrations/', 'shared/'];

it('lets the app in, with the packages that it depends on', () => {
  const files = ['functions/index.ts', 'orchestrations/run-gate.ts', 'shared/ports.ts', 'node_modules/zod/index.js'];

  expect(refuseWhatDoesNotShip(files, { from, lock })).toEqual([]);
});

it('refuses a package for developers, and says where it would have to stand', () => {
  expect(
    refuseWhatDoesNotShip(['node_modules/hono/dist/hono.js', 'node_modules/zod/index.js'], { from, lock }),
  ).toEqual([
    'node_modules/hono is for developers only; what ships and imports it needs it in "dependencies" of package.json',
  ]);
});

it.each(['local/clock.ts', 'test/fakes/ledger.ts', 'bench/policy.ts', 'cli/run.ts'])('refuses %s', (file) => {
  expect(refuseWhatDoesNotShip(['functions/index.ts', file], { from, lock })).toEqual([
    `${file} does not ship: only functions/, orchestrations/, shared/ may be imported here`,
  ]);
});

it('finds the innermost package of a file, and each package once', () => {
  const files = [
    'node_modules/zod/v4/core.js',
    'node_modules/zod/index.js',
    'node_modules/@azure/identity/dist/index.js',
    'node_modules/@azure/identity/node_modules/@azure/abort-controller/dist/index.js',
    'functions/index.ts',
  ];

  expect(packagesIn(files)).toEqual([
    'node_modules/@azure/identity',
    'node_modules/@azure/identity/node_modules/@azure/abort-controller',
    'node_modules/zod',
  ]);
});
