/** A value in a policy file that knows where it stands and whom it belongs to, so that whoever finds it wrong can say so in one call. */
import type { Findings, PolicyProblem } from './problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

interface Position {
  source: YamlSource;
  findings: Findings;
  path: Path;
  value: unknown;
  /** What every message begins with: `gate "node"`. Empty for the file as a whole. */
  subject: string;
}

export class Place {
  readonly #position: Position;

  private constructor(position: Position) {
    this.#position = position;
  }

  static rootOf(source: YamlSource, findings: Findings): Place {
    return new Place({ source, findings, path: [], value: source.value, subject: '' });
  }

  get value(): unknown {
    return this.#position.value;
  }

  get isMapping(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  /** `gates.yaml:5:3`, for messages that point at a second place. */
  get where(): string {
    const { file, line, column } = this.#at('key', '');
    return `${file}:${line}:${column}`;
  }

  /** What stands under a key or at an index; a place even if nothing does. */
  child(step: string | number): Place {
    const { value } = this;
    const holds = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    const inside: unknown = holds ? Reflect.get(value, step) : undefined;
    return new Place({ ...this.#position, path: [...this.#position.path, step], value: inside });
  }

  /** The same place, with messages about it and its children attributed to `subject`. */
  about(subject: string): Place {
    return new Place({ ...this.#position, subject });
  }

  problem(message: string): void {
    this.#position.findings.problems.push(this.#at('value', message));
  }

  problemAtKey(message: string): void {
    this.#position.findings.problems.push(this.#at('key', message));
  }

  warning(message: string): void {
    this.#position.findings.warnings.push(this.#at('key', message));
  }

  #at(part: 'key' | 'value', message: string): PolicyProblem {
    const { source, path, subject } = this.#position;
    return {
      file: source.file,
      ...source.positionOf(path, part),
      message: subject === '' ? message : `${subject}: ${message}`,
    };
  }
}
