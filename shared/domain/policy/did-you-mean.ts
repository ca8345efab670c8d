/**
 * The way out of a name that nothing has: the nearest name there is, or all of them when none is near.
 *
 * Begins with a space, so it can follow any sentence; empty when there is nothing to say.
 */
export function didYouMean(word: string, known: Iterable<string>): string {
  const names = [...known];
  const near = names
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(word.length, name.length) / 3)))
    .toSorted((a, b) => a.distance - b.distance)[0];
  if (near) return ` Did you mean "${near.name}"?`;
  if (names.length === 0) return '';
  const shown = names.toSorted().slice(0, 12);
  return ` Known: ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}.`;
}

/** Levenshtein with swapped neighbours as one edit (optimal string alignment): "fomr" is one slip away from "form". */
function editDistance(a: string, b: string): number {
  // A longer word is near no name, and the table below grows with both lengths.
  if (Math.max(a.length, b.length) > 200) return a === b ? 0 : Infinity;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      current[j] = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (beforePrevious[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
