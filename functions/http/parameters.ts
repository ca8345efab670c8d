/** The parts of a path that vary, for the description of the API; each endpoint says itself what is wrong with one. */
import { z, type ZodType } from 'zod';
import { digest } from '../../shared/domain/reference.ts';

const NAME = '^[a-z0-9-]{1,40}$';
const name = (description: string): ZodType => z.string().regex(new RegExp(NAME)).meta({ description });

export const parameters: Record<string, ZodType> = {
  gate: name('A gate of the policy.'),
  image: name('An image of the policy.'),
  app: name('An app of the policy.'),
  check: name('A check of the gate.'),
  id: name('What is rolled out: an image, or a gate whose promotions run as they are.'),
  digest: digest.meta({ description: 'The upstream digest of a candidate.' }),
};

/** The names of the parts of a route that vary, in their order. */
export const parametersOf = (route: string): string[] =>
  [...route.matchAll(/\{([a-z]+)\}/g)].map(([, part]) => part ?? '');
