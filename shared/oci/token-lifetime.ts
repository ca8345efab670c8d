/**
 * Seconds that a token lives by its own words, where it is a JSON Web Token: the answers of Azure Container Registry do not say, and fetching
 * a token is what it throttles first (https://github.com/Azure/azure-cli/issues/24886). Nothing is trusted: a token that does not live that
 * long is refused, and replaced then.
 */
import { z } from 'zod';
import { LONGEST_TOKEN_SECONDS } from './limits.ts';

const claims = z.object({ exp: z.number(), iat: z.number() });

export function lifetimeWithin(token: string): number | undefined {
  const { data } = claims.safeParse(jsonWithin(token.split('.')[1] ?? ''));
  return data && Math.min(data.exp - data.iat, LONGEST_TOKEN_SECONDS);
}

function jsonWithin(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // A token of another kind.
    throw error;
  }
}
