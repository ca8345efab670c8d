/**
 * Where `POLICY` says that the policy is: a folder of the app, or a container of blobs that one is uploaded to.
 *
 * What looks like an address is never taken for a folder, so that a slip in it is said when the app starts.
 */
import { isLoopback } from '../loopback.ts';

export type PolicyPlace =
  | { kind: 'folder'; folder: string }
  /** `https://<account>.blob.core.windows.net/<container>`, or a folder in it; without a slash at its end. */
  | { kind: 'container'; url: string };

const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

export const isPolicyPlace = (text: string): boolean => !isAddress(text) || isContainer(text);

/** Of a text that is one. */
export const policyPlace = (text: string): PolicyPlace =>
  isAddress(text) ? { kind: 'container', url: text.replace(/\/+$/, '') } : { kind: 'folder', folder: text };

/** Also for the command line. A signed address is none: it would put a secret into the settings, and end one day. */
export function isContainer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.host))) return false;
  const path = url.pathname.replace(/\/+$/, '');
  return path !== '' && !path.includes('//');
}
