/** The files of a policy while it is read: what was found wrong, which settings were used, which files belong to an app. */
import { didYouMean } from './did-you-mean.ts';
import { Place } from './place.ts';
import type { Findings } from './problem.ts';
import { openYaml } from './yaml-source.ts';

export interface PolicyFile {
  /** Relative to the policy folder, in forward slashes. */
  path: string;
  text: string;
}

export class PolicyFiles {
  readonly findings: Findings = { problems: [], warnings: [] };
  /** Names of the settings that were filled in anywhere. */
  readonly settingsUsed = new Set<string>();
  readonly #texts: Map<string, string>;
  readonly #settings: Record<string, string>;
  readonly #groupFiles = new Map<string, Place | undefined>();
  /** What was read of other files that something names. */
  readonly #named = new Map<string, unknown>();

  constructor(files: PolicyFile[], settings: Record<string, string>) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#settings = settings;
  }

  get paths(): string[] {
    return [...this.#texts.keys()];
  }

  has(path: string): boolean {
    return this.#texts.has(path);
  }

  /** The text of a file that something names; `undefined` is reported where it is named. */
  read(path: string, namedAt: Place): string | undefined {
    const text = this.#texts.get(path);
    if (text === undefined) {
      namedAt.problem(`"${path}" is not in the policy folder.${didYouMean(path, this.paths)}`);
    }
    return text;
  }

  /** `gates.yaml` and the policy files of other teams beside it, as far as they are YAML. */
  openPolicies(): Place[] {
    const paths = this.paths.filter((path) => this.isPolicy(path));
    if (paths.length === 0) this.#reportNoPolicy();
    return paths.toSorted(gatesFirst).flatMap((path) => {
      const place = this.#open(path, this.#texts.get(path) ?? '', (keys) => keys[0] === 'upstreams');
      return place ? [place] : [];
    });
  }

  /** Every YAML file at the top has to be known for something, or a slip in it would leave its gates unwatched without a word. */
  reportUnknown(): void {
    if (!this.paths.some((path) => this.isPolicy(path))) return; // That was said, with the files that are near.
    const unknown = this.paths.filter(
      (path) => isTopLevelYaml(path) && !this.isPolicy(path) && !this.#groupFiles.has(path) && !this.#named.has(path),
    );
    for (const file of unknown) {
      const message = file.endsWith('.yml')
        ? 'no app names this file as its "group", and the name of a policy file ends in ".yaml". Rename it, name it, or remove it.'
        : 'this is no policy file, which begins with "version: 1", and no app names it as its "group". Add the version, name it, or remove it.';
      this.findings.problems.push({ file, line: 1, column: 1, message });
    }
  }

  /** A container group file has an `apiVersion`, and no `version`. */
  isPolicy(path: string): boolean {
    if (path === 'gates.yaml') return true;
    return /^[^/]+\.yaml$/.test(path) && /^(["']?)version\1[ \t]*:/m.test(this.#texts.get(path) ?? '');
  }

  /** Several apps may share a file; its problems are said once. */
  openGroupFile(path: string, namedAt: Place): Place | undefined {
    if (!this.#groupFiles.has(path)) {
      const text = this.read(path, namedAt);
      this.#groupFiles.set(path, text === undefined ? undefined : this.#open(path, text, () => true));
    } else if (!this.#texts.has(path)) this.read(path, namedAt);
    return this.#groupFiles.get(path);
  }

  /** What `read` makes of a YAML file that something names: made once, so that its problems are said once. */
  readNamed<T>(path: string, namedAt: Place, read: (root: Place) => T): T | undefined {
    if (!this.#named.has(path)) {
      const text = this.read(path, namedAt);
      const root = text === undefined ? undefined : this.#open(path, text, () => false);
      this.#named.set(path, root && read(root));
    } else if (!this.has(path)) this.read(path, namedAt);
    return this.#named.get(path) as T | undefined;
  }

  #reportNoPolicy(): void {
    const near = this.paths.filter((path) => /(?:^|\/)gates\.ya?ml$/.test(path));
    const message = `the policy folder has no gates.yaml.${near.length > 0 ? ` It has ${near.join(', ')}; the name is "gates.yaml", at the top.` : ''}`;
    this.findings.problems.push({ file: 'gates.yaml', line: 1, column: 1, message });
  }

  #open(file: string, text: string, secretsAllowed: (keys: string[]) => boolean): Place | undefined {
    const source = openYaml({ file, text, settings: this.#settings, secretsAllowed }, this.findings.problems);
    for (const name of source?.used ?? []) this.settingsUsed.add(name);
    return source && Place.rootOf(source, this.findings);
  }
}

const isTopLevelYaml = (path: string): boolean => /^[^/]+\.ya?ml$/.test(path);

const gatesFirst = (a: string, b: string): number =>
  Number(b === 'gates.yaml') - Number(a === 'gates.yaml') || (a < b ? -1 : 1);
