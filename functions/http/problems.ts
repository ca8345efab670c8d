/** The problems each endpoint may answer with: for its description, and for the tests, which take no other. */
import type { Endpoint } from './endpoint.ts';
import { parametersOf } from './parameters.ts';

export const USUAL_PROBLEMS: Record<number, { name: string; when: string }> = {
  400: {
    name: 'NotUnderstood',
    when: 'A query parameter that is not known or not as described, a digest that is none, or a body that is no JSON.',
  },
  401: { name: 'NotSignedIn', when: 'Not signed in.' },
  403: { name: 'NotAllowed', when: 'The app role is missing.' },
  404: { name: 'NotFound', when: 'The policy, or the ledger, has no such thing.' },
  413: { name: 'TooLarge', when: 'The body is too large.' },
  422: { name: 'NotAcceptable', when: 'The body is not as described, or names what cannot be.' },
  500: { name: 'Failed', when: 'Something failed, and was logged.' },
  501: { name: 'NotBuilt', when: 'It is not built in this version.' },
  503: { name: 'NoPolicy', when: 'There has been no valid policy yet.' },
};

export interface PossibleProblem {
  status: number;
  name: string;
  /** Where it is another reason than the usual. */
  when: string | undefined;
}

export function problemsOf({ route, request, problems = {} }: Endpoint): PossibleProblem[] {
  const usual = [
    400,
    401,
    403,
    ...(parametersOf(route).length > 0 ? [404] : []),
    ...(request ? [413, 422] : []),
    500,
    503,
  ];
  const said = new Map<number, string | undefined>(usual.map((status) => [status, undefined]));
  for (const [status, when] of Object.entries(problems)) said.set(Number(status), when);
  return [...said].map(([status, when]) => ({ status, name: USUAL_PROBLEMS[status]?.name ?? '', when }));
}
