/** Finds the files an app starts with: `main` of its package.json is a glob, often with braces (`dist/{index.js,functions/*.js}`). */
import { globSync } from 'node:fs';

/** Files relative to the app's folder, each once, by name. */
export function entryPoints(main: string, appFolder: string): string[] {
  return [...new Set(expandBraces(main).flatMap((pattern) => globSync(pattern, { cwd: appFolder })))].toSorted();
}

/** `fs.globSync` of Node 22 does not know braces. The innermost set is expanded first, so sets may be nested. */
function expandBraces(pattern: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (!braces) return [pattern];
  const [whole, choices = ''] = braces;
  const before = pattern.slice(0, braces.index);
  const after = pattern.slice(braces.index + whole.length);
  return choices.split(',').flatMap((choice) => expandBraces(before + choice + after));
}
