/**
 * How a person is handed on to the app: the headers and claims of App Service authentication with Microsoft Entra ID.
 *
 * https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
import type { Person } from './people.ts';

const OBJECT_ID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const NAME_TYPE = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';
const ROLE_TYPE = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';
/** The name of Entra ID as an identity provider, in headers and in `/.auth/login/<name>`. */
export const PROVIDER = 'aad';

export const claimsOf = ({ id, name, email, roles }: Person): { typ: string; val: string }[] => [
  { typ: OBJECT_ID, val: id },
  { typ: 'name', val: name },
  { typ: 'preferred_username', val: email },
  ...roles.map((val) => ({ typ: 'roles', val })),
];

export const principalHeaders = (person: Person): Record<string, string> => ({
  'x-ms-client-principal': Buffer.from(
    JSON.stringify({ auth_typ: PROVIDER, claims: claimsOf(person), name_typ: NAME_TYPE, role_typ: ROLE_TYPE }),
  ).toString('base64'),
  'x-ms-client-principal-id': person.id,
  'x-ms-client-principal-name': person.email,
  'x-ms-client-principal-idp': PROVIDER,
});
