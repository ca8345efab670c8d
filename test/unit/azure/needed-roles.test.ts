/** A hint that names a role is read at night and believed: it has to be the one that the templates give. */
import { expect, it } from 'vitest';
import { ServiceRefused } from '../../../shared/azure/errors.ts';
import { neededRoles, type NeededRoles } from '../../../shared/azure/needed-roles.ts';
import { grants } from '../../../shared/domain/doctor/role-map.ts';
import type { Place } from '../../../shared/domain/doctor/roles.ts';

const calls = Object.entries(neededRoles);
const places = calls.flatMap(([call, needed]) =>
  Object.entries(needed).map(([place, role]): [string, string, string] => [call, role, place]),
);

it.each(places)('%s: the app is given the role "%s" on %s', (_, role, place) => {
  const given = grants[place as Place].filter(({ to }) => to === 'app').map((grant) => grant.role);

  expect(given).toContain(role);
});

it.each(['base', 'team'])('no call names the roles of one kind of the registry "%s" alone', (registry) => {
  const alone = calls.filter(([, needed]) => registry in needed !== `${registry}ByRepository` in needed);

  expect(alone).toEqual([]);
});

const refused = (roles?: NeededRoles, status = 403): string => {
  const question = {
    service: 'Container Registry',
    what: 'lock the tag base.example.io/node:18',
    ...(roles && { roles }),
  };
  return new ServiceRefused(question, { status, codes: ['DENIED'], message: '' }, new Error('DENIED')).message;
};
const refusal = 'Container Registry refused to lock the tag base.example.io/node:18 (403 DENIED)';
const doctor = '"gated-import doctor" says what is missing (a new role takes up to ten minutes to count)';

it('says of each kind of registry which role is missing', () => {
  const message = refused(neededRoles.lockImage);

  expect(message).toBe(
    `${refusal}; the identity of the app probably lacks the role "gated-import locker" (quarantine, base) or ` +
      `"Container Registry Repository Writer" (base by repository) there: ${doctor}`,
  );
});

it('says one role that is the same everywhere without its places', () => {
  const message = refused(neededRoles.importImage);

  expect(message).toBe(
    `${refusal}; the identity of the app probably lacks the role "gated-import importer" there: ${doctor}`,
  );
});

it('names no role for a refusal that none would mend', () => {
  expect(refused(neededRoles.lockImage, 409)).not.toContain('role');
});
