/** Who there is on this machine at first: somebody for every role, and two release managers, since who asks does not approve. */
import type { Person } from './identity-provider/people.ts';

export const firstPeople: Person[] = [
  { id: '6f1c1d0e-5b0a-4f0e-9a53-0c8a4e2b7a01', name: 'Vera Lind', email: 'vera@example.com', roles: ['viewer'] },
  { id: '6f1c1d0e-5b0a-4f0e-9a53-0c8a4e2b7a02', name: 'Omar Haddad', email: 'omar@example.com', roles: ['operator'] },
  {
    id: '6f1c1d0e-5b0a-4f0e-9a53-0c8a4e2b7a03',
    name: 'Rosa Marin',
    email: 'rosa@example.com',
    roles: ['release-manager'],
  },
  {
    id: '6f1c1d0e-5b0a-4f0e-9a53-0c8a4e2b7a04',
    name: 'Ravi Patel',
    email: 'ravi@example.com',
    roles: ['operator', 'release-manager'],
  },
  { id: '6f1c1d0e-5b0a-4f0e-9a53-0c8a4e2b7a05', name: 'Nina Novak', email: 'nina@example.com', roles: [] },
];
