/** Where a run gets its files: a git repository at a ref, an uploaded archive, or nothing. */
import { isAbsolute } from 'node:path';
import { NotSupportedLocally } from './failures.ts';

export type SourceLocation =
  | { kind: 'none' }
  /** `ref`: a branch, tag or commit; without one, what the repository's HEAD names. */
  | { kind: 'git'; url: string; ref?: string; folder: string }
  /** What `listBuildSourceUploadUrl` answered. */
  | { kind: 'upload'; relativePath: string };

/** `<url>[#<ref>][:<folder>]`, or the relative path of an upload. */
export function parseSourceLocation(text: string | null | undefined): SourceLocation {
  if (!text || text === '/dev/null') return { kind: 'none' };
  const [url = '', fragment = ''] = splitOnce(text, '#');
  const isGit = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || isAbsolute(url);
  if (!isGit) {
    if (/^source\/[A-Za-z0-9/._-]+$/.test(text) && !text.split('/').includes('..')) {
      return { kind: 'upload', relativePath: text };
    }
    throw new NotSupportedLocally(`the source location "${text}"`);
  }
  if (!isAbsolute(url) && !/^(?:https?|file):\/\//i.test(url)) {
    throw new NotSupportedLocally(`the source location "${url}": only https, http and file repositories`);
  }
  if (/\.(?:tar\.gz|tgz|tar)$/i.test(url)) throw new NotSupportedLocally(`the archive "${url}" as a source location`);
  const [ref = '', folder = ''] = splitOnce(fragment, ':');
  return { kind: 'git', url, folder, ...(ref === '' ? {} : { ref }) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}
