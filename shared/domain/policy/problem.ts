/** What is wrong with a policy and where: one problem, one line that an editor or a terminal can jump to. */
export interface PolicyProblem {
  /** Path in the policy folder. */
  file: string;
  /** Counted from 1, as `column` is. */
  line: number;
  column: number;
  message: string;
}

/** All that was found; reading goes on after a problem, so that a person sees every one at once. */
export interface Findings {
  problems: PolicyProblem[];
  /** Not wrong, but worth a look. */
  warnings: PolicyProblem[];
}

/** `gates.yaml:14:11  gate "node": …` */
export const formatProblem = ({ file, line, column, message }: PolicyProblem): string =>
  `${file}:${line}:${column}  ${message}`;

/** In reading order: `gates.yaml` before the files it names. */
export const inReadingOrder = (problems: PolicyProblem[]): PolicyProblem[] =>
  problems.toSorted(
    (a, b) =>
      Number(b.file === 'gates.yaml') - Number(a.file === 'gates.yaml') ||
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.line - b.line ||
      a.column - b.column,
  );
