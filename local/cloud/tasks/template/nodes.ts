/** What `parse.ts` makes of a template and `evaluate.ts` computes. */
import type { Value } from './value.ts';

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; body: Node[]; otherwise: Node[] };

export interface Pipe {
  /** `$x := …`, or `$i, $x := …` of a range. */
  declares: string[];
  /** `$x = …` */
  assigns?: string;
  /** Each gets the value of the one before as its last argument. */
  commands: Operand[][];
}

export type Operand =
  | { kind: 'literal'; value: Value }
  | { kind: 'dot' }
  | { kind: 'variable'; name: string }
  | { kind: 'function'; name: string }
  | { kind: 'pipe'; pipe: Pipe }
  | { kind: 'fields'; of: Operand; names: string[] };
