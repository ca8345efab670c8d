/** How one kind of public registry answers, as its documents or those who met it say. `registry.ts` plays it, `contract.ts` asks it. */
import type { Credentials } from '../../../shared/ports/images.ts';
import type { Answer } from '../azure/wire.ts';

export interface RegistryKind {
  /** A repository with the parts that this registry's names have. */
  repository: string;
  /** What may be read without a token: nothing, not even what is public; what is public; or everything there is. */
  open: 'nothing' | 'what is public' | 'everything';
  tokens?: Tokens;
  /** Whether anything at it is private. */
  hides: boolean;
  /** The body of a 404 for a tag. */
  absent: object;
  /** The answer to whoever asks too often. */
  throttled: Answer;
  /** Whether blobs are elsewhere, at an address that must not be sent a token. */
  blobs: 'here' | 'elsewhere';
  /** Whether it has the referrers API, or only the tags that stand in for it. */
  referrers: 'listed' | 'tagged';
}

export interface Tokens {
  path: string;
  /** On a host of their own. */
  elsewhere?: true;
  /** The `WWW-Authenticate` of a 401. `realm`: the address of `path`. */
  challenge(asked: { realm: string; repository: string }): string;
  /** The query that asks for one. */
  query(repository: string): Record<string, string>;
  answer(token: string): object;
  /** Made of the running number; a text that says nothing where this is left out. */
  token?(number: number): string;
  login: Credentials;
  /** What somebody without a login gets for what is private or not there: a token that opens nothing, or this. */
  stranger: 'a token' | Answer;
  /** What a token that is not taken any more is answered. */
  stale: 'the challenge' | Answer;
}

export const errors = (code: string, message: string): object => ({ errors: [{ code, message, detail: null }] });
