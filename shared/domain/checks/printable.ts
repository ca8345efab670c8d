/** Words of an image in a sentence for people: quoted, cut, and without anything that moves a cursor or turns the direction of text. */

const MOST_CHARACTERS = 300;

export const quoted = (text: string): string => `"${printable(text)}"`;

export function printable(text: string): string {
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return cut.toWellFormed().replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}

/** A list in a sentence, with the rest counted. */
export function listed(texts: string[], { most = 5 }: { most?: number } = {}): string {
  const shown = texts.slice(0, most).map(quoted).join(', ');
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown;
}
