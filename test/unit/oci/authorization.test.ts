/** What is held for a repository, when several who hold it are refused one after the other. */
import { expect, test } from 'vitest';
import { parseReference } from '../../../shared/domain/reference.ts';
import { authorizations } from '../../../shared/oci/authorization.ts';

const repository = parseReference('registry.example.com/team/app');
const credentials = { username: 'reader', password: 'secret' };
const basic = `Basic ${Buffer.from('reader:secret').toString('base64')}`;
const challenged = {
  ...{ repository, credentials, base: new URL('https://registry.example.com'), header: 'Basic realm="r"' },
  sent: undefined,
};

test('is forgotten by whoever was refused with it', async () => {
  const { held, answer, insteadOf } = authorizations({ now: () => 0 });
  await answer(challenged);
  expect(held(repository, credentials)).toBe(basic);

  expect(insteadOf(basic, repository, credentials)).toBeUndefined();

  expect(held(repository, credentials)).toBeUndefined();
});

test('is kept, and sent, by whoever was refused with an older one', async () => {
  const { held, answer, insteadOf } = authorizations({ now: () => 0 });
  await answer(challenged);

  expect(insteadOf('Bearer older', repository, credentials)).toBe(basic);
  expect(await answer({ ...challenged, header: 'Bearer realm="not-asked"', sent: 'Bearer older' })).toBe(basic);

  expect(held(repository, credentials)).toBe(basic);
});

test('is not held for another login, nor for the same with another password', async () => {
  const { held, answer } = authorizations({ now: () => 0 });
  await answer(challenged);

  expect(held(repository)).toBeUndefined();
  expect(held(repository, { ...credentials, password: 'new' })).toBeUndefined();
});
